/**
 * Two conversations that turn out to be one thread: the one hands over everything that it knows and answers no more, the other
 * takes it as if it had heard it all itself. What a mail's late arrival split is whole again, whichever came first (I3).
 */
import { earlier, later } from "../instants.ts"
import type { Person } from "../events.ts"
import { joinShown, valueOf } from "../person/shown.ts"
import type { MemberRole } from "../vocabulary.ts"
import type { ConversationContext, Member } from "./context.ts"
import { messageCounted, revise } from "./counting.ts"
import type { Decision } from "./decision.ts"
import { memberGone, memberRead, memberSeen, memberShown, unnamedReader } from "./members.ts"
import { rolesShown } from "./mail.ts"
import { previewJoined } from "./last-message.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, counts, emptyWindow, find, secondId, store } from "./message-window.ts"
import { outboundRead, readOutbound } from "./receipts.ts"
import { deletedAt, reactionShown } from "./revisions.ts"
import { joinedThread } from "./thread.ts"
import { horizonJoined, readsBounded } from "./unread.ts"
import { draftsJoined } from "./drafts.ts"
import { sameMail } from "./mail-names.ts"
import { factHappens, ownersCorrected } from "./messages.ts"
import { ownAddressesShown } from "./ownership.ts"
import { own } from "../own.ts"

/** Told to the conversation that ends. */
export interface ThreadJoined {
  readonly type: "thread_joined"
  readonly into_id: string
  readonly into: string
  readonly received: number
}
/** Told to the one that goes on. */
export interface ConversationAbsorbed {
  readonly type: "conversation_absorbed"
  readonly was: ConversationContext
  readonly received: number
}

export const threadJoined = (d: Decision, event: ThreadJoined): void => {
  const { received, into, into_id } = event
  if (d.context.merged_into !== null || into_id === d.context.id) return
  const was = d.before
  d.tell({ type: "conversation_handed_over", into, into_id, was, received })
  for (const key in was.members) {
    if (!own(was.members, key)!.is_active) continue
    d.member(key, { is_active: false })
    d.person(key, received, { type: "membership", by: -1 })
  }
  d.learn({ window: emptyWindow, previews: [], waiting: [], newest: [], snooze: null })
  d.set({
    merged_into: into_id,
    status: "deleted",
    snoozed_until: null,
    message_count: 0,
    unread_count: 0,
    participant_count: 0,
    is_hot: false,
    readers: {}
  })
}

export const conversationAbsorbed = (d: Decision, { was, received }: ConversationAbsorbed): void => {
  readsBounded(d)
  const stranger = strangerOf(d, was)
  for (const member of Object.values(was.members)) if (member.key !== stranger) memberJoined(d, member, received)
  const roles = Object.fromEntries(
    Object.values(was.members).flatMap(({ key, mail_role }) => (mail_role === undefined ? [] : [[key, mail_role]]))
  ) as Record<string, MemberRole>
  if (d.context.facts.owner_key === null) d.learn({ owner_key: was.facts.owner_key })
  for (const record of all(was.facts.window)) {
    const isOwn = stranger !== null && record.sender === stranger
    messageJoined(d, was, isOwn ? { ...record, sender: d.context.facts.owner_key! } : record, received)
  }
  // What had left the other's window is remembered by rows, which are this one's now.
  const { window } = d.context.facts
  d.learn({ window: { ...window, floor: later(window.floor, was.facts.window.floor) } })
  ownAddressesShown(d, was.facts.own_keys ?? [])
  ownersCorrected(d, received)
  draftsJoined(d, was, received)
  if (Object.keys(roles).length > 0) rolesShown(d, { roles, owner_known: true, moved: null })
  d.set({
    last_message_at: later(d.context.last_message_at, was.last_message_at),
    last_accessed_at: later(d.context.last_accessed_at, was.last_accessed_at),
    created_at: earlier(d.context.created_at, was.created_at)
  })
  joinedThread(d, was)
  horizonJoined(d, was)
  receiptsJoined(d, was, received)
  for (const fact of was.facts.waiting) factHappens(d, fact)
}

/** A receipt of the one part covers what is older in the other, and tells how far its reader has come in both. */
const receiptsJoined = (d: Decision, was: ConversationContext, received: number): void => {
  for (const { to, at } of was.facts.outbound_reads) outboundRead(d, to, at, received)
  for (const { key, named_read_at } of Object.values(was.members)) {
    if (named_read_at !== null && own(d.context.members, key) !== undefined) memberRead(d, key, named_read_at)
  }
  d.learn({ unnamed_read_to: later(d.context.facts.unnamed_read_to, was.facts.unnamed_read_to) })
  unnamedReader(d)
}

/** The owner as a conversation knew it that was shown no more of it than the account; here it is known who that is. */
const strangerOf = (d: Decision, was: ConversationContext): string | null => {
  const { owner_key } = was.facts
  const here = d.context.facts.owner_key
  return owner_key?.startsWith("account:") === true && here !== null && here !== owner_key ? owner_key : null
}

const bare = (key: string): Person => ({
  key,
  provider_participant_id: null,
  name: null,
  avatar_url: null,
  identifiers: {}
})

const memberJoined = (d: Decision, member: Member, received: number): void => {
  const { key, seen_at, gone_at } = member
  const shown = joinShown(memberShown(d, bare(key), member.joined_at ?? received, received).shown, member.shown)
  d.member(key, {
    shown,
    name: valueOf(shown, "name"),
    provider_participant_id: own(d.context.members, key)!.given_provider_id ?? valueOf(shown, "provider_participant_id")
  })
  if (seen_at !== null) memberSeen(d, bare(key), seen_at, received)
  if (gone_at !== null) memberGone(d, bare(key), gone_at, received)
  const here = own(d.context.members, key)
  if (here === undefined) return
  d.member(key, {
    joined_at: earlier(here.joined_at, member.joined_at),
    last_message_at: later(here.last_message_at, member.last_message_at),
    created_at: earlier(here.created_at, member.created_at)
  })
}

/** A message of the other conversation: new here, or the same one, which then is counted once. */
const messageJoined = (d: Decision, was: ConversationContext, told: MessageRecord, received: number): void => {
  const { window } = d.context.facts
  const isTaken = find(window, told.id)?.id === told.id
  const named = find(window, told.id, told.alias)
  const known = named !== undefined && isOne(named, told) ? named : sameMail(window, told)
  const record = isTaken ? { ...told, id: secondId(told.id, was.id) } : told
  if (known !== undefined) {
    if (counts(told)) {
      d.channelRecounted(-1, received)
      d.person(told.sender, received, { type: "discounted" })
    }
    knownJoined(d, known.id, told, received)
    // Its row stays, and shows nowhere.
    return rowOf(d, record.id, { hidden: true, updated_at: received })
  }
  const read_at = record.outbound ? earlier(record.read_at, readOutbound(d, record.at)) : record.read_at
  const joined: MessageRecord = read_at === record.read_at ? record : { ...record, read_at, status: "read" }
  d.learn({ window: store(window, joined) })
  previewJoined(d, was, told, joined.id)
  rowOf(d, record.id, { status: joined.status, read_at, updated_at: received }, record.sender)
  if (counts(joined)) messageCounted(d, joined, 1, received)
}

/**
 * Whether two records of one name are of one message. The number of a mail in its folder may be another folder's mail: then it is
 * the same one only if it is of the same instant.
 */
const isOne = (known: MessageRecord, record: MessageRecord): boolean => {
  if (record.tracking === undefined) return true
  const apart = Math.abs(known.at - record.at)
  return known.sender === record.sender && (known.id === record.id ? apart <= copyTime : apart < 1000)
}

/** Two copies of one mail may be dated when it left and when it arrived. */
const copyTime = 2 * 60_000

/** What the other conversation was told of a message that is here too. */
const knownJoined = (d: Decision, id: string, record: MessageRecord, received: number): void => {
  const now = () => find(d.context.facts.window, id)!
  if (now().alias === null && record.id !== id)
    d.learn({ window: store(d.context.facts.window, { ...now(), alias: record.id }) })
  for (const reaction of record.reactions) reactionShown(d, now(), reaction, received)
  if (record.deleted_at !== null) deletedAt(d, now(), record.deleted_at, received)
  const { read_at, status } = now()
  if (record.read_at !== null && earlier(read_at, record.read_at) !== read_at) {
    revise(d, now(), { ...now(), read_at: record.read_at, status: "read" }, received)
    rowOf(d, id, { status: "read", read_at: record.read_at, updated_at: received })
  } else if (record.status === "delivered" && status === "sent") {
    d.learn({ window: store(d.context.facts.window, { ...now(), status: "delivered" }) })
    rowOf(d, id, { status: "delivered", updated_at: received })
  }
}

const rowOf = (d: Decision, external_message_id: string, fields: object, sender_key: string | null = null): void =>
  d.tell({ type: "row_changed", external_message_id, sender_key, fields })
