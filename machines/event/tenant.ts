/** What happens to a tenant. */
import type { Base } from "./base.ts"

export interface TenantCreated extends Base {
  readonly type: "tenant_created"
  readonly name: string
  readonly webhook_secret: string
}

export interface WebhookFailed extends Base {
  readonly type: "webhook_failed"
}

/** An authentic webhook came and changed nothing else: a repeat (success), or one that waits or was refused (not yet one). */
export interface WebhookNoted extends Base {
  readonly type: "webhook_noted"
  readonly success: boolean
}

/** The CRM reports how a webhook that it took itself ended (update_webhook_status). */
export interface WebhookStatusReported extends Base {
  readonly type: "webhook_status_reported"
  readonly ok: boolean
  readonly at: number
}

export interface WebhookSecretRotated extends Base {
  readonly type: "webhook_secret_rotated"
  /** Sealed. */
  readonly webhook_secret: string
  /** Until when the one before is good, epoch milliseconds. */
  readonly previous_until: number
}

/** The same secret, sealed with another key. Nothing happens when the field holds something else by now. */
export interface SecretResealed extends Base {
  readonly type: "secret_resealed"
  readonly kind: "tenant" | "connection"
  readonly id: string
  readonly field: string
  readonly from: string
  readonly to: string
}

/** What differs from a provider's preferences so far; a rate limit of null goes back to the provider's own. */
export interface ProviderPreferencesSet extends Base {
  readonly type: "provider_preferences_set"
  readonly provider: string
  readonly preferences: Readonly<Record<string, unknown>>
}

export interface TenantConfigured extends Base {
  readonly type: "tenant_configured"
  readonly changes: Readonly<Record<string, unknown>>
}

/** Where the provider is asked for history, and with which key; the key is sealed. Null takes both away. */
export interface ProviderAccessSet extends Base {
  readonly type: "provider_access_set"
  readonly access: { readonly base_url: string; readonly api_key: string } | null
}
