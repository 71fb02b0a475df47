/**
 * The real process, in which one fault can be armed: the file that FAULT_FILE names holds {"point","action","times"}, and is
 * read whenever the process passes a fault point. `kill`: the process ends there as by kill -9; `fail`: the statement breaks.
 * The fault that fired stands in `<file>.fired`, so that a test can tell that it did.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ConnectionError, SqlError } from "effect/sql/SqlError"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { type FaultPoint, FaultPoints } from "../../persistence/database/fault-points.ts"
import { switchboard } from "../../src/main.ts"

export interface ArmedFault {
  readonly point: FaultPoint
  readonly action: "kill" | "fail"
  /** How often it fires. */
  readonly times: number
}

const file = process.env["FAULT_FILE"]!

const armed = (): ArmedFault | null => {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    return null
  }
}

const fire = ({ point, action, times }: ArmedFault): Effect.Effect<void, SqlError> => {
  if (times > 1) writeFileSync(file, JSON.stringify({ point, action, times: times - 1 }))
  else rmSync(file)
  writeFileSync(`${file}.fired`, `${point}\n`, { flag: "a" })
  if (action === "kill") process.kill(process.pid, "SIGKILL")
  return Effect.fail(new SqlError({ reason: new ConnectionError({ cause: new Error(`a fault at ${point}`) }) }))
}

const plan = (point: FaultPoint) =>
  Effect.suspend(() => {
    const fault = armed()
    return fault?.point === point ? fire(fault) : Effect.void
  })

Layer.launch(switchboard.pipe(Layer.provide(Layer.succeed(FaultPoints, plan)))).pipe(NodeRuntime.runMain)
