/**
 * The two rooms of a tenant in which payloads are kept, and their limits (I8): a sender gone mad must not fill the disk. At a
 * limit nothing more is kept and the sender is told so, who then keeps the payload itself and comes back (I9).
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { SqlError } from "effect/sql/SqlError"
import { Quarantine, type Unreadable } from "../../persistence/kept/quarantine.ts"
import type { Room } from "../../persistence/kept/room.ts"
import { type Early, Waiting } from "../../persistence/kept/waiting.ts"

const mebibyte = 1024 * 1024

/** Of a tenant, not yet replayed: some weeks of a provider that sends one unknown kind, or sixteen of the largest bodies. */
const quarantineLimit: Room = { payloads: 10_000, bytes: 256 * mebibyte }
/** Of a tenant, all its accounts: a day of a busy account before anybody registers it, or sixteen of the largest bodies. */
export const waitingLimit: Room = { payloads: 10_000, bytes: 256 * mebibyte }

/** Somebody has to look first; a sender need not ask often. Seconds. */
const retryAfter = 60
/**
 * Payloads that a tenant's room takes after it was seen to have room for one, before it is looked into again: to look is to
 * count, which costs more than to keep. So a room may hold this much more than its limit, per process.
 */
const takenUnseen = 15
/** Longer payloads are always looked into the room for: a few of them are much of it. Bytes. */
const unseenLength = mebibyte
/** A full room is not looked into again for so long, milliseconds: a mad sender must not cost the others the database. */
const fullFor = 1_000

const fields = { tenant: Schema.String, limit: Schema.Int, retry_after_s: Schema.Int }

/** The tenant's quarantine is at its limit. */
export class QuarantineFull extends Schema.TaggedError<QuarantineFull>()("QuarantineFull", fields) {
  override get message() {
    return `The payload cannot be understood, and the quarantine of "${this.tenant}" is full (${this.limit} payloads, or their bytes). Nothing was kept: send it again later. Replay or delete what is there: GET /v1/tenants/${this.tenant}/quarantine.`
  }
}

/** The tenant's waiting room is at its limit. */
export class WaitingFull extends Schema.TaggedError<WaitingFull>()("WaitingFull", fields) {
  override get message() {
    return `The account is not registered, and too many payloads of "${this.tenant}" wait already (${this.limit}, or their bytes). Nothing was kept: send it again later. Register the account: GET /v1/tenants/${this.tenant}/waiting says which.`
  }
}

const refused = Metric.counter("switchboard_payloads_refused_total", {
  description: "Authentic payloads that were refused because the room to keep them is full",
  incremental: true
})

export class Rooms extends Context.Service<
  Rooms,
  {
    /** Whether the quarantine was not full a moment ago; cheap, asked before anything else is done for a payload. */
    quarantineOpen(tenant: string): Effect.Effect<void, QuarantineFull>
    /** Keeps a payload that cannot be read or applied; answers its id. */
    quarantine(payload: Unreadable): Effect.Effect<string, QuarantineFull | SqlError>
    /** Keeps a payload of an account that is not registered; answers its id. */
    wait(payload: Early): Effect.Effect<string, WaitingFull | SqlError>
  }
>()("switchboard/webhooks/Rooms") {
  static readonly layer = Layer.effect(
    Rooms,
    Effect.gen(function* () {
      const quarantine = yield* Quarantine
      const waiting = yield* Waiting

      /** One kind of room: keeps, or refuses and remembers for a moment that the tenant's is full. */
      const roomOf = <P extends { readonly tenant_id: string; readonly body: Uint8Array }, E>(
        name: "quarantine" | "waiting",
        limit: Room,
        keep: (payload: P, room: Room | null) => Effect.Effect<Option.Option<string>, SqlError>,
        full: (tenant: string) => E
      ) => {
        const fullUntil = new Map<string, number>()
        const unseen = new Map<string, number>()
        const refuse = (tenant: string) =>
          Effect.andThen(Metric.update(Metric.withAttributes(refused, { room: name }), 1), Effect.fail(full(tenant)))

        const open = Effect.fnUntraced(function* (tenant: string) {
          const until = fullUntil.get(tenant)
          if (until === undefined) return
          const left = until - (yield* Clock.currentTimeMillis)
          // More than that: the clock has been set back since.
          if (left > 0 && left <= fullFor) return yield* refuse(tenant)
          fullUntil.delete(tenant)
        })

        const take = Effect.fnUntraced(function* (payload: P) {
          const { tenant_id } = payload
          yield* open(tenant_id)
          const left = payload.body.byteLength > unseenLength ? 0 : (unseen.get(tenant_id) ?? 0)
          if (left > 0) unseen.set(tenant_id, left - 1)
          const id = yield* keep(payload, left > 0 ? null : limit)
          if (Option.isSome(id)) {
            // Only now: of many that come at once to a full room, none may slip in behind the one that looks.
            if (left === 0 && payload.body.byteLength <= unseenLength) unseen.set(tenant_id, takenUnseen)
            return id.value
          }
          fullUntil.set(tenant_id, (yield* Clock.currentTimeMillis) + fullFor)
          yield* Effect.logWarning(`Tenant ${tenant_id}: ${name} is full; payloads are refused until there is room`)
          return yield* refuse(tenant_id)
        })
        return { open, take }
      }

      const unreadable = roomOf(
        "quarantine",
        quarantineLimit,
        quarantine.addWithin,
        (tenant) => new QuarantineFull({ tenant, limit: quarantineLimit.payloads, retry_after_s: retryAfter })
      )
      const early = roomOf(
        "waiting",
        waitingLimit,
        waiting.addWithin,
        (tenant) => new WaitingFull({ tenant, limit: waitingLimit.payloads, retry_after_s: retryAfter })
      )

      return Rooms.of({ quarantineOpen: unreadable.open, quarantine: unreadable.take, wait: early.take })
    })
  )
}
