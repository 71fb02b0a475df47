/** A new webhook secret for a tenant: shown once, kept sealed; the one before stays good for a while (CONTRACT 2.1). */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { TenantOwner } from "../../actors/tenant-owner.ts"
import { KeyRing } from "../secrets/key-ring.ts"
import { newWebhookSecret } from "../secrets/random-secret.ts"
import { webhookSecretPlace } from "./webhook-secret.ts"

/** `grace_s` seconds the old secret is still good; 0 ends it at once. Not idempotent: each call makes another secret. */
export const rotateWebhookSecret = Effect.fn("rotateWebhookSecret")(function* (tenant: string, grace_s: number) {
  const owner = yield* TenantOwner
  const ring = yield* KeyRing
  const secret = Redacted.make(newWebhookSecret())
  const received = yield* Clock.currentTimeMillis
  const previous_until = received + grace_s * 1000
  yield* owner.submit(tenant, {
    type: "webhook_secret_rotated",
    received,
    via: "api",
    webhook_secret: ring.seal(secret, webhookSecretPlace(tenant)),
    previous_until
  })
  return { secret, previous_until: grace_s === 0 ? null : previous_until }
})
