/** A tenant's settings over HTTP. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { isoInstant } from "../../../machines/field.ts"
import { normaliseEmail } from "../../../machines/identifiers.ts"
import { Rotation } from "../../tenants/rotation.ts"
import { served } from "../api/api.ts"
import { type BlacklistWord, Config, Preferences, Rotation as RotationBody, WebhookStatus } from "../api/settings.ts"
import { bodyReader } from "../body.ts"
import { BodyInvalid } from "../faults.ts"
import { timeOf } from "../instant.ts"
import { commandBase } from "../once.ts"
import { phoneIn } from "../region.ts"

const json = HttpServerResponse.jsonUnsafe
/** How long the secret before stays good unless the request says otherwise, in seconds. */
const grace = 86_400

/** Words of the blacklist in the form in which identifiers are kept, so that they can meet. */
const normalised = Effect.fnUntraced(function* (
  owner: TenantOwner["Service"],
  tenant: string,
  { kind, value }: typeof BlacklistWord.Type,
  index: number
) {
  const word =
    kind === "email"
      ? normaliseEmail(value)
      : kind === "phone"
        ? yield* phoneIn(owner, tenant, value)
        : value.trim().toLowerCase()
  if (word !== null && word !== "") return { kind, value: kind === "domain" ? word.replace(/^@/, "") : word }
  const rule =
    kind === "phone"
      ? "must be a phone number, with its country code unless all accounts are of one country"
      : `is no ${kind}`
  return yield* new BodyInvalid({ field: `blacklist.${index}.value`, rule })
})

export const settingsHandlers = HttpApiBuilder.group(
  served,
  "settings",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const rotation = yield* Rotation
    const readConfig = bodyReader(Config)
    const readPreferences = bodyReader(Preferences)
    const readRotation = bodyReader(RotationBody)
    const readStatus = bodyReader(WebhookStatus)

    const shown = (tenant: string) => Effect.map(owner.view(tenant, "tenant", tenant), (view) => json(view))

    return handlers
      .handleRaw("get", ({ params: { tenant } }) => shown(tenant))
      .handleRaw(
        "configure",
        Effect.fnUntraced(function* ({ params: { tenant }, request }) {
          const { blacklist, ...rest } = yield* readConfig(request)
          const words =
            blacklist === undefined
              ? {}
              : { blacklist: yield* Effect.forEach(blacklist, (word, index) => normalised(owner, tenant, word, index)) }
          const changes = { ...rest, ...words }
          yield* owner.submit(tenant, { type: "tenant_configured", ...(yield* commandBase), changes })
          return yield* shown(tenant)
        })
      )
      .handleRaw(
        "preferences",
        Effect.fnUntraced(function* ({ params: { tenant, provider }, request }) {
          const preferences = yield* readPreferences(request)
          const base = yield* commandBase
          yield* owner.submit(tenant, { type: "provider_preferences_set", ...base, provider, preferences })
          return yield* shown(tenant)
        })
      )
      .handleRaw(
        "rotate",
        Effect.fnUntraced(function* ({ params: { tenant }, request }) {
          const body = yield* readRotation(request)
          const { webhookSecret, previousUntil } = yield* rotation.rotate(tenant, (body.grace_s ?? grace) * 1_000)
          return json(
            { webhook_secret: Redacted.value(webhookSecret), previous_valid_until: isoInstant(previousUntil) },
            { headers: { "cache-control": "no-store" } }
          )
        })
      )
      .handleRaw(
        "status",
        Effect.fnUntraced(function* ({ params: { tenant }, request }) {
          const body = yield* readStatus(request)
          const base = yield* commandBase
          const at = yield* timeOf(body.at, base.received)
          const { outcome } = yield* owner.submit(tenant, { type: "webhook_status_reported", ...base, ok: body.ok, at })
          return json({ outcome })
        })
      )
  })
)
