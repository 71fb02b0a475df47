/**
 * What a tenant wants of each provider (CONTRACT 2.1 provider_preferences, §3): the defaults of all nine, and what
 * set_provider_preferences merges over them. Owns the rules; the table is ../provider-defaults.ts.
 */
import type { Draft } from "../draft.ts"
import type { ConnectionRegistered, ProviderPreferencesSet } from "../events.ts"
import type { Provider } from "../provider-defaults.ts"
import { isProvider, providerDefaults, sendLimitsOf } from "../provider-defaults.ts"
import type { TenantContext } from "./context.ts"
import { own } from "../own.ts"

type Preferences = Readonly<Record<string, unknown>>
type Limits = Readonly<Record<string, number>>

/** A provider's preferences before anybody says otherwise. */
const defaultPreferences = (provider: Provider): Preferences => ({
  enabled_features: providerDefaults[provider].features,
  auto_sync_enabled: true,
  sync_frequency: "real_time",
  auto_create_contacts: true,
  preferred_auth_method: providerDefaults[provider].auth_methods[0],
  rate_limits: providerDefaults[provider].rate_limits,
  notifications_enabled: true
})

/** The defaults of all providers. */
export const allDefaults = (): TenantContext["provider_preferences"] =>
  Object.fromEntries(Object.keys(providerDefaults).map((name) => [name, defaultPreferences(name as Provider)]))

/** What the preferences name and table 3 does not have, as field and rule; null when all is well. */
const unknownIn = (
  provider: Provider,
  { enabled_features = [], rate_limits = {}, preferred_auth_method }: Preferences
) => {
  const known = providerDefaults[provider]
  const feature = (enabled_features as ReadonlyArray<string>).find((name) => !known.features.includes(name))
  if (feature !== undefined) {
    return {
      field: "enabled_features",
      rule: `may hold ${known.features.join(", ")} for ${provider}, not "${feature}"`
    }
  }
  const limit = Object.keys(rate_limits as Limits).find((name) => !Object.hasOwn(known.rate_limits, name))
  if (limit !== undefined) {
    return {
      field: `rate_limits.${limit}`,
      rule: `is no limit of ${provider}; it has ${Object.keys(known.rate_limits).join(", ")}`
    }
  }
  const methods: ReadonlyArray<unknown> = known.auth_methods
  if (preferred_auth_method !== undefined && !methods.includes(preferred_auth_method)) {
    return { field: "preferred_auth_method", rule: `is ${methods.join(" or ")} for ${provider}` }
  }
  return null
}

/** Merges over what stands; a rate limit of null goes back to the provider's own. Accounts of the provider hear of it. */
export const providerPreferencesSet = (d: Draft<TenantContext>, event: ProviderPreferencesSet): boolean => {
  const { provider, preferences } = event
  if (!isProvider(provider)) {
    d.tell({
      type: "command_refused",
      field: "provider",
      rule: `is one of ${Object.keys(providerDefaults).join(", ")}`
    })
    return false
  }
  const unknown = unknownIn(provider, preferences)
  if (unknown !== null) {
    d.tell({ type: "command_refused", ...unknown })
    return false
  }
  const before = d.context.provider_preferences[provider] ?? defaultPreferences(provider)
  const after = { ...before, ...preferences, rate_limits: limitsAfter(provider, before, preferences) }
  if (JSON.stringify(after) === JSON.stringify(d.context.provider_preferences[provider])) return false
  d.set({ provider_preferences: { ...d.context.provider_preferences, [provider]: after } })
  d.tell({
    type: "send_limits_told",
    account_id: null,
    limits: { [provider]: sendLimitsOf(after.rate_limits) },
    received: event.received
  })
  return true
}

const limitsAfter = (provider: Provider, before: Preferences, { rate_limits = {} }: Preferences): Limits => {
  const defaults = providerDefaults[provider].rate_limits
  const changed = Object.entries(rate_limits as Readonly<Record<string, number | null>>)
  return {
    ...(before["rate_limits"] as Limits),
    ...Object.fromEntries(changed.map(([name, limit]) => [name, limit ?? own(defaults, name)!]))
  }
}

/** A new account hears what the tenant allows it. */
export const limitsForAccount = (d: Draft<TenantContext>, event: ConnectionRegistered): void => {
  const preferences = d.context.provider_preferences[event.channel_type]
  if (preferences === undefined) return
  const limits = { [event.channel_type]: sendLimitsOf(preferences["rate_limits"] as Limits) }
  d.tell({ type: "send_limits_told", account_id: event.account_id, limits, received: event.received })
}
