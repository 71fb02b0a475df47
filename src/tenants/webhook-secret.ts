/** The place that a tenant's sealed webhook secret belongs to; it opens nowhere else (../secrets/key-ring.ts). */
import { sealedPlace } from "../../actors/sealed-place.ts"

export const webhookSecretPlace = (tenant: string): string => sealedPlace(tenant, "tenant", tenant, "webhook_secret")
