/** What becomes of an event that its actor does not take in the state that it is in: the chart refuses it by not having it. */
import type { Event } from "../../machines/events.ts"
import type { Living } from "../memory/living.ts"
import { stateName } from "../memory/snapshot-codec.ts"
import type { TurnResult } from "./outcome.ts"

/** A command is refused with the reason; time and providers say what is so, and what is of no account changes nothing (null). */
export const untaken = (event: Event, { kind, snapshot }: Living): TurnResult | null => {
  switch (event.type) {
    case "send_reserved": {
      // Neither time nor waiting lets an account send that does not run (CONTRACT 2.2).
      const decided = { type: "send_decided", allowed: false, reason: "not_active", retry_after_s: null } as const
      return { type: "declined", decided }
    }
    case "sync_job_claimed":
    case "sync_job_progressed":
    case "sync_job_ended": {
      // The worker has to hear that it is over: somebody cancelled it, say.
      const rule = `is ${stateName(snapshot.value)}`
      return { type: "refused", refusal: { type: "command_refused", field: "sync_job", rule, is_conflict: true } }
    }
    case "task_requested":
      return { type: "refused", refusal: { type: "command_refused", field: "task", rule: "is running already" } }
    default: {
      if (event.via !== "api") return null
      const rule = `is ${stateName(snapshot.value)}, and takes no ${event.type}`
      return { type: "refused", refusal: { type: "command_refused", field: kind, rule } }
    }
  }
}
