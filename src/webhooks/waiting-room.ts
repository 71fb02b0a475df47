/**
 * Payloads of accounts that nobody has registered yet (I9): they wait here, and are applied in order once the account is
 * registered. Owns when a payload enters and leaves; persistence owns how it is kept.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import type { SubmitError } from "../../actors/errors.ts"
import { Quarantine } from "../../persistence/quarantine.ts"
import { Waiting, type WaitingPayload } from "../../persistence/waiting.ts"
import { Application } from "./application.ts"
import { type Source, understand } from "./understand.ts"

export class WaitingRoom extends Context.Service<
  WaitingRoom,
  {
    /**
     * Applies what waits for the account, in the order in which it came. What fails for a moment (mailbox, database) fails
     * the whole; the rest stays and the next call goes on. What cannot be applied at all goes to quarantine.
     */
    empty(tenant: string, account_id: string): Effect.Effect<void, SubmitError | SqlError>
  }
>()("switchboard/webhooks/WaitingRoom") {
  static readonly layer = Layer.effect(
    WaitingRoom,
    Effect.gen(function* () {
      const waiting = yield* Waiting
      const quarantine = yield* Quarantine
      const application = yield* Application

      const admit = Effect.fnUntraced(function* (payload: WaitingPayload) {
        const { tenant_id, body, received_at } = payload
        const source = payload.source as Source
        const understood = understand(body, source, received_at)
        if (Result.isSuccess(understood)) return yield* application.apply(tenant_id, understood.success)
        return { outcome: "indigestible" as const, reason: understood.failure.message }
      })

      const empty = Effect.fn("WaitingRoom.empty")(function* (tenant: string, account_id: string) {
        for (const payload of yield* waiting.forAccount(tenant, account_id)) {
          const end = yield* admit(payload)
          if (end.outcome === "unregistered") return
          if (end.outcome === "indigestible") {
            const { tenant_id, source, body, received_at } = payload
            yield* quarantine.add({ tenant_id, source, body, received_at, reason: end.reason })
          }
          yield* waiting.remove([payload.id])
        }
      })

      return WaitingRoom.of({ empty })
    })
  )
}
