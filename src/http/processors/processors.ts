/** The processors of CONTRACT §5 that are more than a member and a moment: auth, message, conversation, participant. */
import * as Effect from "effect/Effect"
import { Identity } from "../../../actors/memory/identity.ts"
import type { TenantOwner } from "../../../actors/owner/owner.ts"
import type { Attachment, Event, Once, Person } from "../../../machines/events.ts"
import type { AuthEvent, ConversationEvent, MessageEvent, ParticipantEvent } from "../api/processors.ts"
import { BodyInvalid } from "../faults.ts"
import { timeOf } from "../instant.ts"
import { identifiersIn, keyOf, personTold } from "./person.ts"
import { threadNamed } from "./thread.ts"

type Owner = TenantOwner["Service"]

/** What the events of one told fact have in common. */
export interface Base {
  readonly received: number
  readonly via: "api"
  readonly history?: true
  readonly once?: Once
}

/** Sets account_status, auth_status, provider_config, checkpoint_data, hosted_auth_url and last_error. */
export const authEvent = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  event: typeof AuthEvent.Type,
  base: Base
) {
  const {
    type: _,
    account,
    at,
    idempotency_key: __,
    access_token: ___,
    refresh_token: ____,
    expires_in: _____,
    ...report
  } = event
  const account_id = (yield* owner.view(tenant, "connection", account))["account_id"] as string
  return { type: "auth_reported", ...base, ...report, account_id, at: yield* timeOf(at, base.received) } satisfies Event
})

/** A message as any webhook brings it; a local one as the command makes it. */
export const messageEvent = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  told: typeof MessageEvent.Type,
  base: Base
) {
  const { id, thread, members, isNew } = yield* threadNamed(owner, tenant, told.account, told.conversation)
  const person = (of: NonNullable<typeof told.sender>, field: string) =>
    personTold(owner, tenant, of, thread.channel_type, field, members)
  if (told.is_local_only === true) {
    if (isNew) return yield* new BodyInvalid({ field: "conversation", rule: "must be there before a local message" })
    return {
      type: "message_marked_local",
      ...base,
      conversation_id: id,
      client_key: told.client_key ?? told.message_id,
      message_id: told.message_id,
      content: told.content ?? null,
      subject: told.subject ?? null,
      failed: false
    } satisfies Event
  }
  const outbound = told.direction === "outbound"
  const mine: Person = isNew && told.owner !== undefined ? yield* person(told.owner, "owner") : thread.owner
  const sender = told.sender === undefined || outbound ? mine : yield* person(told.sender, "sender")
  const listed = yield* Effect.forEach(told.people ?? [], (one, index) => person(one, `people.${index}`))
  const people = [...(outbound ? [] : [sender]), ...listed]
  const read_at = told.read_at === undefined ? null : yield* timeOf(told.read_at, base.received, "read_at")
  return {
    type: "message_received",
    ...base,
    ...thread,
    owner: mine,
    at: yield* timeOf(told.at, base.received),
    sender,
    people: people.filter(
      ({ key }, index) => key !== mine.key && people.findIndex((other) => other.key === key) === index
    ),
    thread: {
      external_thread_id: thread.external_thread_id,
      subject: null,
      is_group: told.is_group ?? false,
      ...(told.is_group === false ? { is_direct: true } : {}),
      is_broadcast: false,
      is_channel: false,
      is_community: false,
      folders: [],
      message_count: null,
      is_urgent: told.is_urgent ?? false,
      metadata: {}
    },
    message: {
      external_message_id: told.message_id,
      provider_message_id: told.provider_message_id ?? null,
      direction: told.direction,
      content: told.content ?? null,
      subject: told.subject ?? null,
      attachments: (told.attachments ?? []) as unknown as ReadonlyArray<Attachment>,
      is_event: told.is_event ?? false,
      event_type: null,
      hidden: told.hidden ?? false,
      deleted: false,
      read_at,
      ...(told.client_key === undefined ? {} : { client_key: told.client_key }),
      metadata: told.metadata ?? {}
    }
  } satisfies Event
})

/** participant_count stands in metadata only: membership is what counts. */
export const conversationEvent = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  told: typeof ConversationEvent.Type,
  base: Base
) {
  const { thread } = yield* threadNamed(owner, tenant, told.account, told.conversation)
  return {
    type: "conversation_reported",
    ...base,
    ...thread,
    at: yield* timeOf(told.at, base.received),
    conversation_type: told.conversation_type ?? null,
    participant_count: told.participant_count ?? null,
    message_count: told.message_count ?? null,
    is_urgent: told.is_urgent === true || told.priority === "high" || told.priority === "urgent",
    subject: told.subject ?? null,
    sync_status: told.sync_status ?? null,
    sync_error: told.sync_error ?? null
  } satisfies Event
})

/** The person is found by our id, or by the strongest identifier; an unknown one is made. */
export const participantEvent = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  told: typeof ParticipantEvent.Type,
  base: Base
) {
  const { email, phone, linkedin, instagram, facebook, telegram, twitter } = told
  const given = {
    ...(email === undefined ? {} : { email }),
    ...(phone === undefined ? {} : { phone }),
    ...(linkedin === undefined ? {} : { linkedin_member_urn: linkedin }),
    ...(instagram === undefined ? {} : { instagram_username: instagram }),
    ...(facebook === undefined ? {} : { facebook_id: facebook }),
    ...(telegram === undefined ? {} : { telegram_id: telegram }),
    ...(twitter === undefined ? {} : { twitter_handle: twitter })
  }
  const identifiers = yield* identifiersIn(owner, tenant, given, "")
  const shown = { name: told.name ?? null, avatar_url: told.avatar_url ?? null, identifiers }
  const key = told.participant === undefined ? keyOf(identifiers, null, null) : null
  if (told.participant === undefined && key === null) {
    return yield* new BodyInvalid({ field: "participant", rule: "or an identifier of the person is needed" })
  }
  const known = told.participant === undefined ? null : yield* owner.view(tenant, "participant", told.participant)
  return {
    type: "participant_reported",
    ...base,
    at: yield* timeOf(told.at, base.received),
    participant_id: known === null ? new Identity(tenant).participant(key!) : (known["id"] as string),
    person: key === null ? null : { key, provider_participant_id: null, ...shown },
    shown,
    contact_record: told.resolved_contact_id ?? null
  } satisfies Event
})
