/** Deletes kept payloads by hand. Each deletion leaves a line in the audit trail: who, and what. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import { isoInstant } from "../../machines/field.ts"
import { Audit } from "../../persistence/registers/audit.ts"
import { Quarantine } from "../../persistence/kept/quarantine.ts"
import { Waiting } from "../../persistence/kept/waiting.ts"

export class Deletion extends Context.Service<
  Deletion,
  {
    /** Deletes a payload from quarantine; false when there is no such. */
    quarantined(tenant: string, id: string, by: string): Effect.Effect<boolean, SqlError>
    /** Deletes a payload that waits; false when there is no such. */
    waiting(tenant: string, id: string, by: string): Effect.Effect<boolean, SqlError>
  }
>()("switchboard/webhooks/Deletion") {
  static readonly layer = Layer.effect(
    Deletion,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const audit = yield* Audit
      const quarantine = yield* Quarantine
      const waiting = yield* Waiting

      /** What is known of the payload without its bytes, which may be personal. */
      const noted = Effect.fnUntraced(function* <A extends { readonly id: string; readonly received_at: number }>(
        room: "quarantine" | "waiting",
        { tenant, by }: { readonly tenant: string; readonly by: string },
        removed: Effect.Effect<Option.Option<A>, SqlError>
      ) {
        const at = yield* Clock.currentTimeMillis
        return yield* sql.withTransaction(
          Effect.gen(function* () {
            const gone = yield* removed
            if (Option.isNone(gone)) return false
            const { id, received_at, ...known } = gone.value
            const what = { entity_kind: room, entity_id: id, field: "body", new: null }
            const old = { ...known, received_at: isoInstant(received_at) }
            // Payloads are no actors: their deletion belongs to no journal entry.
            const line = { id: randomUUID(), at, seq: 0, actor: by, action: "payload_deleted", ...what, old }
            yield* audit.add(tenant, [line])
            yield* Effect.logInfo(`Tenant ${tenant}: ${by} deleted payload ${id} from ${room}`)
            return true
          })
        )
      })

      return Deletion.of({
        quarantined: (tenant, id, by) => noted("quarantine", { tenant, by }, quarantine.remove(tenant, id)),
        waiting: (tenant, id, by) =>
          noted(
            "waiting",
            { tenant, by },
            Effect.map(waiting.remove(tenant, [id]), ([gone]) => Option.fromNullishOr(gone))
          )
      })
    })
  )
}
