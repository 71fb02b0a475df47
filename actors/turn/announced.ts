/**
 * What a turn announces to the CRM (CONTRACT §8). Made inside the turn from what its actors and rows became, so that a replay
 * makes the very same; of a kind that no endpoint is told, nothing is made.
 */
import { derivedOf } from "../../machines/connection/derived.ts"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { isoInstant } from "../../machines/field.ts"
import type { MessageFields } from "../../machines/message/fields.ts"
import type { ParticipantContext } from "../../machines/participant/context.ts"
import type { RowChanged } from "../../machines/told.ts"
import type { SyncJobContext } from "../../machines/sync-job/context.ts"
import type { Announced } from "../../machines/vocabulary.ts"
import type { Announcement, ContactCreateRequested } from "./announcement.ts"
import { announcedOfConversation } from "./announcement.ts"
import type { Change, Effects } from "./outcome.ts"
import { outgoingEvent } from "./outgoing-event.ts"
import type { Reach } from "./reach.ts"

type Row = RowChanged["fields"]
type DataOf<T extends Announced> = Omit<Extract<Announcement, { readonly type: T }>["data"], "tenant">

/** Collects a turn's announcements, in their order. */
export class Announcer {
  readonly #reach: Reach
  readonly #effects: Effects

  constructor(reach: Reach, effects: Effects) {
    this.#reach = reach
    this.#effects = effects
  }

  /** The journal entry that the turn becomes. */
  get seq(): number {
    return this.#reach.seq
  }

  /** `about` makes the id; left out, it is this turn's change of the stream, which is one. */
  announce<T extends Announced>(type: T, stream: string, data: DataOf<T>, about?: string): void {
    const reach = this.#reach
    const { outgoing } = this.#effects
    const whole = { tenant: reach.tenant, ...data } as unknown as Announcement["data"]
    outgoing.push(
      outgoingEvent(reach.identity, { type, data: whole }, reach.event.received, {
        about: about ?? `${reach.seq} ${stream}`,
        stream,
        seq: reach.seq,
        index: outgoing.length
      })
    )
  }
}

/** The CRM is asked to make a contact of a participant, in the status and the pipeline that the tenant's settings name. */
export const announceContact = (announcer: Announcer, reach: Reach, participant: ParticipantContext): void => {
  const tenant = reach.tenantContext
  if (tenant === undefined) return
  const { id, name, avatar_url, email, phone, linkedin_member_urn, instagram_username } = participant
  const { facebook_id, telegram_id, twitter_handle, total_messages, facts } = participant
  const data: Omit<ContactCreateRequested["data"], "tenant"> = {
    participant_id: id,
    name,
    avatar_url,
    identifiers: {
      email,
      phone,
      linkedin_member_urn,
      linkedin_provider_id: facts.keys.find((key) => key.startsWith("linkedin:"))?.slice("linkedin:".length) ?? null,
      instagram_username,
      facebook_id,
      telegram_id,
      twitter_handle
    },
    status: tenant.default_contact_status,
    pipeline_id: tenant.default_contact_pipeline,
    total_messages,
    first_seen: isoInstant(participant.first_seen)
  }
  announcer.announce("contact.create_requested", id, data, facts.key)
}

/** Announces what the endpoints are told of the turn's messages, conversations, accounts and people. */
export const announceTurn = (reach: Reach, effects: Effects, changes: ReadonlyArray<Change>): void => {
  const wanted = reach.tenantContext?.announced_events
  if (wanted === undefined || wanted.length === 0) return
  const wants = (type: Announced) => wanted.includes(type)
  const announcer = new Announcer(reach, effects)
  // A backfill is not a hundred thousand pieces of news; its end is announced.
  const isHistory = reach.event.history === true
  if (!isHistory && (wants("message.received") || wants("message.sent") || wants("message.updated")))
    announceMessages(announcer, reach, effects, wants)
  for (const change of changes) {
    if (change.kind === "conversation" && !isHistory && wants("conversation.updated"))
      announceConversation(announcer, change)
    else if (change.kind === "connection" && wants("connection.status_changed")) announceConnection(announcer, change)
    else if (change.kind === "participant" && wants("participant.merged")) announceMerge(announcer, reach, change)
    else if (change.kind === "sync_job" && wants("sync.completed")) announceSync(announcer, change)
  }
}

const placeOf = ({ id, connection_id }: Pick<ConversationContext, "id" | "connection_id">) => ({
  conversation_id: id,
  connection_id
})

/** The changes of a message in this turn, as one. */
interface Changed {
  readonly from: ConversationContext
  readonly id: string
  readonly sender_key: string | null
  readonly fields: Row
}

const announceMessages = (
  announcer: Announcer,
  reach: Reach,
  effects: Effects,
  wants: (type: Announced) => boolean
): void => {
  const changed = new Map<string, Changed>()
  for (const { from, change } of effects.rows) {
    const key = `${from.id} ${change.external_message_id}`
    const before = changed.get(key)
    changed.set(key, {
      from,
      id: change.external_message_id,
      sender_key: change.sender_key ?? before?.sender_key ?? null,
      fields: { ...before?.fields, ...change.fields }
    })
  }
  const appeared = new Map(
    effects.appeared.map(({ conversation_id, message }) => [
      `${conversation_id} ${message.external_message_id}`,
      message
    ])
  )
  for (const [key, message] of changed) {
    const news = appeared.get(key)
    if (news === undefined) {
      if (wants("message.updated")) announceUpdate(announcer, message)
    } else if (news.counts) {
      const type = news.direction === "inbound" ? "message.received" : "message.sent"
      if (wants(type)) {
        const data = { ...placeOf(message.from), message: messageOf(reach, message) }
        announcer.announce(type, message.from.id, data, key)
      }
    }
  }
  if (!wants("message.updated")) return
  for (const { conversation_id, read } of effects.reads) {
    const conversation = reach.population.get("conversation", conversation_id)?.context
    if (conversation === undefined) continue
    announcer.announce(
      "message.updated",
      conversation_id,
      {
        ...placeOf(conversation),
        message_id: null,
        read_up_to: isoInstant(read.at),
        changes: { status: "read", read_at: isoInstant(read.read_at) }
      },
      `${reach.seq} read ${conversation_id}`
    )
  }
}

const messageOf = (reach: Reach, { id, sender_key, fields }: Changed): DataOf<"message.received">["message"] => {
  const sender = sender_key === null ? null : reach.identity.participant(sender_key)
  return {
    id,
    provider_message_id: fields.provider_message_id ?? null,
    direction: fields.direction ?? "inbound",
    status: fields.status ?? "pending",
    content: fields.content ?? null,
    subject: fields.subject ?? null,
    sender_participant_id: sender,
    sender_name: (sender === null ? undefined : reach.population.get("participant", sender)?.context.name) || null,
    contact_email: fields.contact_email ?? null,
    contact_phone: fields.contact_phone ?? null,
    sent_at: isoInstant(fields.sent_at ?? null),
    received_at: isoInstant(fields.received_at ?? null),
    attachments: fields.attachments ?? []
  }
}

/** Fields whose change is an update for the CRM; what else changes is bookkeeping. */
const announcedOfMessage = [
  "content",
  "subject",
  "status",
  "hidden",
  "reactions",
  "attachments"
] as const satisfies ReadonlyArray<keyof MessageFields>
const instantsOfMessage = ["read_at", "edited_at", "deleted_at"] as const satisfies ReadonlyArray<keyof MessageFields>

const announceUpdate = (announcer: Announcer, { from, id, fields }: Changed): void => {
  // A row that begins without having appeared is a draft of the CRM or of the mailbox.
  if (fields.created_at !== undefined) return
  const changes: Record<string, unknown> = {}
  for (const name of announcedOfMessage) if (fields[name] !== undefined) changes[name] = fields[name]
  for (const name of instantsOfMessage) if (fields[name] !== undefined) changes[name] = isoInstant(fields[name])
  if (Object.keys(changes).length === 0) return
  const data = { ...placeOf(from), message_id: id, read_up_to: null, changes }
  announcer.announce("message.updated", from.id, data, `${from.id} ${id} ${announcer.seq}`)
}

type ChangeOf<K extends Change["kind"]> = Extract<Change, { readonly kind: K }>

const announceConversation = (announcer: Announcer, { living, before }: ChangeOf<"conversation">): void => {
  const { context } = living
  const names = announcedOfConversation.filter((name) => before === null || before[name] !== context[name])
  if (names.length === 0) return
  announcer.announce("conversation.updated", context.id, {
    ...placeOf(context),
    external_thread_id: context.external_thread_id,
    changes: Object.fromEntries(
      names.map((name) => [name, name === "snoozed_until" ? isoInstant(context[name]) : context[name]])
    )
  })
}

/** A registration is the CRM's own doing. */
const announceConnection = (announcer: Announcer, { living, before }: ChangeOf<"connection">): void => {
  const { context } = living
  if (before === null) return
  if (before.account_status === context.account_status && before.auth_status === context.auth_status) return
  announcer.announce("connection.status_changed", context.id, {
    connection_id: context.id,
    account_id: context.account_id,
    user_id: context.user_id,
    account_status: context.account_status,
    auth_status: context.auth_status,
    previous_account_status: before.account_status,
    previous_auth_status: before.auth_status,
    // Whether something is to be done does not depend on the hour.
    needs_action: derivedOf(context, 0).needs_action,
    last_error: context.last_error
  })
}

const announceMerge = (announcer: Announcer, reach: Reach, { living, before }: ChangeOf<"participant">): void => {
  const { id, facts } = living.context
  if (facts.merged_into === null || before?.facts.merged_into === facts.merged_into) return
  // One that is merged as soon as it is made was never shown to anybody.
  if (before === null) return
  const merged_into = reach.identity.participant(facts.merged_into)
  announcer.announce("participant.merged", id, { participant_id: id, merged_into })
}

/** Ended: completed, failed or cancelled. */
const isOver = (job: SyncJobContext): boolean => job.completed_at !== null

const announceSync = (announcer: Announcer, { living, before }: ChangeOf<"sync_job">): void => {
  const { context } = living
  if (!isOver(context) || (before !== null && isOver(before))) return
  const { id, record_id, account_id, status, trigger_reason } = context
  const { messages_found, conversations_found, new_links_created, error_message } = context
  announcer.announce("sync.completed", id, {
    job_id: id,
    record_id,
    account_id,
    status,
    trigger_reason,
    messages_found,
    conversations_found,
    new_links_created,
    error_message
  })
}
