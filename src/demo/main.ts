/** `npm run demo [-- --fast] [-- --seed 7]`: plays a lively inbox into the demo tenant of a running server, and ends. */
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import { parseArgs } from "node:util"
import { keptDemo } from "../demo-tenant.ts"
import { ownUrl } from "../own-url.ts"
import { fastSpeed, freshSeed } from "./pace.ts"
import { DemoStopped, play } from "./play.ts"
import { scenario } from "./scenario.ts"

const { values } = parseArgs({ options: { fast: { type: "boolean", default: false }, seed: { type: "string" } } })
const seed = values.seed === undefined ? freshSeed() : Number(values.seed)
const dataDir = process.env["SWITCHBOARD_DATA_DIR"] ?? "./data"
const url = ownUrl(process.env)

const fail = (text: string): never => {
  console.error(text)
  process.exit(1)
}

if (!Number.isSafeInteger(seed) || seed < 0) fail("--seed takes a whole number, 0 or more.")
const kept = keptDemo(dataDir)
const demo = Option.isSome(kept)
  ? kept.value
  : fail(`There is no demo tenant in ${dataDir}. The very first start on 127.0.0.1 makes one: npm start`)

const steps = scenario(seed)
const speed = values.fast ? fastSpeed : 1
console.log(
  `${steps.length} steps in ${Math.round(steps.at(-1)!.at / speed / 1_000)} s; the same again: --seed ${seed}\n`
)
await play({ url, tenant: "demo", ...demo }, steps, {
  speed,
  heard: ({ at, says }, status) =>
    console.log(`${(at / 1_000).toFixed(1).padStart(5)} s  ${says}${status < 300 ? "" : `  (${status})`}`)
})
  .pipe(Effect.provide(FetchHttpClient.layer), Effect.runPromise)
  .catch((error: unknown) =>
    fail(error instanceof DemoStopped ? `The demo stopped. ${error.message}` : `The demo stopped: ${String(error)}`)
  )
console.log("\nThat was the demo. Play it again for another one.")
