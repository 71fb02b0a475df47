/**
 * Payloads of accounts that nobody has registered yet (I9): they wait here, and are applied once the account is registered. Owns
 * when a payload leaves; persistence owns how it is kept.
 *
 * A payload leaves after what it says is durable. Whoever is interrupted between the two (a kill, another process that empties
 * the same room) leaves a payload that is applied again, which changes nothing (I3).
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { SqlError } from "effect/sql/SqlError"
import type { SubmitError } from "../../actors/errors.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { Quarantine } from "../../persistence/kept/quarantine.ts"
import { type Place, Waiting, type WaitingPayload } from "../../persistence/kept/waiting.ts"
import { Application, type End } from "../webhooks/application.ts"
import { misunderstood, understandKept } from "../webhooks/understand.ts"

/** Payloads that are read and applied together: one journal statement for many. */
const pageSize = 16
/** Bytes that such a page may have; a single payload may have more. */
const pageBytes = 16 * 1024 * 1024

/** What became of the payloads that left. */
export interface Left {
  readonly applied: number
  readonly duplicate: number
  readonly quarantined: number
}

export class WaitingRoom extends Context.Service<
  WaitingRoom,
  {
    /**
     * Applies what waits for the account, in the order in which it came. What fails for a moment (mailbox, database) fails
     * the whole; the rest stays and the next call goes on. What cannot be applied at all goes to quarantine.
     */
    empty(tenant: string, account_id: string): Effect.Effect<Left, SubmitError | SqlError>
  }
>()("switchboard/webhooks/WaitingRoom") {
  static readonly layer = Layer.effect(
    WaitingRoom,
    Effect.gen(function* () {
      const owner = yield* TenantOwner
      const waiting = yield* Waiting
      const quarantine = yield* Quarantine
      const application = yield* Application

      const admit = Effect.fnUntraced(function* ({ tenant_id, body, source, received_at: noted }: WaitingPayload) {
        // One that a clock that was ahead has dated came now at the latest.
        const received_at = Math.min(noted, yield* Clock.currentTimeMillis)
        return yield* application
          .take(tenant_id, (channel_type) => understandKept(body, source, received_at, channel_type))
          .pipe(
            Effect.catchTag(misunderstood, ({ message }) =>
              Effect.succeed<End>({ outcome: "indigestible", reason: message })
            )
          )
      })

      const empty = Effect.fn("WaitingRoom.empty")(function* (tenant: string, account_id: string) {
        const left = { applied: 0, duplicate: 0, quarantined: 0 }
        let after: Place | null = null
        for (;;) {
          const page: ReadonlyArray<WaitingPayload> = yield* waiting.forAccount(tenant, account_id, after, {
            payloads: pageSize,
            bytes: pageBytes
          })
          if (page.length === 0) return left
          after = page.at(-1)!
          const ends = yield* Effect.forEach(page, admit, { concurrency: pageSize })
          const done: Array<string> = []
          for (const [index, end] of ends.entries()) {
            const payload = page[index]!
            // One that waits for another account by now stays; it is tried again with its next turn.
            if (end.outcome === "unregistered") continue
            if (end.outcome === "indigestible") {
              yield* quarantine.takeOver(payload, end.reason)
              yield* owner.submit(tenant, { type: "webhook_failed", received: payload.received_at, via: "webhook" })
              left.quarantined++
            } else {
              done.push(payload.id)
              left[end.outcome]++
            }
          }
          yield* waiting.remove(tenant, done)
          if (ends.some((end) => end.outcome === "unregistered" && end.account_id === account_id)) return left
        }
      })

      return WaitingRoom.of({ empty })
    })
  )
}
