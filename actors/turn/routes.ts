/** Which actor an event goes to first. What follows from it, the actors tell each other in the same turn. */
import type { Event } from "../../machines/events.ts"
import type { Identity } from "../memory/identity.ts"
import type { Address } from "../memory/population.ts"

/** An event's first actor, and what makes that actor when it is new (absent: it must exist). */
export interface Route extends Address {
  readonly input?: unknown
}

/** The account that an event needs to be registered, or null (I9: otherwise it waits). */
export const accountOf = (event: Event): string | null => {
  switch (event.type) {
    case "connection_registered":
      return null
    case "hosted_auth_reported":
      return event.account_id
    default:
      return "account_id" in event ? event.account_id : null
  }
}

/** First actors of an event. `tenant` is the tenant's own id. */
export const routesOf = (
  event: Event,
  tenant: string,
  identity: Identity,
  connections: () => ReadonlyArray<Address>
): ReadonlyArray<Route> => {
  switch (event.type) {
    case "message_received":
    case "message_delivered":
    case "message_read":
    case "message_edited":
    case "message_deleted":
    case "message_reacted":
    case "mail_tracked":
    case "calendar_event_shown":
    case "member_left":
    case "conversation_reported": {
      const id = identity.conversation(event.channel_type, event.account_id, event.external_thread_id)
      const input = {
        id,
        connection_id: identity.connection(event.account_id),
        channel_id: identity.channel(event.channel_type, event.account_id),
        external_thread_id: event.external_thread_id,
        received: event.received
      }
      return [{ kind: "conversation", id, input }]
    }
    case "conversation_read":
    case "conversation_unread":
    case "conversation_accessed":
    case "conversation_prioritised":
    case "conversation_status_set":
    case "conversation_type_set":
    case "conversation_assigned":
    case "conversation_snoozed":
    case "conversation_labelled":
    case "conversation_heat_checked":
    case "conversation_heat_set":
    case "conversation_type_detected":
    case "conversation_synced":
    case "message_timed":
    case "message_subject_set":
    case "message_marked_local":
    case "member_provider_id_set":
    case "member_active":
    case "conversation_type_checked":
    case "conversation_recounted":
      return [{ kind: "conversation", id: event.conversation_id }]
    case "fact_arrived":
      // Its account's type was set before the turn (prepare/place.ts).
      return [{ kind: "channel", id: identity.channel(event.channel_type!, event.account_id) }]
    case "relation_added": {
      const { key } = event.person
      const id = identity.participant(key)
      return [{ kind: "participant", id, input: { id, key, received: event.received } }]
    }
    case "connection_registered": {
      const id = identity.connection(event.account_id)
      const channel_id = identity.channel(event.channel_type, event.account_id)
      const made = { account_id: event.account_id, channel_type: event.channel_type, received: event.received }
      return [
        { kind: "connection", id, input: { ...made, id, channel_id } },
        { kind: "channel", id: channel_id, input: { ...made, id: channel_id } }
      ]
    }
    case "hosted_auth_reported":
      // A failed sign-in names no account, only the user: it is said to each of the user's accounts that still wait for one.
      return event.account_id === null
        ? connections()
        : [{ kind: "connection", id: identity.connection(event.account_id) }]
    case "account_status_changed":
    case "rate_limit_set":
    case "tokens_stored":
    case "connection_activity_set":
    case "auth_reported":
    case "connection_synced":
    case "send_reserved":
    case "send_confirmed":
    case "send_cancelled":
      return [{ kind: "connection", id: identity.connection(event.account_id) }]
    case "secret_resealed":
      return [{ kind: event.kind, id: event.id }]
    case "channel_recounted":
      return [{ kind: "channel", id: event.channel_id }]
    case "token_checked":
    case "day_started":
      return [{ kind: "connection", id: event.connection_id }]
    case "tenant_created":
      return [
        { kind: "tenant", id: tenant, input: { id: tenant } },
        { kind: "scheduler", id: identity.scheduler(), input: { id: identity.scheduler(), received: event.received } }
      ]
    case "channel_sync_settings_set":
    case "channel_described":
    case "channel_activity_set":
      return [{ kind: "channel", id: event.channel_id }]
    case "participant_reported": {
      const { participant_id: id, person, received } = event
      return [{ kind: "participant", id, ...(person === null ? {} : { input: { id, key: person.key, received } }) }]
    }
    case "participant_corrected":
    case "participant_recounted":
      return [{ kind: "participant", id: event.participant_id }]
    case "provider_access_set":
    case "provider_preferences_set":
    case "webhook_secret_rotated":
    case "webhook_status_reported":
    case "tenant_configured":
    case "webhook_failed":
    case "webhook_noted":
      return [{ kind: "tenant", id: tenant }]
    case "task_finished":
    case "task_requested":
      return [{ kind: "scheduler", id: identity.scheduler() }]
    case "auto_sync_scheduled": {
      const id = identity.record(event.record_id)
      const { record_id, user_id, received } = event
      return [{ kind: "record", id, input: { id, record_id, user_id, received } }]
    }
    case "sync_requested": {
      if (event.account_id !== null) return [{ kind: "connection", id: identity.connection(event.account_id) }]
      const record_id = event.record_id ?? ""
      const id = identity.record(record_id)
      const { triggered_by: user_id, received } = event
      return [{ kind: "record", id, input: { id, record_id, user_id, received } }]
    }
    case "sync_job_claimed":
    case "sync_job_progressed":
    case "sync_job_ended":
    case "sync_job_cancelled":
    case "sync_job_trigger_set":
    case "sync_job_updated":
      return [{ kind: "sync_job", id: event.job_id }]
    case "record_put":
    case "record_removed":
      // The turn itself knows whom a record concerns.
      return []
    case "participant_resolved":
    case "participant_secondary_set":
    case "participant_rematched":
      return [{ kind: "participant", id: event.participant_id }]
    case "deadline_passed":
      return [{ kind: event.kind, id: event.id }]
  }
}
