/**
 * An embedded Postgres as it is right after initdb: made once for a run of the tests, and copied where a test wants an empty one.
 * To make it takes seconds, and dozens of files want one; everything that is ours, the migrations too, begins after it.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { cp, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { layerDatabase } from "../../persistence/database.ts"

/** Where workers find it: they get the environment of the process that made it. */
const variable = "SWITCHBOARD_FRESH_CLUSTER"

/** Makes it. Answers what deletes it. */
export const makeFreshCluster = async (): Promise<() => Promise<void>> => {
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-fresh-"))
  await Effect.runPromise(Effect.scoped(Layer.build(layerDatabase({ url: Option.none(), dataDir }))))
  process.env[variable] = dataDir
  return () => rm(dataDir, { recursive: true, force: true })
}

/** Puts a copy into a data directory; without one the first start makes its own. */
export const copyFreshCluster = async (dataDir: string): Promise<void> => {
  const from = process.env[variable]
  if (from !== undefined) await cp(join(from, "postgres"), join(dataDir, "postgres"), { recursive: true })
}
