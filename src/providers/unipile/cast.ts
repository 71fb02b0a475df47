/**
 * Who is who in a payload: the account's own person, the author, the others. Owns the recognition of the
 * owner, who may stand among the attendees (groups), be the author (echoes) or appear nowhere.
 */
import { identifierKey } from "../../../machines/identifiers.ts"
import type { Person } from "../../../machines/events.ts"
import type { ChannelType } from "../../../machines/vocabulary.ts"
import type { Attendee, Messaging } from "./payload.ts"
import { personOf } from "./person.ts"
import { identity, record, requiredIdentity, yesNo } from "./text.ts"
import { isOfMany } from "./thread.ts"

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
  /** Any other person of the payload, also by a bare id: the owner's own person if it is the owner, null if it is nobody. */
  readonly person: (shown: unknown) => Person | null
}

/** Casts the people of a messaging payload. */
export const castOf = (payload: Messaging, channel_type: ChannelType): Cast => {
  const account = accountPerson(payload, channel_type)
  let owner = account ?? nobody(identifierKey("account", requiredIdentity(payload.account_id)))

  const listed = attendeesOf(payload.attendees)
  const attendees = listed.slice(0, attendeeLimit)
  const chat = isOfMany(payload) ? identity(payload.provider_chat_id) : null
  const shownAs = (attendee: Attendee): Person | null => shown(attendee, channel_type, chat)

  const sender = record(payload.sender)
  const author = named(sender, attendees, shownAs)
  const authorIsOwner = author !== null && isOwner(sender, author, account)
  // Who wrote it stands in two fields. Where they contradict each other, a sender that is the account itself is right.
  const outbound = authorIsOwner || (yesNo(payload.is_sender) ?? (comparable(author, account) ? false : null))
  const us = outbound === true || authorIsOwner ? author : null
  if (us !== null) owner = filledFrom(owner, us)

  const others = new Map<string, Person>()
  for (const attendee of attendees) {
    const person = shownAs(attendee)
    if (person === null) continue
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
const shown = (attendee: Attendee, channel_type: ChannelType, chat: string | null): Person | null => {
  const person = personOf(attendee, channel_type)
  const id = person?.provider_participant_id ?? null
  return id !== null && (groupId.test(id) || id === chat) ? null : person
}

const isOwner = (attendee: Attendee, person: Person, account: Person | null): boolean =>
  (account !== null && isSame(account, person)) || record(attendee.attendee_specifics)["network_distance"] === "SELF"

const isSame = (one: Person, other: Person): boolean =>
  one.key === other.key ||
  (one.provider_participant_id !== null && one.provider_participant_id === other.provider_participant_id)

/** Keys of the same kind that differ are different people; a `@lid` and a phone number may be one. */
const comparable = (one: Person | null, other: Person | null): boolean =>
  one !== null && other !== null && one.key.split(":", 1)[0] === other.key.split(":", 1)[0]

const filledFrom = (owner: Person, seen: Person): Person => ({
  key: owner.key,
  provider_participant_id: owner.provider_participant_id ?? seen.provider_participant_id,
  name: owner.name ?? seen.name,
  avatar_url: owner.avatar_url ?? seen.avatar_url,
  identifiers: { ...seen.identifiers, ...owner.identifiers },
  ...(owner.also === undefined ? {} : { also: owner.also })
})
