/** A tenant's webhook secret: how it is made, and the place that it is sealed for. */
import * as Redacted from "effect/Redacted"
import { sealedPlace } from "../../actors/sealed/sealed-place.ts"
import { newWebhookSecret } from "../secrets/random-secret.ts"

/** The place that a tenant's sealed webhook secret belongs to; it opens nowhere else (../secrets/key-ring.ts). */
export const webhookSecretPlace = (tenant: string): string => sealedPlace(tenant, "tenant", tenant, "webhook_secret")

/** A new secret: 256 random bits as 43 characters behind its prefix. */
export const freshWebhookSecret = (): Redacted.Redacted => Redacted.make(newWebhookSecret())
