/** Applying the events of one payload, and saying in one word how that ended. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { SubmitError } from "../../actors/errors.ts"
import type { Answer } from "../../actors/turn/outcome.ts"
import { Identity } from "../../actors/memory/identity.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Event } from "../../machines/events.ts"
import type { ChannelType } from "../../machines/vocabulary.ts"
import { Unreadable } from "../providers/unreadable.ts"

/** How a payload ended. `unregistered` and `indigestible` are for the caller to keep. */
export type End =
  | { readonly outcome: "applied" | "duplicate" }
  | { readonly outcome: "unregistered"; readonly account_id: string }
  | { readonly outcome: "indigestible"; readonly reason: string }

/** Reads a payload; `channel_type` is what its account was registered as, where the payload's own word is not enough. */
export type Read<F> = (channel_type?: ChannelType) => Result.Result<ReadonlyArray<Event>, F>

/** The end of an event that was submitted. */
export type Submitted = Effect.Effect<Answer, SubmitError>

type Passing = Exclude<
  SubmitError,
  { readonly _tag: "AccountUnknown" | "EventIndigestible" | "RuleBroken" | "ActorUnknown" }
>

/** As `End`; `mistyped`: the payload calls the account something that it was not registered as. */
type Attempt = End | { readonly outcome: "mistyped"; readonly account_id: string; readonly reason: string }

const unregistered = (account_id: string): End => ({ outcome: "unregistered", account_id })
const indigestible = (reason: string): End => ({ outcome: "indigestible", reason })

export class Application extends Context.Service<
  Application,
  {
    /** Applies the events in order. Fails only with what passes: the same payload can be sent again. */
    apply(tenant: string, events: ReadonlyArray<Event>): Effect.Effect<End, Passing>
    /**
     * Reads a payload and applies it. What the account was registered as counts where the payload names another type, or none
     * that there is; as long as nobody has registered it, the payload is `unregistered`. `submitted`: how its only event ended,
     * where it has been submitted already.
     */
    take<F extends { readonly _tag: string }>(
      tenant: string,
      read: Read<F | Unreadable>,
      submitted?: Submitted
    ): Effect.Effect<End, F | Unreadable | Passing>
  }
>()("switchboard/webhooks/Application") {
  static readonly layer = Layer.effect(
    Application,
    Effect.gen(function* () {
      const owner = yield* TenantOwner

      const applyOne = (event: Event, submitted: Submitted) =>
        submitted.pipe(
          Effect.map(({ outcome }): Attempt => ({ outcome })),
          Effect.catchTags({
            AccountUnknown: ({ account_id }) => Effect.succeed(unregistered(account_id)),
            EventIndigestible: ({ message }) => Effect.succeed(indigestible(message)),
            RuleBroken: ({ message }) => Effect.succeed(indigestible(message)),
            ActorUnknown: ({ kind, message }) =>
              Effect.succeed<Attempt>(
                kind === "channel" && "account_id" in event && event.account_id !== null
                  ? { outcome: "mistyped", account_id: event.account_id, reason: message }
                  : indigestible(message)
              )
          })
        )

      const attempt = Effect.fnUntraced(function* (
        tenant: string,
        events: ReadonlyArray<Event>,
        submitted?: Submitted
      ) {
        let all: Attempt = { outcome: "duplicate" }
        for (const [n, each] of events.entries()) {
          const event = n < events.length - 1 ? { ...each, goes_on: true as const } : each
          const end = yield* applyOne(event, submitted ?? owner.submit(tenant, event))
          if (end.outcome !== "applied" && end.outcome !== "duplicate") return end
          if (end.outcome === "applied") all = end
        }
        return all
      })

      const ended = (end: Attempt): End => (end.outcome === "mistyped" ? indigestible(end.reason) : end)
      const apply = (tenant: string, events: ReadonlyArray<Event>) => Effect.map(attempt(tenant, events), ended)

      /** What the account was registered as; null when it is not. */
      const registeredAs = (tenant: string, account_id: string) =>
        owner.view(tenant, "connection", new Identity(tenant).connection(account_id)).pipe(
          Effect.map((view) => view["channel_type"] as ChannelType),
          Effect.catchTag("ActorUnknown", () => Effect.succeed(null))
        )

      const takeAs = Effect.fnUntraced(function* <F>(tenant: string, account_id: string, read: Read<F>) {
        const type = yield* registeredAs(tenant, account_id)
        if (type === null) return unregistered(account_id)
        return yield* apply(tenant, yield* Effect.fromResult(read(type)))
      })

      const take = Effect.fnUntraced(function* <F extends { readonly _tag: string }>(
        tenant: string,
        read: Read<F | Unreadable>,
        submitted?: Submitted
      ) {
        const first = read()
        if (Result.isFailure(first)) {
          const fault = first.failure
          const account_id = fault instanceof Unreadable ? fault.account_id : null
          return account_id === null ? yield* Effect.fail(fault) : yield* takeAs(tenant, account_id, read)
        }
        const end = yield* attempt(tenant, first.success, submitted)
        return end.outcome === "mistyped" ? yield* takeAs(tenant, end.account_id, read) : end
      })

      return Application.of({ apply, take })
    })
  )
}
