/** Applying the events of one payload, and saying in one word how that ended. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { SubmitError } from "../../actors/errors.ts"
import { TenantOwner } from "../../actors/tenant-owner.ts"
import type { Event } from "../../machines/events.ts"

/** How a payload ended. `unregistered` and `indigestible` are for the caller to keep. */
export type End =
  | { readonly outcome: "applied" | "duplicate" }
  | { readonly outcome: "unregistered"; readonly account_id: string }
  | { readonly outcome: "indigestible"; readonly reason: string }

const unregistered = (account_id: string): End => ({ outcome: "unregistered", account_id })
const indigestible = (reason: string): End => ({ outcome: "indigestible", reason })

export class Application extends Context.Service<
  Application,
  {
    /** Applies the events in order. Fails only with what passes: the same payload can be sent again. */
    apply(
      tenant: string,
      events: ReadonlyArray<Event>
    ): Effect.Effect<
      End,
      Exclude<SubmitError, { readonly _tag: "AccountUnknown" | "EventIndigestible" | "RuleBroken" | "ActorUnknown" }>
    >
  }
>()("switchboard/webhooks/Application") {
  static readonly layer = Layer.effect(
    Application,
    Effect.gen(function* () {
      const owner = yield* TenantOwner

      const applyOne = (tenant: string, event: Event) =>
        owner.submit(tenant, event).pipe(
          Effect.map(({ outcome }): End => ({ outcome })),
          Effect.catchTags({
            AccountUnknown: ({ account_id }) => Effect.succeed(unregistered(account_id)),
            EventIndigestible: ({ message }) => Effect.succeed(indigestible(message)),
            RuleBroken: ({ message }) => Effect.succeed(indigestible(message)),
            ActorUnknown: ({ message }) => Effect.succeed(indigestible(message))
          })
        )

      const apply = Effect.fnUntraced(function* (tenant: string, events: ReadonlyArray<Event>) {
        let all: End = { outcome: "duplicate" }
        for (const [n, event] of events.entries()) {
          const end = yield* applyOne(tenant, n < events.length - 1 ? { ...event, goes_on: true } : event)
          if (end.outcome === "unregistered" || end.outcome === "indigestible") return end
          if (end.outcome === "applied") all = end
        }
        return all
      })

      return Application.of({ apply })
    })
  )
}
