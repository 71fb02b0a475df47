/** Submits an event on behalf of a task and waits until it is durable. */
import * as Effect from "effect/Effect"
import type { Event } from "../../machines/events.ts"
import type { SubmitError } from "../errors.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import type { Answer } from "../turn/outcome.ts"

/** Between two tries while there is no room for the event. */
const untilThereIsRoom = "1 second"

/**
 * Whether the event changed anything. A refusal by a rule counts as no. While mailbox or cut are behind it is tried again, however
 * long: what is not said of a task would stay undone for good. A tenant that is lost is told nothing; the next load runs the task.
 */
export const tell = (runtime: TenantRuntime, event: Event): Effect.Effect<boolean> =>
  Effect.flatMap(submitted(runtime, event), (result) => {
    if ("outcome" in result) return Effect.succeed(result.outcome === "applied")
    if (result._tag !== "MailboxFull" && result._tag !== "CutBehind") return Effect.succeed(false)
    return Effect.delay(
      Effect.suspend(() => tell(runtime, event)),
      untilThereIsRoom
    )
  })

const submitted = (runtime: TenantRuntime, event: Event): Effect.Effect<Answer | SubmitError> =>
  Effect.callback((resume) => runtime.submit({ event, settle: (result) => resume(Effect.succeed(result)) }))
