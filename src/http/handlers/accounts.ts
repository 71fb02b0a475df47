/** Commands on connections and channels over HTTP. Each answers with the entity after it. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Schema from "effect/Schema"
import type { RuleBroken } from "../../../actors/errors.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import type { Event } from "../../../machines/events.ts"
import { served } from "../api/api.ts"
import { Activity, Description, SyncReport, SyncSettings } from "../api/accounts.ts"
import { bodyReader } from "../body.ts"
import { timeOf } from "../instant.ts"
import { commandBase } from "../once.ts"

const json = HttpServerResponse.jsonUnsafe

interface CommandRequest {
  readonly params: { readonly tenant: string; readonly id: string }
  readonly request: HttpServerRequest
}
type Base = Effect.Success<typeof commandBase>

export const accountHandlers = HttpApiBuilder.group(
  served,
  "accounts",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner

    /** A command: its event is applied and durable, then the entity is shown. `name` is what the event calls it by. */
    const command = <A>(
      kind: "connection" | "channel",
      schema: Schema.Codec<A, unknown>,
      eventOf: (
        body: A,
        base: Base,
        name: { account_id: string; channel_id: string }
      ) => Effect.Effect<Event, RuleBroken>
    ) => {
      const bodyOf = bodyReader(schema)
      return Effect.fnUntraced(function* ({ params: { tenant, id }, request }: CommandRequest) {
        const body = yield* bodyOf(request)
        const view = yield* owner.view(tenant, kind, id)
        const name = { account_id: view["account_id"] as string, channel_id: view["id"] as string }
        yield* owner.submit(tenant, yield* eventOf(body, yield* commandBase, name))
        return json(yield* owner.view(tenant, kind, view["id"] as string))
      })
    }

    return handlers
      .handleRaw(
        "active",
        command("connection", Activity, ({ is_active }, base, { account_id }) =>
          Effect.succeed({ type: "connection_activity_set", ...base, account_id, is_active })
        )
      )
      .handleRaw(
        "sync",
        command("connection", SyncReport, ({ error = null, at }, base, { account_id }) =>
          Effect.map(timeOf(at, base.received), (at) => ({ type: "connection_synced", ...base, account_id, at, error }))
        )
      )
      .handleRaw("get", ({ params: { tenant, id } }) =>
        Effect.map(owner.view(tenant, "channel", id), (view) => json(view))
      )
      .handleRaw(
        "syncSettings",
        command("channel", SyncSettings, (sync_settings, base, { channel_id }) =>
          Effect.succeed({ type: "channel_sync_settings_set", ...base, channel_id, sync_settings })
        )
      )
      .handleRaw(
        "description",
        command("channel", Description, ({ description }, base, { channel_id }) =>
          Effect.succeed({ type: "channel_described", ...base, channel_id, description })
        )
      )
      .handleRaw(
        "channelActive",
        command("channel", Activity, ({ is_active }, base, { channel_id }) =>
          Effect.succeed({ type: "channel_activity_set", ...base, channel_id, is_active })
        )
      )
  })
)
