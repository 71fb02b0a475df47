/** Syncs over HTTP. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import { Identity } from "../../../actors/memory/identity.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { sealedPlace } from "../../../actors/sealed/sealed-place.ts"
import { gapMargin } from "../../../machines/connection/gap.ts"
import { isProvider } from "../../../machines/provider-defaults.ts"
import type { ChannelType } from "../../../machines/vocabulary.ts"
import { SyncJobs } from "../../../persistence/registers/sync-jobs.ts"
import { Settings } from "../../config.ts"
import { addressFault } from "../../outgoing/address.ts"
import { KeyRing } from "../../secrets/key-ring.ts"
import { served } from "../api/api.ts"
import { defaultLimit } from "../api/parameters.ts"
import { Progress, ProviderAccessBody, SyncWish, Trigger } from "../api/sync-jobs.ts"
import { bodyReader } from "../body.ts"
import { BodyInvalid } from "../faults.ts"
import { commandBase } from "../once.ts"
import { randomUUID } from "node:crypto"

const json = HttpServerResponse.jsonUnsafe
const day = 24 * 3_600_000

export const syncJobHandlers = HttpApiBuilder.group(
  served,
  "syncJobs",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const rows = yield* SyncJobs
    const ring = yield* KeyRing
    const { outgoingReach } = yield* Settings
    const readAccess = bodyReader(ProviderAccessBody)
    const readWish = bodyReader(SyncWish)
    const readTrigger = bodyReader(Trigger)
    const readProgress = bodyReader(Progress)

    const accessOf = (tenant: string) =>
      Effect.map(owner.providerAccess(tenant), (access) =>
        json({ base_url: access?.base_url ?? null, api_key: access === null ? null : "••••" })
      )
    const shown = (tenant: string, id: string, status = 200) =>
      Effect.map(owner.view(tenant, "sync_job", id), (view) => json(view, { status }))

    /** As far back as the tenant wants, or from the last sync on. */
    const sinceOf = Effect.fnUntraced(function* (tenant: string, full: boolean, last: unknown, received: number) {
      const settings = yield* owner.view(tenant, "tenant", tenant)
      if (!full && typeof last === "string") return Date.parse(last) - gapMargin
      return received - (settings["sync_historical_days"] as number) * day
    })

    const asked = ({ user_id, forced = false, trigger_reason }: typeof SyncWish.Type, full: boolean) => ({
      type: "sync_requested" as const,
      job_id: randomUUID(),
      job_type: full ? ("full_history" as const) : ("incremental" as const),
      trigger_reason: trigger_reason ?? (user_id === undefined ? "Manual API trigger" : "Manual sync"),
      triggered_by: user_id ?? null,
      is_manual: true,
      is_forced: forced
    })

    return handlers
      .handleRaw(
        "setAccess",
        Effect.fnUntraced(function* ({ params: { tenant }, request }) {
          const { base_url, api_key } = yield* readAccess(request)
          const rule = addressFault(base_url, outgoingReach)
          if (rule !== null) return yield* new BodyInvalid({ field: "base_url", rule })
          yield* owner.gate(tenant)
          const place = sealedPlace(tenant, "tenant", tenant, "provider_api_key")
          const access = { base_url: base_url.replace(/\/+$/, ""), api_key: ring.seal(Redacted.make(api_key), place) }
          yield* owner.submit(tenant, { type: "provider_access_set", ...(yield* commandBase), access })
          return yield* accessOf(tenant)
        })
      )
      .handleRaw("access", ({ params: { tenant } }) => accessOf(tenant))
      .handleRaw(
        "removeAccess",
        Effect.fnUntraced(function* ({ params: { tenant } }) {
          yield* owner.submit(tenant, { type: "provider_access_set", ...(yield* commandBase), access: null })
          return yield* accessOf(tenant)
        })
      )
      .handleRaw(
        "syncRecord",
        Effect.fnUntraced(function* ({ params: { tenant, record_id }, request }) {
          const wish = yield* readWish(request)
          const profile = yield* owner
            .view(tenant, "record", new Identity(tenant).record(record_id))
            .pipe(Effect.catchTag("ActorUnknown", () => Effect.succeed(null)))
          if ((yield* owner.keysOfRecord(tenant, record_id)) === null)
            return yield* new BodyInvalid({
              field: "record_id",
              rule: "is no record that the CRM has told of: put it first, with its identifiers"
            })
          const accounts = yield* owner.syncableAccounts(tenant)
          if (accounts.length === 0)
            return yield* new BodyInvalid({
              field: "accounts",
              rule: "there is none that runs, so nothing can be synced"
            })
          const last = profile?.["last_full_sync"] ?? null
          const full = wish.full === true || last === null
          const base = yield* commandBase
          const since = yield* sinceOf(tenant, full, last, base.received)
          const event = { ...asked(wish, full), ...base, record_id, account_id: null, accounts, since }
          yield* owner.submit(tenant, event)
          return yield* shown(tenant, event.job_id, 202)
        })
      )
      .handleRaw(
        "syncAccount",
        Effect.fnUntraced(function* ({ params: { tenant, id }, request }) {
          const wish = yield* readWish(request)
          const view = yield* owner.view(tenant, "connection", id)
          const channel_type = view["channel_type"] as ChannelType
          if (!isProvider(channel_type))
            return yield* new BodyInvalid({
              field: "connection",
              rule: `is of type ${channel_type}, which has no history`
            })
          const account_id = view["account_id"] as string
          const accounts = [{ account_id, connection_id: view["id"] as string, channel_type }]
          const last = view["last_sync_at"]
          const full = wish.full === true || last === null
          const base = yield* commandBase
          const since = yield* sinceOf(tenant, full, last, base.received)
          const event = { ...asked(wish, full), ...base, record_id: null, account_id, accounts, since }
          yield* owner.submit(tenant, event)
          return yield* shown(tenant, event.job_id, 202)
        })
      )
      .handleRaw(
        "list",
        Effect.fnUntraced(function* ({ params: { tenant }, query }) {
          const { status = null, record: record_id = null, account: account_id = null, limit = defaultLimit } = query
          yield* owner.flush(tenant)
          const ids = yield* rows.list(tenant, { status, record_id, account_id }, limit)
          // One may have gone with its time meanwhile.
          const items = yield* Effect.forEach(ids, (id) =>
            owner.view(tenant, "sync_job", id).pipe(Effect.catchTag("ActorUnknown", () => Effect.succeed(null)))
          )
          return json({ items: items.filter((item) => item !== null) })
        })
      )
      .handleRaw("get", ({ params: { tenant, id } }) => shown(tenant, id))
      .handleRaw(
        "cancel",
        Effect.fnUntraced(function* ({ params: { tenant, id } }) {
          const job_id = yield* owner.resolve(tenant, "sync_job", id)
          yield* owner.submit(tenant, { type: "sync_job_cancelled", ...(yield* commandBase), job_id })
          return yield* shown(tenant, job_id)
        })
      )
      .handleRaw(
        "setTrigger",
        Effect.fnUntraced(function* ({ params: { tenant, id }, request }) {
          const { triggered_by = null, trigger_reason = null } = yield* readTrigger(request)
          const job_id = yield* owner.resolve(tenant, "sync_job", id)
          const base = yield* commandBase
          yield* owner.submit(tenant, { type: "sync_job_trigger_set", ...base, job_id, triggered_by, trigger_reason })
          return yield* shown(tenant, job_id)
        })
      )
      .handleRaw(
        "updateProgress",
        Effect.fnUntraced(function* ({ params: { tenant, id }, request }) {
          const changes = yield* readProgress(request)
          const job_id = yield* owner.resolve(tenant, "sync_job", id)
          yield* owner.submit(tenant, { type: "sync_job_updated", ...(yield* commandBase), job_id, changes })
          return yield* shown(tenant, job_id)
        })
      )
  })
)
