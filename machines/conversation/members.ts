/**
 * Who is in the conversation (CONTRACT 2.5). Membership is a function of signs: presence (an authored message, an attendee list)
 * and absence (a system line, a roster without the person, "participant left"); the newer sign wins, so order does not matter (I3).
 */
import { earlier, later } from "../instants.ts"
import type { MemberActive, MemberProviderIdSet, Person } from "../events.ts"
import { initialOf } from "../field.ts"
import { memberFields } from "../member/fields.ts"
import { recounted } from "../recount.ts"
import { isPictureAgain, learn, valueOf } from "../person/shown.ts"
import type { Member } from "./context.ts"
import type { Decision } from "./decision.ts"
import { counts, countAfter } from "./message-window.ts"
import { own } from "../own.ts"

/** Members from which on nobody is told that somebody's picture was only shown once more: a crowd is not woken for that (I8). */
const crowd = 8

/** A person was shown here at `at`. A new face becomes a member; the participant hears what was learnt. */
export const memberSeen = (d: Decision, person: Person, at: number, received: number): void => {
  const member = memberShown(d, person, at, received)
  d.member(person.key, { joined_at: earlier(member.joined_at, at) })
  weigh(d, person.key, { seen_at: later(member.seen_at, at) }, received)
}

/** A sign of absence: the person was gone at `at`. */
export const memberGone = (d: Decision, person: Person, at: number, received: number): void => {
  const member = memberShown(d, person, at, received)
  weigh(d, person.key, { gone_at: later(member.gone_at, at), told_gone_at: later(member.told_gone_at, at) }, received)
}

/** The member that a payload shows; made when new, not yet present. */
export const memberShown = (d: Decision, person: Person, at: number, received: number): Member => {
  const known = own(d.context.members, person.key)
  const member = known ?? newMember(d, person, received)
  const shown = learn(member.shown, person, at)
  if (known === undefined) {
    d.member(person.key, member)
    // By the third or fourth member nobody's horizon rests on them any more; a further one changes nothing.
    if (d.memberCount <= 4) unnamedReader(d)
  }
  if (person.metadata !== undefined) hinted(d, person.key, person.metadata, at)
  if (shown === member.shown && known !== undefined) return own(d.context.members, person.key)!
  d.member(person.key, {
    shown,
    name: valueOf(shown, "name"),
    provider_participant_id: member.given_provider_id ?? valueOf(shown, "provider_participant_id")
  })
  if (known !== undefined && d.memberCount > crowd && isPictureAgain(member.shown, shown))
    return own(d.context.members, person.key)!
  d.person(person.key, received, {
    type: "shown",
    is_owner: person.key === d.context.facts.owner_key,
    conversation_id: d.context.id,
    person,
    at
  })
  return own(d.context.members, person.key)!
}

/** The hints of the newest payload stand; at the same instant the greater text, so that order does not matter (I3). */
const hinted = (d: Decision, key: string, metadata: Member["metadata"], at: number): void => {
  const { hinted_at = -Infinity, metadata: before } = own(d.context.members, key)!
  const text = JSON.stringify(metadata)
  const known = JSON.stringify(before)
  if (at < hinted_at || (at === hinted_at && text <= known)) return
  d.member(key, text === known ? { hinted_at: at } : { hinted_at: at, metadata })
}

const newMember = (d: Decision, person: Person, received: number): Member => {
  const { unread_count: _, ...fields } = initialOf(memberFields)
  const { roster } = d.context.facts
  return {
    ...fields,
    key: person.key,
    role: person.key === d.context.facts.owner_key ? "owner" : "member",
    shown: {},
    seen_at: null,
    gone_at: roster !== null && !roster.keys.includes(person.key) ? roster.at : null,
    told_gone_at: null,
    named_read_at: null,
    given_provider_id: null,
    seen_count: 0,
    is_active: false,
    created_at: received,
    updated_at: received
  }
}

/** A full roster at `at`: everybody who is not on it has left by then, those included who are seen only later. */
export const rosterShown = (d: Decision, keys: ReadonlyArray<string>, at: number, received: number): void => {
  const roster = d.context.facts.roster
  if (roster === null || at > roster.at) d.learn({ roster: { at, keys } })
  for (const key in d.context.members) {
    if (!keys.includes(key)) weigh(d, key, { gone_at: later(own(d.context.members, key)!.gone_at, at) }, received)
  }
}

/** Whoever was taken for a member was another one: no sign of presence is left. */
export const neverHere = (d: Decision, key: string, received: number): void =>
  weigh(d, key, { seen_at: null }, received)

/** Weighs presence against absence and keeps the counts of the conversation and the person in step. */
const weigh = (
  d: Decision,
  key: string,
  signs: Partial<Pick<Member, "seen_at" | "gone_at" | "told_gone_at">>,
  received: number
): void => {
  d.member(key, signs)
  const member = own(d.context.members, key)!
  const { is_active: wasActive } = member
  const active = member.seen_at !== null && (member.gone_at === null || member.seen_at > member.gone_at)
  const left_at = active ? null : member.gone_at
  if (active === wasActive && left_at === member.left_at) return
  d.member(key, { is_active: active, left_at })
  if (active === wasActive) return
  const by = active ? 1 : -1
  d.set({ participant_count: d.context.participant_count + by })
  d.person(key, received, { type: "membership", by })
}

/** The person has read everything up to `at` (a horizon: it only rises). `at` must not lie below the window's floor. */
export const memberRead = (d: Decision, key: string, at: number): void => {
  const { named_read_at, last_read_at } = own(d.context.members, key)!
  if (named_read_at === null || at > named_read_at)
    d.member(key, { named_read_at: at, named_seen_count: seenUpTo(d, key, at) })
  horizonMoved(d, key, later(last_read_at, at))
}

/**
 * Receipts that name nobody are the other side's as long as there is only one: with a third person it could be anyone, and
 * then nobody's horizon rests on them, whichever came first (I3).
 */
export const unnamedReader = (d: Decision): void => {
  const { unnamed_read_to } = d.context.facts
  if (unnamed_read_to === null) return
  const others = Object.values(d.context.members).filter((member) => member.role !== "owner")
  for (const { key, named_read_at } of others) {
    horizonMoved(d, key, others.length === 1 ? later(named_read_at, unnamed_read_to) : named_read_at)
  }
}

const horizonMoved = (d: Decision, key: string, at: number | null): void => {
  const { last_read_at, named_read_at, named_seen_count } = own(d.context.members, key)!
  if (last_read_at === at) return
  // Back to what the person was named for: that may lie below the window's floor, where nothing can be counted any more.
  const named = at === named_read_at ? named_seen_count : null
  d.member(key, { last_read_at: at, seen_count: at === null ? 0 : (named ?? seenUpTo(d, key, at)) })
}

/** Messages of others at or before `at`, which must not lie below the window's floor. */
const seenUpTo = (d: Decision, key: string, at: number): number => {
  const after = countAfter(d.context.facts.window, at, (record) => counts(record) && record.sender !== key)
  return d.context.message_count - own(d.context.members, key)!.message_count - after
}

/** A message that counts came (+1) or went (-1): the sender's count, and what others had already read of that time. */
export const memberCounted = (d: Decision, sender: string | null, at: number, by: 1 | -1): void => {
  const author = sender === null ? undefined : own(d.context.members, sender)
  if (author !== undefined) d.member(author.key, { message_count: author.message_count + by })
  for (const key in d.context.members) {
    if (key === sender) continue
    const { last_read_at, seen_count, named_read_at, named_seen_count } = own(d.context.members, key)!
    if (last_read_at !== null && last_read_at >= at) d.member(key, { seen_count: seen_count + by })
    if (named_seen_count != null && named_read_at !== null && named_read_at >= at)
      d.member(key, { named_seen_count: named_seen_count + by })
  }
}

/** The head count from the members themselves, for the maintenance that corrects drift; the type follows it. */
export const headsCounted = (d: Decision): void =>
  d.set({ participant_count: Object.values(d.context.members).filter((member) => member.is_active).length })

/** Members that the event changed were updated by it. */
export const membersTouched = (d: Decision, before: Decision["context"]["members"], received: number): void => {
  if (d.context.members === before) return
  for (const key in d.context.members) {
    const member = own(d.context.members, key)!
    if (member !== own(before, key)) d.member(key, { updated_at: later(member.updated_at, received) })
  }
}

/** Messages of others after the person's horizon. For the owner: the conversation's own unread_count. */
export const memberUnread = (
  d: { readonly unread_count: number; readonly message_count: number },
  member: Member
): number => (member.role === "owner" ? d.unread_count : d.message_count - member.message_count - member.seen_count)

const notMember = {
  type: "command_refused",
  field: "participant",
  rule: "is not a member of the conversation"
} as const

/** set_provider_participant_id: the CRM's word stands above what payloads show; null takes it back. */
export const memberProviderIdSet = (d: Decision, event: MemberProviderIdSet): void => {
  const member = own(d.context.members, event.key)
  if (member === undefined) return d.tell(notMember)
  d.member(event.key, {
    given_provider_id: event.provider_participant_id,
    provider_participant_id: event.provider_participant_id ?? valueOf(member.shown, "provider_participant_id")
  })
}

/**
 * update_participant_activity: the member was active here at `at`, a sign of presence that no message shows. The member's own
 * counts follow: the newest activity, and the messages as their rows say; what others wrote since is unread by those.
 */
export const memberActive = (d: Decision, event: MemberActive): void => {
  const { key, at, counted, received } = event
  const member = own(d.context.members, key)
  if (member === undefined) return d.tell(notMember)
  d.member(key, {
    joined_at: earlier(member.joined_at, at),
    last_message_at: later(later(member.last_message_at, at), counted?.last_message_at ?? null),
    message_count:
      counted === undefined ? member.message_count : recounted(member.message_count, counted.found, counted.right)
  })
  weigh(d, key, { seen_at: later(own(d.context.members, key)!.seen_at, at) }, received)
  d.person(key, received, { type: "acted", at })
}
