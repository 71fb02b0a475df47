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

export interface Cast {
  /** The account's own person. Its key comes from the account alone, so that every payload gives the same one (I3). */
  readonly owner: Person
  /** Whether the account wrote the message; null when the payload does not tell. */
  readonly outbound: boolean | null
  /** The author; null when none is shown. */
  readonly author: Person | null
  /** Attendees and author, each once, without the owner and without group ids. */
  readonly people: ReadonlyArray<Person>
  /** Any other attendee of the payload: the owner's own person if it is the owner. */
  readonly person: (attendee: Attendee) => Person | null
}

/** Casts the people of a messaging payload. */
export const castOf = (payload: Messaging, channel_type: ChannelType): Cast => {
  const account = accountPerson(payload, channel_type)
  let owner = account ?? nobody(identifierKey("account", requiredIdentity(payload.account_id)))

  const author = shown(payload.sender, channel_type)
  const authorIsOwner = author !== null && isOwner(payload.sender, author, account)
  // Who wrote it stands in two fields. Where they contradict each other, a sender that is the account itself is right.
  const outbound = authorIsOwner || (yesNo(payload.is_sender) ?? (comparable(author, account) ? false : null))
  const us = outbound === true || authorIsOwner ? author : null
  if (us !== null) owner = filledFrom(owner, us)

  const others = new Map<string, Person>()
  for (const attendee of payload.attendees ?? []) {
    const person = shown(attendee, channel_type)
    if (person === null) continue
    if (isOwner(attendee, person, account) || (us !== null && isSame(us, person))) owner = filledFrom(owner, person)
    else if (!others.has(person.key)) others.set(person.key, person)
  }
  if (author !== null && us === null && !others.has(author.key)) others.set(author.key, author)

  const reactor = shown(payload.reaction_sender, channel_type)
  if (reactor !== null && isOwner(payload.reaction_sender, reactor, account)) owner = filledFrom(owner, reactor)

  return {
    owner,
    outbound,
    author: us !== null || outbound === true ? owner : author,
    people: [...others.values()],
    person: (attendee) => {
      const person = shown(attendee, channel_type)
      return person !== null && (isOwner(attendee, person, account) || (us !== null && isSame(us, person)))
        ? owner
        : person
    }
  }
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

/** Groups and broadcast lists stand among attendees under ids of their own; they are not people. */
const groupId = /@(g\.us|broadcast)$/i

const shown = (attendee: Attendee | null | undefined, channel_type: ChannelType): Person | null => {
  if (attendee == null) return null
  const person = personOf(attendee, channel_type)
  return person?.provider_participant_id != null && groupId.test(person.provider_participant_id) ? null : person
}

const isOwner = (attendee: Attendee | null | undefined, person: Person, account: Person | null): boolean =>
  (account !== null && isSame(account, person)) || record(attendee?.attendee_specifics)["network_distance"] === "SELF"

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
