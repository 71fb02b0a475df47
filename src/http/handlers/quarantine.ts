/** The quarantine over HTTP. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { ActorUnknown } from "../../../actors/errors.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { isoInstant } from "../../../machines/field.ts"
import { type ListedQuarantined, Quarantine } from "../../../persistence/kept/quarantine.ts"
import { Deletion } from "../../kept/deletion.ts"
import { Replay } from "../../kept/replay.ts"
import { readingOf } from "../../webhooks/understand.ts"
import { served } from "../api/api.ts"
import { bodyOnWire } from "../api/kept-body.ts"
import { defaultLimit } from "../api/parameters.ts"
import { replayLimit } from "../api/quarantine.ts"
import { CurrentCaller } from "../caller.ts"

const json = HttpServerResponse.jsonUnsafe
const isUuid = Schema.is(Schema.String.check(Schema.isUUID()))
const which = { true: true, false: false, any: undefined } as const
/** A body may contain private messages: no proxy or browser may store the answer. */
const unkept = { headers: { "cache-control": "no-store" } }

const shown = ({ id, received_at, source, reason, size_bytes, replayed_at }: ListedQuarantined) => ({
  id,
  received_at: isoInstant(received_at),
  source,
  reason,
  size_bytes,
  replayed_at: isoInstant(replayed_at)
})

export const quarantineHandlers = HttpApiBuilder.group(
  served,
  "quarantine",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const quarantine = yield* Quarantine
    const replay = yield* Replay
    const deletion = yield* Deletion

    /** The tenant is there, and the id may be one. */
    const admit = Effect.fnUntraced(function* (tenant: string, id: string) {
      yield* owner.gate(tenant)
      if (!isUuid(id)) return yield* unknown(id)
    })
    const unknown = (id: string) => new ActorUnknown({ kind: "quarantined_payload", id })

    return handlers
      .handleRaw(
        "list",
        Effect.fnUntraced(function* ({ params: { tenant }, query }) {
          yield* owner.gate(tenant)
          const { source, cursor, limit = defaultLimit, replayed = "false" } = query
          const { items, next_cursor } = yield* quarantine.list(tenant, {
            source,
            replayed: which[replayed],
            limit,
            cursor
          })
          return json({ items: items.map(shown), next_cursor })
        })
      )
      .handleRaw(
        "get",
        Effect.fnUntraced(function* ({ params: { tenant, id } }) {
          yield* admit(tenant, id)
          const found = yield* quarantine.get(tenant, id)
          if (Option.isNone(found)) return yield* unknown(id)
          const { body, source, received_at } = found.value
          return json({ ...shown(found.value), ...bodyOnWire(body), now: readingOf(body, source, received_at) }, unkept)
        })
      )
      .handleRaw(
        "replay",
        Effect.fnUntraced(function* ({ params: { tenant, id } }) {
          yield* admit(tenant, id)
          return json(yield* replay.one(tenant, id))
        })
      )
      .handleRaw(
        "replayAll",
        Effect.fnUntraced(function* ({ params: { tenant }, query: { limit = replayLimit, cursor } }) {
          yield* owner.gate(tenant)
          return json(yield* replay.many(tenant, { limit, cursor }))
        })
      )
      .handleRaw(
        "remove",
        Effect.fnUntraced(function* ({ params: { tenant, id } }) {
          yield* admit(tenant, id)
          const caller = yield* CurrentCaller
          if (!(yield* deletion.quarantined(tenant, id, caller?.name ?? "api"))) return yield* unknown(id)
          return json({ outcome: "applied" })
        })
      )
  })
)
