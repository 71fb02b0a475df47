/** A message arrives: known or new, counted or not, and what was waiting for it happens (CONTRACT 2.4, 2.5, 2.6). */
import { earlier, later } from "../instants.ts"
import type { MessageBody, MessageReceived } from "../events.ts"
import type { RowChanged } from "../told.ts"
import type { Decision } from "./decision.ts"
import { erased, messageCounted, revise } from "./counting.ts"
import { draftShown, isUnsent } from "./drafts.ts"
import { arrivalOfShown, heardLive, seenInHistory } from "./history.ts"
import { filled, holdings, partsShown } from "./filling.ts"
import { namesFor } from "./local.ts"
import { findMail, mailNames, namedAnew } from "./mail-names.ts"
import { memberGone, memberSeen, rosterShown } from "./members.ts"
import type { MessageRecord } from "./message-window.ts"
import { counts, findShown, namesOf, store } from "./message-window.ts"
import { mailMoved, mailTracked, rolesShown, untracked } from "./mail.ts"
import { directed, isProvenOwn, owned, ownAddressesShown, takenForOthers } from "./ownership.ts"
import { isNobody } from "../person/keys.ts"
import { messageDelivered, messageRead, readOutbound } from "./receipts.ts"
import { messageDeleted, messageEdited, messageReacted } from "./revisions.ts"
import { threadShown } from "./thread.ts"
import type { WaitingFact } from "./context.ts"
import { takeWaiting } from "./waiting.ts"
import { own } from "../own.ts"

/** What the provider's numbering of system lines means for members (unipile.md §6, event_type). */
const systemLine = { removed: 6, left: 7 } as const

export const messageReceived = (d: Decision, heard: MessageReceived): void => {
  const event = directed(d, heard)
  const { message, at, letter, sender } = event
  const { window } = d.context.facts
  const known =
    letter === undefined
      ? findShown(window, { id: message.external_message_id, alias: message.provider_message_id, at })
      : findMail(window, event, letter)
  if (letter !== undefined && isUnsent(d, event, letter)) return draftShown(d, event, letter, known !== undefined)
  peopleShown(d, event)
  threadShown(d, event)
  if (known === undefined) messageAppeared(d, event)
  else messageShownAgain(d, event, heardLive(d, event, known))
  seenInHistory(d, event)
  if (letter !== undefined) {
    if (isProvenOwn(event) && sender !== null && ownAddressesShown(d, [sender.key])) ownersCorrected(d, event.received)
    mailMoved(d, event, letter, known)
  }
  const shown_at = known?.at ?? at
  d.set({ last_message_at: message.is_event ? d.context.last_message_at : later(d.context.last_message_at, shown_at) })
}

const peopleShown = (d: Decision, event: MessageReceived): void => {
  const { at, received, message } = event
  const leaves = message.is_event && message.event_type === systemLine.left
  const { sender } = event
  const ownerStays = !leaves || sender?.key !== event.owner.key
  if (ownerStays && event.letter?.owner_known !== false) memberSeen(d, event.owner, at, received)
  for (const person of event.people) {
    if (!leaves || person.key !== sender?.key) memberSeen(d, person, at, received)
  }
  // Whoever writes is there, listed or not.
  if (!message.is_event && sender !== null) memberSeen(d, sender, at, received)
  if (event.letter !== undefined) rolesShown(d, event.letter)
  if (leaves && sender !== null) memberGone(d, sender, at, received)
  if (message.is_event && message.event_type === systemLine.removed && event.people.length > 0) {
    rosterShown(d, [event.owner.key, ...event.people.map((person) => person.key)], at, received)
  }
}

const messageAppeared = (d: Decision, event: MessageReceived): void => {
  const { message, at, received, sender } = event
  const outbound = message.direction === "outbound"
  const read = outbound ? readOutbound(d, at) : message.read_at
  const { wasLocal, ...names } = namesFor(d, event)
  const parts = partsShown(event)
  const record: MessageRecord = {
    ...names,
    at,
    arrival: arrivalOfShown(d, event),
    outbound,
    sender: sender?.key ?? null,
    is_event: message.is_event,
    hidden: message.hidden,
    ...(message.is_story === true ? { is_story: true } : {}),
    ...(event.history === true ? { imported: true } : {}),
    deleted_at: message.deleted ? at : null,
    read_at: read,
    status: read !== null ? "read" : outbound ? "sent" : "delivered",
    edited_at: null,
    reactions: [],
    ...holdings({ ...parts, content: message.content, attachments: message.attachments }),
    ...(event.letter === undefined ? {} : { tracking: untracked(message.metadata) })
  }
  d.learn({ window: store(d.context.facts.window, record) })
  d.tell({
    type: "row_changed",
    external_message_id: record.id,
    sender_key: record.sender,
    fields: {
      provider_message_id: event.letter === undefined ? record.alias : (message.provider_message_id ?? record.alias),
      direction: message.direction,
      content: message.deleted ? null : message.content,
      ...(wasLocal && message.subject === null ? {} : { subject: message.subject }),
      contact_email: parts.contact_email,
      contact_phone: parts.contact_phone,
      status: record.status,
      sent_at: outbound ? at : null,
      received_at: outbound ? null : at,
      read_at: read,
      deleted_at: message.deleted ? at : null,
      arrival: record.arrival!,
      is_event: message.is_event,
      hidden: message.hidden,
      is_story: message.is_story === true,
      attachments: message.deleted ? [] : message.attachments,
      sync_status: "synced",
      last_synced_at: received,
      is_local_only: false,
      metadata: message.metadata,
      ...(wasLocal ? {} : { created_at: received }),
      updated_at: received
    }
  })
  const further = event.letter === undefined ? [] : namesOf(record)
  d.tell({
    type: "message_appeared",
    key: record.sender,
    direction: message.direction,
    at,
    received,
    is_event: message.is_event,
    counts: counts(record),
    ...(record.imported === true ? { imported: true } : {}),
    external_message_id: message.external_message_id,
    provider_message_id: message.provider_message_id,
    ...(further.length === 0 ? {} : { names: further }),
    external_thread_id: event.external_thread_id,
    provider_chat_id: chatOf(event.thread.metadata["provider_chat_id"]),
    owner_key: event.letter?.owner_known === false ? nobody : event.owner.key
  })
  if (!message.is_event)
    d.person(record.sender, received, { type: "wrote", at, direction: message.direction, counts: counts(record) })
  if (!message.is_event && sender !== null) {
    d.member(sender.key, { last_message_at: later(own(d.context.members, sender.key)!.last_message_at, at) })
  }
  if (counts(record)) messageCounted(d, record, 1, received)
  waitedFor(d, record, received)
}

/** Stands for an owner of whom nothing is known. */
const nobody = "account:"
const chatOf = (name: unknown): string | null => (typeof name === "string" ? name : null)

/** What waited for a message under one of its names happens. */
const waitedFor = (d: Decision, record: MessageRecord, received: number): void => {
  for (const fact of takeWaiting(d, namesOf(record), received)) factHappens(d, fact)
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

/**
 * The same message once more. It may know more: another name, a text or a picture that was not there yet, that it is shown after
 * all, that it was read or deleted, or that it is the account's own. It never counts again.
 */
const messageShownAgain = (d: Decision, event: MessageReceived, known: MessageRecord): void => {
  const { message, sender } = event
  const { record: full, fields } = filled(renamed(d, event, known), event)
  // Nobody has seen it before it is shown: it arrives now.
  let record = known.hidden && !message.hidden ? { ...full, hidden: false, arrival: d.seq } : full
  if (sender !== null && !known.outbound) {
    if (isProvenOwn(event)) record = owned(d, record, sender.key)
    else if (isNobody(known.sender) && !isNobody(sender.key)) record = { ...record, sender: sender.key }
  }
  if (message.read_at !== null && !record.outbound && earlier(record.read_at, message.read_at) !== record.read_at) {
    record = { ...record, read_at: message.read_at, status: "read" }
  }
  if (message.deleted && earlier(known.deleted_at, event.at) !== known.deleted_at)
    record = { ...record, deleted_at: event.at }
  if (record === known) return
  recordChanged(d, known, record, event.received, { ...fields, ...providerId(event, known, record) })
}

const renamed = (d: Decision, { message, letter }: MessageReceived, known: MessageRecord): MessageRecord => {
  if (letter !== undefined)
    return namedAnew(d.context.facts.window, known, mailNames(message, letter), letter.message_id)
  const names = [message.external_message_id, message.provider_message_id].filter((name) => name !== null)
  const other = names.find((name) => name !== known.id)
  const third = names.find((name) => name !== known.id && name !== known.alias)
  if ((known.alias === null || known.alias === known.id) && other !== undefined) return { ...known, alias: other }
  return third !== undefined && known.other === undefined && isLocalRow(known, message)
    ? { ...known, other: third }
    : known
}

/** A mail that was moved goes by its new id; of the copies of an own one the one in the folder of sent mail tells. */
const providerId = ({ message, letter }: MessageReceived, known: MessageRecord, record: MessageRecord) => {
  const { provider_message_id } = message
  if (letter === undefined)
    return { provider_message_id: isLocalRow(known, message) ? record.alias : (provider_message_id ?? record.alias) }
  const isNew = provider_message_id !== null && !namesOf(known).includes(provider_message_id)
  return isNew && (!record.outbound || letter.stage === "sent") ? { provider_message_id } : {}
}

/** Whether the message stands in a row that the CRM named before the provider did. */
const isLocalRow = (known: MessageRecord, { external_message_id, provider_message_id }: MessageBody): boolean =>
  known.id !== external_message_id && known.id !== provider_message_id

/** A known message became another: the counts follow, its row, and whoever goes by its names. */
const recordChanged = (
  d: Decision,
  known: MessageRecord,
  record: MessageRecord,
  received: number,
  fields: RowChanged["fields"]
): void => {
  revise(d, known, record, received)
  const isOwned = record.outbound && !known.outbound
  d.tell({
    type: "row_changed",
    external_message_id: record.id,
    sender_key: record.sender === known.sender ? null : record.sender,
    fields: {
      ...fields,
      hidden: record.hidden,
      ...(record.arrival === known.arrival ? {} : { arrival: record.arrival! }),
      read_at: record.read_at,
      status: record.status,
      ...(isOwned ? { direction: "outbound", sent_at: record.at, received_at: null } : {}),
      ...(record.deleted_at === null ? {} : erased(record.deleted_at)),
      updated_at: received
    }
  })
  const names = namesOf(record)
  if (isOwned && record.sender !== null) {
    const imported = record.imported === true ? { imported: true as const } : {}
    d.tell({ type: "message_owned", at: record.at, received, names, ...imported })
  }
  if (names.length === namesOf(known).length) return
  const { external_thread_id } = d.context
  const is_send = record.outbound && !record.is_event
  d.tell({ type: "message_named", external_thread_id, is_send, names, received })
  waitedFor(d, record, received)
}

/** What is known from the account's own addresses and was taken for somebody else's is its own. */
export const ownersCorrected = (d: Decision, received: number): void => {
  for (const { record, sender } of takenForOthers(d)) recordChanged(d, record, owned(d, record, sender), received, {})
}
