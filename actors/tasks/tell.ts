/** Submits an event on behalf of a task and waits until it is durable. */
import * as Effect from "effect/Effect"
import type { Event } from "../../machines/events.ts"
import type { SubmitError } from "../errors.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import type { Answer } from "../turn/outcome.ts"

/** Pause between two tries while the mailbox is full. */
const untilThereIsRoom = "1 second"

/**
 * Whether the event changed anything; false when a rule refuses it. While the mailbox or the backlog is full it is retried
 * without end, since a task's event would otherwise be lost for good. When the tenant's memory is dropped it ends: the next load
 * runs the task again.
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
