/**
 * What each provider can do and how much of it per hour, day, week or month (CONTRACT §3). A tenant's
 * preferences merge over this table and may name nothing that is missing here. The figures are advice
 * about the providers; nothing upstream enforces them for us.
 */
import type { ChannelType } from "./vocabulary.ts"

/** The nine providers of CONTRACT §3: every channel type but our own scheduling and calendar. */
export type Provider = Exclude<ChannelType, "scheduling" | "calendar">

export type AuthMethod = "hosted" | "native"

export interface ProviderDefaults {
  readonly features: ReadonlyArray<string>
  /** Limits by name; the name ends in its window. */
  readonly rate_limits: Readonly<Record<string, number>>
  /** The first one is preferred. */
  readonly auth_methods: readonly [AuthMethod, ...Array<AuthMethod>]
}

const mailbox = ["messaging", "calendar", "drafts", "folders", "attachments", "email_tracking"]

export const providerDefaults: Readonly<Record<Provider, ProviderDefaults>> = {
  linkedin: {
    features: [
      "messaging",
      "job_posting",
      "search",
      "hiring_projects",
      "endorsements",
      "company_profiles",
      "invitations",
      "profile_actions"
    ],
    rate_limits: {
      api_calls_per_hour: 1000,
      search_queries_per_day: 100,
      job_postings_per_month: 50,
      invitations_per_week: 200,
      messages_per_day: 100
    },
    auth_methods: ["hosted", "native"]
  },
  gmail: {
    features: mailbox,
    rate_limits: { api_calls_per_hour: 2000, emails_per_day: 500, calendar_events_per_day: 100 },
    auth_methods: ["hosted"]
  },
  outlook: {
    features: mailbox,
    rate_limits: { api_calls_per_hour: 1500, emails_per_day: 400, calendar_events_per_day: 80 },
    auth_methods: ["hosted"]
  },
  mail: {
    features: ["messaging", "drafts", "folders", "attachments"],
    rate_limits: { api_calls_per_hour: 1000, emails_per_day: 300 },
    auth_methods: ["hosted", "native"]
  },
  whatsapp: {
    features: ["messaging", "group_chat", "media", "qr_auth"],
    rate_limits: { api_calls_per_hour: 800, messages_per_day: 1000, media_uploads_per_day: 100 },
    auth_methods: ["hosted"]
  },
  instagram: {
    features: ["messaging", "media", "posts"],
    rate_limits: { api_calls_per_hour: 600, messages_per_day: 500, posts_per_day: 10 },
    auth_methods: ["hosted"]
  },
  messenger: {
    features: ["messaging", "group_chat", "media"],
    rate_limits: { api_calls_per_hour: 800, messages_per_day: 800 },
    auth_methods: ["hosted"]
  },
  telegram: {
    features: ["messaging", "group_chat", "media", "bots"],
    rate_limits: { api_calls_per_hour: 1000, messages_per_day: 1000 },
    auth_methods: ["hosted"]
  },
  twitter: {
    features: ["messaging", "posts", "follows"],
    rate_limits: { api_calls_per_hour: 500, messages_per_day: 300, posts_per_day: 50 },
    auth_methods: ["hosted"]
  }
}

/** Whether a channel type is one of the nine providers that have defaults. */
export const isProvider = (name: string): name is Provider => Object.hasOwn(providerDefaults, name)

/**
 * Sends per UTC day that a provider tolerates: messages, or e-mails for the mail providers; null where
 * nothing is sent. It is the default of a connection's rate_limit_per_day (CONTRACT 2.2).
 */
export const dailySendLimit = (channel_type: ChannelType): number | null => {
  if (!isProvider(channel_type)) return null
  const limits = providerDefaults[channel_type].rate_limits
  return limits["messages_per_day"] ?? limits["emails_per_day"] ?? null
}

/** Calls of its API in an hour that a provider tolerates, a send being one; null where nothing is sent. */
export const hourlyCallLimit = (channel_type: ChannelType): number | null =>
  isProvider(channel_type) ? (providerDefaults[channel_type].rate_limits["api_calls_per_hour"] ?? null) : null

/** What a tenant's rate limits for a provider (CONTRACT 2.1 provider_preferences) leave of the sends of an hour and a day. */
export const sendLimitsOf = (rate_limits: Readonly<Record<string, number>>) => ({
  hour: rate_limits["api_calls_per_hour"] ?? null,
  day: rate_limits["messages_per_day"] ?? rate_limits["emails_per_day"] ?? null
})
