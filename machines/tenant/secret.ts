/** The webhook secret of a tenant: rotation with a time of grace (CONTRACT 2.1), and the same secret under another key. Sealed, always. */
import type { Draft } from "../draft.ts"
import { later } from "../draft.ts"
import type { SecretResealed, WebhookSecretRotated } from "../events.ts"
import type { TenantFields } from "./fields.ts"

type Decision = Draft<TenantFields & { readonly id: string }>

/** A rotation while an earlier one is in its time of grace ends that one: two secrets are good at most. */
export const secretRotated = (d: Decision, event: WebhookSecretRotated): void => {
  const inGrace = event.previous_until > event.received
  d.set({
    webhook_secret: event.webhook_secret,
    previous_webhook_secret: inGrace ? d.context.webhook_secret : null,
    previous_secret_until: inGrace ? event.previous_until : null,
    updated_at: later(d.context.updated_at, event.received)
  })
}

/** The time of grace is over: the secret before is forgotten. */
export const previousSecretEnded = (d: Decision, now: number): void => {
  const { previous_secret_until } = d.context
  if (previous_secret_until === null || previous_secret_until > now) return
  d.set({ previous_webhook_secret: null, previous_secret_until: null })
}

/** A secret that was rotated meanwhile stays. */
export const secretResealed = (d: Decision, event: SecretResealed): void => {
  if (event.field !== "webhook_secret" && event.field !== "previous_webhook_secret") return
  if (d.context[event.field] === event.from) d.set({ [event.field]: event.to })
}
