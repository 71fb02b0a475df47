/** What waits for the registration of its account, over HTTP. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { AccountUnknown, ActorUnknown } from "../../../actors/errors.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { isoInstant } from "../../../machines/field.ts"
import { type ListedWaiting, Waiting } from "../../../persistence/kept/waiting.ts"
import { Deletion } from "../../kept/deletion.ts"
import { readingOf } from "../../webhooks/understand.ts"
import { WaitingRoom } from "../../kept/waiting-room.ts"
import { served } from "../api/api.ts"
import { bodyOnWire } from "../api/kept-body.ts"
import { defaultLimit } from "../api/parameters.ts"
import { summaryLimit } from "../api/waiting.ts"
import { CurrentCaller } from "../caller.ts"

const json = HttpServerResponse.jsonUnsafe
const isUuid = Schema.is(Schema.String.check(Schema.isUUID()))
/** A body may contain private messages: no proxy or browser may store the answer. */
const unkept = { headers: { "cache-control": "no-store" } }

const shown = ({ id, account_id, received_at, source, size_bytes }: ListedWaiting) => ({
  id,
  account_id,
  received_at: isoInstant(received_at),
  source,
  size_bytes
})

export const waitingHandlers = HttpApiBuilder.group(
  served,
  "waiting",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const waiting = yield* Waiting
    const waitingRoom = yield* WaitingRoom
    const deletion = yield* Deletion

    /** The tenant is there, and the id may be one. */
    const admit = Effect.fnUntraced(function* (tenant: string, id: string) {
      yield* owner.gate(tenant)
      if (!isUuid(id)) return yield* unknown(id)
    })
    const unknown = (id: string) => new ActorUnknown({ kind: "waiting_payload", id })

    return handlers
      .handleRaw(
        "list",
        Effect.fnUntraced(function* ({ params: { tenant }, query: { account_id, limit = defaultLimit, cursor } }) {
          yield* owner.gate(tenant)
          const { items, next_cursor } = yield* waiting.list(tenant, { account_id, limit, cursor })
          const accounts = yield* waiting.accounts(tenant, { account_id, limit: summaryLimit })
          return json({
            accounts: accounts.map(({ account_id, payloads, oldest }) => ({
              account_id,
              payloads,
              oldest_received_at: isoInstant(oldest)
            })),
            items: items.map(shown),
            next_cursor
          })
        })
      )
      .handleRaw(
        "get",
        Effect.fnUntraced(function* ({ params: { tenant, id } }) {
          yield* admit(tenant, id)
          const found = yield* waiting.get(tenant, id)
          if (Option.isNone(found)) return yield* unknown(id)
          const { body, source, received_at } = found.value
          return json({ ...shown(found.value), ...bodyOnWire(body), now: readingOf(body, source, received_at) }, unkept)
        })
      )
      .handleRaw(
        "replay",
        Effect.fnUntraced(function* ({ params: { tenant, account_id } }) {
          yield* owner
            .view(tenant, "connection", account_id)
            .pipe(Effect.catchTag("ActorUnknown", () => Effect.fail(new AccountUnknown({ account_id }))))
          return json(yield* waitingRoom.empty(tenant, account_id))
        })
      )
      .handleRaw(
        "remove",
        Effect.fnUntraced(function* ({ params: { tenant, id } }) {
          yield* admit(tenant, id)
          const caller = yield* CurrentCaller
          if (!(yield* deletion.waiting(tenant, id, caller?.name ?? "api"))) return yield* unknown(id)
          return json({ outcome: "applied" })
        })
      )
  })
)
