/**
 *   ● active    ─a► inactive  stays b
 *     inactive  ─a► active  stays b
 *
 *   a  tenant_configured
 *   b  tenant_created, secret_resealed, provider_access_set, provider_preferences_set, webhook_secret_rotated,
 *      webhook_status_reported, webhook_accepted, webhook_failed, webhook_noted, connection_registered, key_used,
 *      deadline_passed, contact_candidate
 *
 * A tenant: its settings and the bookkeeping of its webhooks (CONTRACT 2.1).
 */
import { setup } from "xstate"
import type { Rules, StepTold } from "../chart.ts"
import { deciding, leads, stays } from "../chart.ts"
import { Draft } from "../draft.ts"
import { later } from "../instants.ts"
import type {
  ConnectionRegistered,
  DeadlinePassed,
  ProviderAccessSet,
  ProviderPreferencesSet,
  SecretResealed,
  TenantConfigured,
  TenantCreated,
  WebhookFailed,
  WebhookNoted,
  WebhookSecretRotated,
  WebhookStatusReported
} from "../events.ts"
import { initialOf } from "../field.ts"
import type { ContactCandidate, KeyUsed } from "../told.ts"
import { tenantCorrected } from "./ahead.ts"
import { contactCandidate, creationsDue } from "./creations.ts"
import { noCreations } from "./context.ts"
import { tenantFields } from "./fields.ts"
import { secretResealed } from "./resealed.ts"
import { noKeys, withKey } from "./keys.ts"
import { allDefaults, limitsForAccount, providerPreferencesSet } from "./preferences.ts"
import type { TenantContext } from "./context.ts"

/** Told by the turn once for each webhook that was understood and applied. */
export interface WebhookAccepted {
  readonly type: "webhook_accepted"
  readonly received: number
}

export type TenantEvent =
  | ContactCandidate
  | DeadlinePassed
  | SecretResealed
  | TenantCreated
  | TenantConfigured
  | ProviderAccessSet
  | ProviderPreferencesSet
  | WebhookSecretRotated
  | WebhookStatusReported
  | WebhookFailed
  | WebhookNoted
  | WebhookAccepted
  | ConnectionRegistered
  | KeyUsed

/** Settings that differ are taken over; the same ones once more are no change. */
const settle = (d: Draft<TenantContext>, changes: Partial<TenantContext>, received: number): void => {
  const news = Object.entries(changes).filter(
    ([name, value]) => JSON.stringify(d.context[name as keyof TenantContext]) !== JSON.stringify(value)
  )
  if (news.length > 0) d.set({ ...Object.fromEntries(news), updated_at: later(d.context.updated_at, received) })
}

/** A success ends the row of failures, unless it came before the last of them: a payload that was kept and is applied now. */
const webhookCame = (d: Draft<TenantContext>, received: number, success: boolean): void => {
  const { last_webhook_received, webhook_failures } = d.context
  const isNewest = last_webhook_received === null || received >= last_webhook_received
  d.set({
    last_webhook_received: later(last_webhook_received, received),
    webhook_failures: success && isNewest ? 0 : webhook_failures
  })
}

const rules: Rules<Draft<TenantContext>, TenantEvent> = {
  tenant_created: (d, event) => {
    if (d.context.created_at !== null) return settle(d, { name: event.name }, event.received)
    d.set({
      name: event.name,
      webhook_secret: event.webhook_secret,
      provider_preferences: allDefaults(),
      created_at: event.received,
      updated_at: event.received
    })
  },
  tenant_configured: (d, event) => settle(d, event.changes, event.received),
  secret_resealed: secretResealed,
  provider_access_set: (d, { access, received }) => {
    d.set({
      provider_base_url: access?.base_url ?? null,
      provider_api_key: access?.api_key ?? null,
      updated_at: later(d.context.updated_at, received)
    })
    if (access !== null) d.tell({ type: "provider_access_told", received })
  },
  provider_preferences_set: (d, event) => {
    if (providerPreferencesSet(d, event)) d.set({ updated_at: later(d.context.updated_at, event.received) })
  },
  webhook_secret_rotated: (d, event) =>
    d.set({
      webhook_secret: event.webhook_secret,
      previous_webhook_secret: d.context.webhook_secret,
      previous_webhook_secret_until: event.previous_until,
      updated_at: later(d.context.updated_at, event.received)
    }),
  webhook_status_reported: (d, event) =>
    d.set({
      last_webhook_received: later(d.context.last_webhook_received, event.at),
      webhook_failures: event.ok ? 0 : d.context.webhook_failures + 1
    }),
  connection_registered: limitsForAccount,
  key_used: (d, { once, outcome, decided, received }) => {
    const ended = { outcome, ...(decided === undefined ? {} : { decided }) }
    d.set({ facts: { keys: withKey(d.context.facts.keys, once, ended, received) } })
  },
  webhook_failed: (d, event) =>
    d.set({
      last_webhook_received: later(d.context.last_webhook_received, event.received),
      webhook_failures: d.context.webhook_failures + 1
    }),
  contact_candidate: contactCandidate,
  deadline_passed: (d, event) => {
    tenantCorrected(d, event)
    creationsDue(d, event)
  },
  webhook_noted: (d, { received, success }) => webhookCame(d, received, success),
  webhook_accepted: (d, { received }) => webhookCame(d, received, true)
}

const decideTenant = (context: TenantContext, event: TenantEvent): Draft<TenantContext> => {
  const d = new Draft(context)
  rules[event.type](d, event as never)
  return d
}

const always = stays(
  "tenant_created",
  "secret_resealed",
  "provider_access_set",
  "provider_preferences_set",
  "webhook_secret_rotated",
  "webhook_status_reported",
  "webhook_accepted",
  "webhook_failed",
  "webhook_noted",
  "connection_registered",
  "key_used",
  "deadline_passed",
  "contact_candidate"
)

/** Where a tenant with these fields stands. */
export const tenantState = ({ is_active }: Pick<TenantContext, "is_active">) => (is_active ? "active" : "inactive")

const { keep, tell, after } = deciding(decideTenant)

export const tenantMachine = setup({
  types: {} as { context: TenantContext; input: { readonly id: string }; events: TenantEvent; emitted: StepTold },
  actions: { keep, tell },
  guards: {
    active: after((context: TenantContext) => tenantState(context) === "active"),
    inactive: after((context: TenantContext) => tenantState(context) === "inactive")
  }
}).createMachine({
  id: "tenant",
  context: ({ input }) => ({
    ...initialOf(tenantFields),
    id: input.id,
    creations: noCreations,
    facts: { keys: noKeys }
  }),
  initial: "active",
  states: {
    active: { on: { ...always, ...leads(["tenant_configured"], "inactive") } },
    inactive: { on: { ...always, ...leads(["tenant_configured"], "active") } }
  }
})
