/** Submits an event on behalf of a task and waits until it is durable. */
import * as Effect from "effect/Effect"
import type { Event } from "../../machines/events.ts"
import type { Answer } from "../tenant-owner.ts"
import type { TenantRuntime } from "../tenant-runtime.ts"

/** Whether the event changed anything. Refusals count as no. */
export const tell = (runtime: TenantRuntime, event: Event): Effect.Effect<boolean> =>
  Effect.callback((resume) =>
    runtime.submit({
      event,
      settle: (result) => resume(Effect.succeed((result as Partial<Answer>).outcome === "applied"))
    })
  )
