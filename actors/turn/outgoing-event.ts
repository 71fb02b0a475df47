/** What is announced to the CRM. Built inside the turn from what the actors know, so that a replay builds the very same. */
import { isoInstant } from "../../machines/field.ts"
import type { ParticipantContext } from "../../machines/participant/context.ts"
import type { ContactCreateRequested } from "./announcement.ts"
import type { Identity } from "../memory/identity.ts"
import type { TenantContext } from "../../machines/tenant/context.ts"

/** One announcement. `id` is derived from what is announced: the same thing is announced under one id. */
export interface OutgoingEvent {
  readonly id: string
  readonly type: ContactCreateRequested["type"]
  /** Epoch milliseconds. */
  readonly at: number
  /** JSON, as it is signed and sent. */
  readonly body: string
}

/** The CRM is asked to make a contact of a participant, in the status and the pipeline that the tenant's settings name. */
export const contactRequested = (
  participant: ParticipantContext,
  tenant: TenantContext,
  identity: Identity,
  at: number
): OutgoingEvent => {
  const type = "contact.create_requested"
  const { id, name, avatar_url, email, phone, linkedin_member_urn, instagram_username } = participant
  const { facebook_id, telegram_id, twitter_handle, total_messages, facts } = participant
  const identifiers = {
    email,
    phone,
    linkedin_member_urn,
    linkedin_provider_id: facts.keys.find((key) => key.startsWith("linkedin:"))?.slice("linkedin:".length) ?? null,
    instagram_username,
    facebook_id,
    telegram_id,
    twitter_handle
  }
  const data: ContactCreateRequested["data"] = {
    tenant: tenant.id,
    participant_id: id,
    name,
    avatar_url,
    identifiers,
    status: tenant.default_contact_status,
    pipeline_id: tenant.default_contact_pipeline,
    total_messages,
    first_seen: isoInstant(participant.first_seen)
  }
  const announcement: ContactCreateRequested = { type, timestamp: new Date(at).toISOString(), data }
  return {
    id: identity.outgoing(type, facts.key),
    type,
    at,
    body: JSON.stringify(announcement)
  }
}
