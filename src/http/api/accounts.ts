/** Commands on connections, and channels: the tenant's view of one account. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access } from "../access.ts"
import { FreeMap } from "./free-map.ts"
import { entityInTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { ChannelWire, ConnectionWire, Instant } from "./wire.ts"

const connection = "/v1/tenants/:tenant/connections/:id"
const channel = "/v1/tenants/:tenant/channels/:id"

export const Activity = Schema.Struct({ is_active: Schema.Boolean })
export const SyncReport = Schema.Struct({
  error: Schema.optionalKey(Schema.NullOr(Schema.NonEmptyString)).annotate({
    description: "Why the sync failed; absent or null: it succeeded"
  }),
  at: Schema.optionalKey(Instant)
})
export const SyncSettings = FreeMap
export const Description = Schema.Struct({ description: Schema.String.check(Schema.isMaxLength(2_000)) })

const onConnection = {
  params: entityInTenant,
  success: ConnectionWire,
  error: refusals(404, 413, 422)
} as const
const onChannel = { ...onConnection, success: ChannelWire } as const

const active = HttpApiEndpoint.put("active", `${connection}/active`, {
  ...onConnection,
  payload: Activity
}).annotateMerge(
  OpenApi.annotations({
    summary: "Use an account, or stop using it",
    description: "Sets is_active; an account that is not in use sends nothing."
  })
)

const sync = HttpApiEndpoint.post("sync", `${connection}/syncs`, {
  ...onConnection,
  payload: SyncReport
}).annotateMerge(
  OpenApi.annotations({
    summary: "A sync of the account ended",
    description:
      "Success sets last_sync_at, sync_error_count 0 and last_error empty, and lifts account_status from failed or expired to active (auth_status authenticated). A failure sets sync_error_count (failures since the last success) and last_error (at most 1000 characters); the third in a row sets account_status failed. The channel's last_sync_at follows."
  })
)

const get = HttpApiEndpoint.get("get", channel, {
  params: entityInTenant,
  success: ChannelWire,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({ summary: "A channel", description: "By our id or the provider's account id. Sets nothing." })
)

const syncSettings = HttpApiEndpoint.put("syncSettings", `${channel}/sync-settings`, {
  ...onChannel,
  payload: SyncSettings
}).annotateMerge(
  OpenApi.annotations({
    summary: "How a channel is synced",
    description: "Sets sync_settings: the whole map is replaced. At most 16 KiB as JSON."
  })
)

const description = HttpApiEndpoint.put("description", `${channel}/description`, {
  ...onChannel,
  payload: Description
}).annotateMerge(OpenApi.annotations({ summary: "What a channel is for", description: "Sets description." }))

const channelActive = HttpApiEndpoint.put("channelActive", `${channel}/active`, {
  ...onChannel,
  payload: Activity
}).annotateMerge(
  OpenApi.annotations({ summary: "Use a channel, or stop using it", description: "Sets is_active of the channel." })
)

export const accounts = HttpApiGroup.make("accounts")
  .add(active, sync, get, syncSettings, description, channelActive)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Commands on connections, and their channels." }))
