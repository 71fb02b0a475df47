/**
 * The one other person of a chat of two (CONTRACT 2.4). Networks show that person, and the account's own, now under a number and
 * now under a hidden id (`@lid`), in messages, lists, receipts and reactions: a second id is no third member. Whether two ids are
 * one person for good is another question, because a merge is not undone: here only a number and a hidden id that
 * have shown to be the same one are joined; every other id is taken for the person in this chat alone. In groups nothing is supposed.
 */
import { phoneSpellings } from "../identifiers.ts"
import type { MemberLeft, MessageReceived, Person } from "../events.ts"
import type { Shown } from "../person/shown.ts"
import type { ConversationContext, Member } from "./context.ts"
import type { Decision } from "./decision.ts"
import { neverHere } from "./members.ts"
import { own } from "../own.ts"

/** What two showings of a person are compared by. */
interface Ids {
  readonly key: string
  readonly phone: string | null
  readonly lid: string | null
}

const isLid = (key: string): boolean => key.startsWith("whatsapp:") && key.endsWith("@lid")

const idsOf = (key: string, phone: string | null | undefined, also: ReadonlyArray<string>): Ids => ({
  key,
  phone: phone ?? (key.startsWith("phone:") ? key.slice("phone:".length) : null),
  lid: [key, ...also].find(isLid) ?? null
})
const idsOfPerson = (person: Person): Ids => idsOf(person.key, person.identifiers.phone, person.also ?? [])
const alsoIn = (shown: Shown): ReadonlyArray<string> =>
  Object.keys(shown).flatMap((piece) => (piece.startsWith("also ") ? [piece.slice("also ".length)] : []))
const idsOfMember = ({ key, shown }: Member): Ids => idsOf(key, shown["phone"]?.value, alsoIn(shown))

/** Two numbers are two people. */
const areTwo = (one: Ids, other: Ids): boolean =>
  one.phone !== null && other.phone !== null && !phoneSpellings(one.phone).includes(other.phone)

/** Whether the one shows a number, the other a hidden id, and neither contradicts the other. */
const complete = (one: Ids, other: Ids): boolean => {
  const [phones, lids] = [
    [one.phone, other.phone],
    [one.lid, other.lid]
  ]
  const once = (values: ReadonlyArray<string | null>) => new Set(values.filter((value) => value !== null)).size === 1
  return once(phones) && once(lids)
}

/** Whether payloads call it a chat of two, and none calls it anything else. */
const isOfTwo = ({ facts: { hints } }: ConversationContext): boolean =>
  hints.direct === true && !hints.group && !hints.broadcast && !hints.channel

const isOwn = ({ facts, members }: ConversationContext, { key }: Person): boolean => {
  const { owner_key, own_keys } = facts
  if (key === owner_key || own_keys?.includes(key) === true) return true
  return owner_key !== null && own(own(members, owner_key)?.shown ?? {}, `also ${key}`) !== undefined
}

/** The members who are not the account's own. */
const others = (c: ConversationContext): ReadonlyArray<Member> =>
  Object.values(c.members).filter(
    ({ key, role }) => role !== "owner" && key !== c.facts.owner_key && c.facts.own_keys?.includes(key) !== true
  )

/** The other person of the chat: whom it is named after, else whoever is there alone, hidden ids counting last. Null: nobody yet, or several. */
const peerOf = (c: ConversationContext): Member | null => {
  const all = others(c)
  const named = c.facts.partner
  const partner = named === undefined ? undefined : all.find((member) => isCalled(idsOfMember(member), named))
  if (partner !== undefined) return partner
  const here = all.filter(({ is_active }) => is_active)
  const present = here.length === 0 ? all : here
  if (present.length === 1) return present[0]!
  const shown = present.filter((member) => idsOfMember(member).phone !== null)
  return shown.length === 1 ? shown[0]! : null
}

const isCalled = ({ key, phone, lid }: Ids, name: string): boolean =>
  key === name || lid === name || (phone !== null && phoneSpellings(phone).some((each) => name === `phone:${each}`))

/** The same person under the key of the chat's other one. What would join the two for good is left out. */
const as = (key: string, { identifiers: _, also: __, ...person }: Person): Person => ({
  ...person,
  key,
  identifiers: {}
})

const bare = (key: string): Person => ({
  key,
  provider_participant_id: null,
  name: null,
  avatar_url: null,
  identifiers: {}
})

/** The message with its people under the keys that they have in a chat of two; the very same event elsewhere. */
export const amongTwo = (d: Decision, event: MessageReceived): MessageReceived => {
  const { is_direct, partner } = event.thread
  const { hints, partner: known } = d.context.facts
  if (is_direct === true && hints.direct !== true) d.learn({ hints: { ...hints, direct: true } })
  if (partner !== undefined && known === undefined) d.learn({ partner })
  if (!isOfTwo(d.context)) return event
  const isForeign = (person: Person) => person.key !== event.owner.key && !isOwn(d.context, person)
  const peer = presentPeer(d.context, event, isForeign)
  if (peer === null) return event
  const former = onlyOne(d, event, peer)
  // In a chat that is named after the one, whoever else is listed is the account's own person.
  const isNamedAfter = partner !== undefined && isCalled(peer, partner)
  const isSecond = (person: Person) =>
    person.key !== peer.key &&
    isForeign(person) &&
    ((isNamedAfter && person.key !== event.sender?.key) || !areTwo(idsOfPerson(person), peer))
  const isPlain = (person: Person) => !isSecond(person) && !isOwn(d.context, person)
  if (former === null && (event.sender === null || !isSecond(event.sender)) && event.people.every(isPlain)) return event

  const isAlone =
    new Set(
      shownIn(event)
        .filter(isForeign)
        .map(({ key }) => key)
    ).size === 1
  const present = (person: Person): Person => {
    if (isSecond(person)) return secondAs(d, event, person, peer, isAlone)
    return former !== null && person.key === peer.key ? { ...person, also: [former, ...(person.also ?? [])] } : person
  }
  const sender = event.sender === null ? null : present(event.sender)
  const here = event.people.filter(isPlain).map(present)
  const isListed = sender?.key === peer.key || here.some(({ key }) => key === peer.key)
  const second = isListed ? undefined : event.people.find(isSecond)
  return { ...event, sender, people: second === undefined ? here : [...here, present(second)] }
}

/** Everybody in a message, its author first; a system line may have none. */
const shownIn = ({ sender, people }: MessageReceived): ReadonlyArray<Person> =>
  sender === null ? people : [sender, ...people]

/** The other person of the chat: a member, or somebody whom this message shows as the first, or as the one that the chat is named after. */
const presentPeer = (
  c: ConversationContext,
  event: MessageReceived,
  isForeign: (person: Person) => boolean
): Ids | null => {
  const { partner } = c.facts
  const member = peerOf(c)
  const ids = member === null ? null : idsOfMember(member)
  if (ids !== null && (partner === undefined || isCalled(ids, partner))) return ids
  const shown = shownIn(event).filter(isForeign).map(idsOfPerson)
  const named = partner === undefined ? undefined : shown.find((each) => isCalled(each, partner))
  if (named !== undefined && (ids === null || !areTwo(named, ids))) return named
  if (ids !== null || others(c).length > 0) return ids
  const isAuthor = event.sender !== null && isForeign(event.sender)
  return (isAuthor ? shown[0] : shown.find(({ phone }) => phone !== null)) ?? shown[0] ?? null
}

/** Whether two ids are the other person's for good: a number and a hidden id, in a chat that is named after neither or after one. */
const areOne = ({ facts }: ConversationContext, { thread }: MessageReceived, one: Ids, other: Ids): boolean => {
  const names = [facts.partner, thread.partner].filter((name) => name !== undefined)
  return (
    complete(one, other) && (names.length === 0 || names.some((name) => isCalled(one, name) || isCalled(other, name)))
  )
}

/** A second id as the other person: for good where it wrote to the account, or is the only one that the payload lists. */
const secondAs = (d: Decision, event: MessageReceived, person: Person, peer: Ids, isAlone: boolean): Person => {
  const { message, sender } = event
  const wrote = message.direction === "inbound" && person.key === sender?.key
  const isShown = !message.is_event && (wrote || isAlone)
  if (!isShown || !areOne(d.context, event, idsOfPerson(person), peer)) return as(peer.key, person)
  return { ...person, key: peer.key, also: [person.key, ...(person.also ?? [])] }
}

/**
 * Second ids that were taken for members: before it was known to be a chat of two, or before whom it is named after was shown.
 * Answers with the one that is the other person for good.
 */
const onlyOne = (d: Decision, event: MessageReceived, peer: Ids): string | null => {
  const isNew = own(d.context.members, peer.key) === undefined
  let former: string | null = null
  for (const member of others(d.context)) {
    const ids = idsOfMember(member)
    if (member.key === peer.key || areTwo(ids, peer)) continue
    // What it was told, the two have together, as soon as the participants are one: in this turn.
    if (isNew && former === null && areOne(d.context, event, ids, peer)) former = member.key
    else if (member.is_active) neverHere(d, member.key, event.received)
  }
  return former
}

/** Who left. */
export const leaverAmongTwo = (d: Decision, event: MemberLeft): MemberLeft => {
  const person = secondOf(d, event.person)
  return person === null ? event : { ...event, person }
}

/** The other person, where that is who is shown under a second id. */
const secondOf = (d: Decision, person: Person): Person | null => {
  if (!isOfTwo(d.context) || isOwn(d.context, person)) return null
  const peer = peerOf(d.context)
  if (peer === null || peer.key === person.key || areTwo(idsOfPerson(person), idsOfMember(peer))) return null
  return as(peer.key, person)
}

/** Who read a message: in a chat of two it was written by the one and read by the other. */
export const readerAmongTwo = (d: Decision, reader: Person, outbound: boolean): Person => {
  const peer = secondOf(d, reader)
  if (peer === null) return reader
  const { owner_key } = d.context.facts
  return outbound || owner_key === null ? peer : bare(owner_key)
}

/** Who reacted: the other person, unless that one is known to be hidden behind another id. */
export const reactorAmongTwo = (d: Decision, reactor: Person): Person => {
  const peer = secondOf(d, reactor)
  if (peer === null) return reactor
  const { owner_key } = d.context.facts
  const [mine, theirs] = [idsOfPerson(reactor).lid, idsOfMember(own(d.context.members, peer.key)!).lid]
  const isOther = mine !== null && theirs !== null && mine !== theirs
  return isOther && owner_key !== null ? bare(owner_key) : peer
}
