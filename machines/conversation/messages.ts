/** A message arrives: known or new, counted or not, and what was waiting for it happens (CONTRACT 2.4, 2.5, 2.6). */
import { earlier, later } from "../draft.ts"
import type { MessageBody, MessageReceived } from "../events.ts"
import type { Decision } from "./decision.ts"
import { erased, messageCounted, revise } from "./counting.ts"
import { namesOf } from "./local.ts"
import { memberGone, memberSeen, rosterShown } from "./members.ts"
import type { MessageRecord } from "./message-window.ts"
import { counts, find, store } from "./message-window.ts"
import { mailMoved, mailTracked, rolesShown, untracked } from "./mail.ts"
import { messageDelivered, messageRead, readOutbound } from "./receipts.ts"
import { messageDeleted, messageEdited, messageReacted } from "./revisions.ts"
import { threadShown } from "./thread.ts"
import type { WaitingFact } from "./context.ts"
import { takeWaiting } from "./waiting.ts"

/** What the provider's numbering of system lines means for members (unipile.md §6, event_type). */
const systemLine = { removed: 6, left: 7 } as const

export const messageReceived = (d: Decision, event: MessageReceived): void => {
  peopleShown(d, event)
  threadShown(d, event)
  const { message, at } = event
  const known = find(d.context.facts.window, message.external_message_id, message.provider_message_id)
  if (known === undefined) messageAppeared(d, event)
  else messageShownAgain(d, event, known)
  if (event.letter !== undefined) mailMoved(d, event, event.letter)
  const shown_at = known?.at ?? at
  d.set({ last_message_at: message.is_event ? d.context.last_message_at : later(d.context.last_message_at, shown_at) })
}

const peopleShown = (d: Decision, event: MessageReceived): void => {
  const { at, received, message } = event
  const leaves = message.is_event && message.event_type === systemLine.left
  const ownerStays = !leaves || event.sender.key !== event.owner.key
  if (ownerStays && event.letter?.owner_known !== false) memberSeen(d, event.owner, at, received)
  for (const person of event.people) {
    if (!leaves || person.key !== event.sender.key) memberSeen(d, person, at, received)
  }
  // Whoever writes is there, listed or not.
  if (!message.is_event) memberSeen(d, event.sender, at, received)
  if (event.letter !== undefined) rolesShown(d, event.letter)
  if (leaves) memberGone(d, event.sender, at, received)
  if (message.is_event && message.event_type === systemLine.removed && event.people.length > 0) {
    rosterShown(d, [event.owner.key, ...event.people.map((person) => person.key)], at, received)
  }
}

const messageAppeared = (d: Decision, event: MessageReceived): void => {
  const { message, at, received, sender } = event
  const outbound = message.direction === "outbound"
  const read = outbound ? readOutbound(d, at) : message.read_at
  const { wasLocal, ...names } = namesOf(d, message)
  const record: MessageRecord = {
    ...names,
    at,
    arrival: d.seq,
    outbound,
    sender: sender.key,
    is_event: message.is_event,
    hidden: message.hidden,
    ...(message.is_story === true ? { is_story: true } : {}),
    deleted_at: message.deleted ? at : null,
    read_at: read,
    status: read !== null ? "read" : outbound ? "sent" : "delivered",
    edited_at: null,
    edit_rank: 0,
    reactions: [],
    ...(event.letter === undefined ? {} : { tracking: untracked(message.metadata) })
  }
  d.learn({ window: store(d.context.facts.window, record) })
  d.tell({
    type: "row_changed",
    external_message_id: record.id,
    sender_key: sender.key,
    fields: {
      provider_message_id: record.alias,
      direction: message.direction,
      content: message.deleted ? null : message.content,
      ...(wasLocal && message.subject === null ? {} : { subject: message.subject }),
      contact_email: sender.identifiers.email ?? null,
      contact_phone: sender.identifiers.phone ?? null,
      status: record.status,
      sent_at: outbound ? at : null,
      received_at: outbound ? null : at,
      read_at: read,
      deleted_at: message.deleted ? at : null,
      arrival: d.seq,
      is_event: message.is_event,
      hidden: message.hidden,
      is_story: message.is_story === true,
      attachments: message.deleted ? [] : (message.attachments as ReadonlyArray<any>),
      sync_status: "synced",
      last_synced_at: received,
      is_local_only: false,
      metadata: message.metadata,
      ...(wasLocal ? {} : { created_at: received }),
      updated_at: received
    }
  })
  d.tell({
    type: "message_appeared",
    key: sender.key,
    direction: message.direction,
    at,
    received,
    is_event: message.is_event,
    counts: counts(record),
    external_message_id: message.external_message_id,
    provider_message_id: message.provider_message_id,
    external_thread_id: event.external_thread_id,
    provider_chat_id: chatOf(event.thread.metadata["provider_chat_id"]),
    owner_key: event.letter?.owner_known === false ? nobody : event.owner.key
  })
  if (!message.is_event) {
    d.member(sender.key, { last_message_at: later(d.context.members[sender.key]!.last_message_at, at) })
  }
  if (counts(record)) messageCounted(d, record, 1, received)
  waitedFor(d, record, received)
}

/** Stands for an owner of whom nothing is known. */
const nobody = "account:"
const chatOf = (name: unknown): string | null => (typeof name === "string" ? name : null)

/** What waited for a message under one of its names happens. */
const waitedFor = (d: Decision, record: MessageRecord, received: number): void => {
  for (const fact of takeWaiting(d, record.id, record.alias, received)) factHappens(d, fact)
  if (record.other !== undefined) for (const fact of takeWaiting(d, record.other, null, received)) factHappens(d, fact)
}

/** A fact that waited for its message happens. */
export const factHappens = (d: Decision, fact: WaitingFact): void => {
  switch (fact.type) {
    case "message_delivered":
      return messageDelivered(d, fact)
    case "message_read":
      return messageRead(d, fact)
    case "message_edited":
      return messageEdited(d, fact)
    case "message_deleted":
      return messageDeleted(d, fact)
    case "message_reacted":
      return messageReacted(d, fact)
    case "mail_tracked":
      return mailTracked(d, fact)
  }
}

/** The same message once more: it may know more (an alias, that it was read or deleted), and it never counts again. */
const messageShownAgain = (d: Decision, event: MessageReceived, known: MessageRecord): void => {
  const { message } = event
  let record = known
  const names = [message.external_message_id, message.provider_message_id].filter((name) => name !== null)
  const other = names.find((name) => name !== known.id)
  const third = names.find((name) => name !== known.id && name !== known.alias)
  if ((known.alias === null || known.alias === known.id) && other !== undefined) record = { ...record, alias: other }
  else if (third !== undefined && known.other === undefined && isLocalRow(known, message))
    record = { ...record, other: third }
  if (message.hidden && !known.hidden) record = { ...record, hidden: true }
  if (message.read_at !== null && !known.outbound && earlier(known.read_at, message.read_at) !== known.read_at) {
    record = { ...record, read_at: message.read_at, status: "read" }
  }
  if (message.deleted && earlier(known.deleted_at, event.at) !== known.deleted_at)
    record = { ...record, deleted_at: event.at }
  if (record === known) return
  revise(d, known, record, event.received)
  d.tell({
    type: "row_changed",
    external_message_id: record.id,
    sender_key: null,
    fields: {
      provider_message_id: isLocalRow(known, message) ? record.alias : (message.provider_message_id ?? record.alias),
      hidden: record.hidden,
      read_at: record.read_at,
      status: record.status,
      ...(record.deleted_at === null ? {} : erased(record.deleted_at)),
      updated_at: event.received
    }
  })
  if (record.alias !== known.alias || record.other !== known.other) waitedFor(d, record, event.received)
}

/** Whether the message stands in a row that the CRM named before the provider did. */
const isLocalRow = (known: MessageRecord, { external_message_id, provider_message_id }: MessageBody): boolean =>
  known.id !== external_message_id && known.id !== provider_message_id
