/**
 * Tries payloads of the quarantine again, on the way on which they came: understood, applied, durable, and only then noted as
 * replayed. A crash in between leaves one that is replayed twice, which changes nothing (I3).
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { SqlError } from "effect/sql/SqlError"
import { Author } from "../../actors/owner/author.ts"
import { ActorUnknown, type SubmitError } from "../../actors/errors.ts"
import type { InvalidCursor } from "../../persistence/lists/cursor.ts"
import type { Event } from "../../machines/events.ts"
import { Quarantine, type Quarantined } from "../../persistence/kept/quarantine.ts"
import { Waiting } from "../../persistence/kept/waiting.ts"
import { Application } from "../webhooks/application.ts"
import { misunderstood, understandKept } from "../webhooks/understand.ts"
import { WaitingRoom } from "./waiting-room.ts"

/** It is no better understood than before; it stays in quarantine. */
export class StillUnreadable extends Schema.TaggedError<StillUnreadable>()("StillUnreadable", {
  reason: Schema.String
}) {
  override get message() {
    return `The payload stays in quarantine: ${this.reason}`
  }
}

/** How a replay ended. `waiting`: its account is not registered; it waits for that now, under this id. */
export type Replayed =
  { readonly outcome: "applied" | "duplicate" } | { readonly outcome: "waiting"; readonly id: string }

/** What became of many. */
export interface ReplayedMany {
  readonly applied: number
  readonly duplicate: number
  readonly waiting: number
  readonly unreadable: number
  /** How many the quarantine still holds, those that were tried and stay included. */
  readonly remaining: number
  /** Where the next call goes on; null when each has been tried. */
  readonly next_cursor: string | null
}

export class Replay extends Context.Service<
  Replay,
  {
    /** Replays one. One that was replayed before is a duplicate, whatever it says. */
    one(tenant: string, id: string): Effect.Effect<Replayed, StillUnreadable | ActorUnknown | SubmitError | SqlError>
    /** Replays those that were not, the oldest first, `limit` of them after the cursor. */
    many(
      tenant: string,
      query: { readonly limit: number; readonly cursor?: string | undefined }
    ): Effect.Effect<ReplayedMany, SubmitError | SqlError | InvalidCursor>
  }
>()("switchboard/webhooks/Replay") {
  static readonly layer = Layer.effect(
    Replay,
    Effect.gen(function* () {
      const quarantine = yield* Quarantine
      const waiting = yield* Waiting
      const application = yield* Application
      const waitingRoom = yield* WaitingRoom

      const replay = Effect.fnUntraced(function* (payload: Quarantined) {
        const { tenant_id, id, body } = payload
        // One that a clock that was ahead has dated came now at the latest.
        const received_at = Math.min(payload.received_at, yield* Clock.currentTimeMillis)
        let events: ReadonlyArray<Event> = []
        const end = yield* application
          .take(tenant_id, (channel_type) =>
            Result.map(understandKept(body, payload.source, received_at, channel_type), (read) => (events = read))
          )
          .pipe(
            // A replayed command keeps its own author, which is in the journal entry.
            Effect.provideService(Author, null),
            Effect.catchTag(misunderstood, ({ message }) => Effect.fail(new StillUnreadable({ reason: message })))
          )
        if (end.outcome === "indigestible") return yield* new StillUnreadable({ reason: end.reason })
        const now = yield* Clock.currentTimeMillis
        if (end.outcome === "unregistered") {
          const waits = yield* waiting.takeOver({ ...payload, account_id: end.account_id }, now)
          return { outcome: "waiting", id: waits } as const
        }
        for (const event of events)
          if (event.type === "connection_registered") yield* waitingRoom.empty(tenant_id, event.account_id)
        yield* quarantine.markReplayed(tenant_id, id, now)
        return { outcome: end.outcome }
      })

      const one = Effect.fn("Replay.one")(function* (tenant: string, id: string) {
        const found = yield* quarantine.get(tenant, id)
        if (Option.isNone(found)) return yield* new ActorUnknown({ kind: "quarantined_payload", id })
        if (found.value.replayed_at !== null) return { outcome: "duplicate" } as const
        return yield* replay(found.value)
      })

      const many = Effect.fn("Replay.many")(function* (
        tenant: string,
        query: { readonly limit: number; readonly cursor?: string | undefined }
      ) {
        const counts = { applied: 0, duplicate: 0, waiting: 0, unreadable: 0 }
        const { items, next_cursor } = yield* quarantine.unreplayed(tenant, query)
        for (const id of items) {
          // One after the other, and each body only when it is its turn: a command of the journal may need the one before it.
          const outcome = yield* one(tenant, id).pipe(
            Effect.map((replayed) => replayed.outcome),
            Effect.catchTag("StillUnreadable", () => Effect.succeed("unreadable" as const)),
            // Deleted meanwhile.
            Effect.catchTag("ActorUnknown", () => Effect.succeed(null))
          )
          if (outcome !== null) counts[outcome]++
        }
        return { ...counts, remaining: yield* quarantine.remaining(tenant), next_cursor }
      })

      return Replay.of({ one, many })
    })
  )
}
