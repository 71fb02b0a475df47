/** What a payload may be kept under: how it came in from a provider, our own journal, or a snapshot that could not be read. */
import { sources } from "../providers/registry.ts"

export const keptSources: ReadonlyArray<string> = [...sources, "journal", "snapshot"]
