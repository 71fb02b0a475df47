/**
 * The real process, whose clock shows another day: it starts at `CLOCK_AT` (epoch milliseconds) and goes on from there. A database
 * of last month is opened as if no time had passed since, so that nothing in it has run out meanwhile.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Layer from "effect/Layer"
import { switchboard } from "../../src/main.ts"

const now = Date.now
const shift = Number(process.env["CLOCK_AT"]) - now()
Date.now = () => now() + shift

Layer.launch(switchboard).pipe(NodeRuntime.runMain)
