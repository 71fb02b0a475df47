/**
 * Who is who in a payload: the account's own person, the author, the others. Owns the recognition of the
 * owner, who may stand among the attendees (groups), be the author (echoes) or appear nowhere.
 */
import { identifierKey } from "../../../machines/identifiers.ts"
import type { Person } from "../../../machines/events.ts"
import type { ChannelType } from "../../../machines/vocabulary.ts"
import type { Region } from "../../../actors/prepare/phone.ts"
import { areOneNumber, regionOfPhone } from "../../../actors/prepare/phone.ts"
import type { Attendee, Messaging } from "./payload.ts"
import { personOf } from "./person.ts"
import { identity, record, requiredIdentity, yesNo } from "../text.ts"
import { isOfMany, namesakeOf } from "./thread.ts"

/** Attendees of a payload that are looked at: more than a group of any network shows (I8). */
export const attendeeLimit = 2_048

export interface Cast {
  /** The account's own person. Its key comes from the account alone, so that every payload gives the same one (I3). */
  readonly owner: Person
  /** Whether the account wrote the message; null when the payload does not tell. */
  readonly outbound: boolean | null
  /** The author; null when none is shown. */
  readonly author: Person | null
  /** Attendees and author, each once, without the owner and without group ids. */
  readonly people: ReadonlyArray<Person>
  /** Whether `people` holds every attendee that the payload lists. */
  readonly isWhole: boolean
  /** The key of the person that the chat is named after; null where the network does not name chats so. */
  readonly partner: string | null
  /** Any other person of the payload, also by a bare id: the owner's own person if it is the owner, null if it is nobody. */
  readonly person: (shown: unknown) => Person | null
}

/** Casts the people of a messaging payload. */
export const castOf = (payload: Messaging, channel_type: ChannelType): Cast => {
  const account = accountPerson(payload, channel_type)
  const own = account?.identifiers.phone
  const region = own === undefined ? null : regionOfPhone(own)
  let owner = account ?? nobody(identifierKey("account", requiredIdentity(payload.account_id)))

  const listed = attendeesOf(payload.attendees)
  const attendees = listed.slice(0, attendeeLimit)
  const chat = isOfMany(payload) ? identity(payload.provider_chat_id) : null
  const shownAs = (attendee: Attendee): Person | null => shown(attendee, channel_type, chat, region)

  const sender = record(payload.sender)
  const namesake = namesakeIn(payload, channel_type, account)
  const written = named(sender, attendees, shownAs)
  // Whoever writes to the account in a chat of two is the one that the chat is named after, under whichever id.
  const author = written !== null && yesNo(payload.is_sender) === false ? joined(written, namesake) : written
  const isAuthor = (person: Person): boolean => written !== null && person.key === written.key
  const authorIsOwner = author !== null && isOwner(sender, author, account)
  // Who wrote it stands in two fields. Where they contradict each other, a sender that is the account itself is right.
  const outbound = authorIsOwner || (yesNo(payload.is_sender) ?? (comparable(author, account) ? false : null))
  const us = outbound === true || authorIsOwner ? author : null
  if (us !== null) owner = filledFrom(owner, us)

  const others = new Map<string, Person>()
  for (const attendee of attendees) {
    const one = shownAs(attendee)
    if (one === null) continue
    const person = isAuthor(one) && author !== written ? joined(one, namesake) : one
    if (isOwner(attendee, person, account) || (us !== null && isSame(us, person))) owner = filledFrom(owner, person)
    else if (!others.has(person.key)) others.set(person.key, person)
  }
  if (author !== null && us === null && !others.has(author.key)) others.set(author.key, author)

  const reactor = shownAs(record(payload.reaction_sender))
  if (reactor !== null && isOwner(record(payload.reaction_sender), reactor, account)) owner = filledFrom(owner, reactor)

  return {
    owner,
    outbound,
    author: us !== null || outbound === true ? owner : author,
    people: [...others.values()],
    isWhole: listed.length === attendees.length,
    partner: namesake?.key ?? null,
    person: (value) => {
      const id = identity(value)
      const attendee = id === null ? record(value) : { attendee_id: id, attendee_provider_id: id }
      const person = named(attendee, [...attendees, sender], shownAs)
      return person !== null && (isOwner(attendee, person, account) || (us !== null && isSame(us, person)))
        ? owner
        : person
    }
  }
}

/** The attendees of a list; one that stands alone needs none. */
const attendeesOf = (value: unknown): ReadonlyArray<Attendee> =>
  (Array.isArray(value) ? value : [value]).map(record).filter((attendee) => Object.keys(attendee).length > 0)

/** The person of an attendee; where it has no id but UniPile's own, or a bare one, the attendee with that id may say more. */
const named = (
  attendee: Attendee,
  attendees: ReadonlyArray<Attendee>,
  shownAs: (attendee: Attendee) => Person | null
): Person | null => {
  const id = identity(attendee.attendee_id)
  const provider_id = identity(attendee.attendee_provider_id)
  if (id !== null && (provider_id === null || provider_id === id)) {
    for (const other of attendees) {
      if (![other.attendee_id, other.attendee_provider_id].some((one) => identity(one) === id)) continue
      const person = shownAs(other)
      if (person !== null) return person
    }
  }
  return shownAs(attendee)
}

/** The person that a chat of two is named after; null when that is the account's own. */
const namesakeIn = (payload: Messaging, channel_type: ChannelType, account: Person | null): Person | null => {
  const id = channel_type === "whatsapp" ? namesakeOf(payload) : null
  const person = id === null ? null : personOf({ attendee_provider_id: id }, channel_type)
  return person === null || (account !== null && isSame(account, person)) ? null : person
}

const isHidden = (key: string): boolean => key.endsWith("@lid")
const hiddenKeys = ({ key, also }: Person): ReadonlyArray<string> => [key, ...(also ?? [])].filter(isHidden)

/** Everything that two showings of one person tell, where the one shows a number and the other an id that hides it; else the first. */
const joined = (person: Person, namesake: Person | null): Person => {
  if (namesake === null || namesake.key === person.key) return person
  const [mine, theirs] = [person.identifiers.phone, namesake.identifiers.phone]
  const hidden = [...new Set([...hiddenKeys(person), ...hiddenKeys(namesake)])]
  if ((mine === undefined) === (theirs === undefined) || hidden.length !== 1) return person
  const key = mine === undefined ? namesake.key : person.key
  return { ...person, key, identifiers: { ...namesake.identifiers, ...person.identifiers }, also: hidden }
}

/** The owner as `account_info` names it; null where it names nobody. */
const accountPerson = (payload: Messaging, channel_type: ChannelType): Person | null => {
  const info = record(payload.account_info)
  return personOf(
    { attendee_provider_id: identity(info["user_id"]), attendee_specifics: { phone_number: info["phone_number"] } },
    channel_type
  )
}

const nobody = (key: string): Person => ({
  key,
  provider_participant_id: null,
  name: null,
  avatar_url: null,
  identifiers: {}
})

/** Groups, broadcast lists and channels stand among attendees under ids of their own; they are not people. */
const groupId = /@(g\.us|broadcast|newsletter)$/i

/** `chat` is the id of a chat of many: who bears it is the chat itself, which speaks for its anonymous admins. */
const shown = (
  attendee: Attendee,
  channel_type: ChannelType,
  chat: string | null,
  region: Region | null
): Person | null => {
  const person = personOf(attendee, channel_type, region)
  const id = person?.provider_participant_id ?? null
  return id !== null && (groupId.test(id) || id === chat) ? null : person
}

const isOwner = (attendee: Attendee, person: Person, account: Person | null): boolean =>
  (account !== null && isSame(account, person)) || record(attendee.attendee_specifics)["network_distance"] === "SELF"

const isSame = (one: Person, other: Person): boolean =>
  one.key === other.key ||
  isOneNumber(one.identifiers.phone, other.identifiers.phone) ||
  (one.provider_participant_id !== null && one.provider_participant_id === other.provider_participant_id)

const isOneNumber = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && areOneNumber(one, other)

/** Keys of the same kind that differ are different people; a `@lid` and a phone number may be one. */
const comparable = (one: Person | null, other: Person | null): boolean =>
  one !== null && other !== null && one.key.split(":", 1)[0] === other.key.split(":", 1)[0]

/** The owner with what a showing of it adds. An id that hides its number is its own from then on, wherever it is met. */
const filledFrom = (owner: Person, seen: Person): Person => {
  const also = [...new Set([...(owner.also ?? []), ...hiddenKeys(seen)])].filter((key) => key !== owner.key)
  return {
    key: owner.key,
    provider_participant_id: owner.provider_participant_id ?? seen.provider_participant_id,
    name: owner.name ?? seen.name,
    avatar_url: owner.avatar_url ?? seen.avatar_url,
    identifiers: { ...seen.identifiers, ...owner.identifiers },
    ...(also.length === 0 ? {} : { also })
  }
}
