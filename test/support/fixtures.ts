/** The payloads in test/fixtures/unipile, by name. */
import { readFileSync } from "node:fs"

export const fixture = (name: string): any =>
  JSON.parse(readFileSync(new URL(`../fixtures/unipile/${name}.json`, import.meta.url), "utf8"))

/** The WhatsApp account that the fixtures belong to. */
export const fixtureAccount = "ryiNb5LlmAmAfGwuyo5X7A"
