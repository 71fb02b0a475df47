/** The demo tenant's secrets, kept in `<dataDir>/demo.json` so that a newcomer need not write them down. Only for the demo. */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** Its id. */
export const demoTenant = "demo"

const Demo = Schema.Struct({ api_key: Schema.String, webhook_secret: Schema.String })
export type DemoTenant = typeof Demo.Type

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Demo))
const pathIn = (dataDir: string) => join(dataDir, "demo.json")

/** What an earlier start kept; none in memory or when there is no such file. */
export const keptDemo = (dataDir: string): Option.Option<DemoTenant> => {
  if (dataDir === "memory://") return Option.none()
  try {
    return decode(readFileSync(pathIn(dataDir), "utf8"))
  } catch {
    return Option.none()
  }
}

/** Readable by the owner only. */
export const keepDemo = (dataDir: string, demo: DemoTenant): void => {
  if (dataDir !== "memory://") writeFileSync(pathIn(dataDir), `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 })
}
