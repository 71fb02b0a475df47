/** People whom a payload names by their e-mail address: correspondents of a mail, attendees of a calendar event. */
import type { Person } from "../../../machines/events.ts"
import { identifierKey, normaliseEmail, normaliseProviderId } from "../../../machines/identifiers.ts"
import { nameLength } from "../bounds.ts"
import { identity, label, record } from "../text.ts"

/** Correspondents of one list that are looked at (I8). */
const correspondentLimit = 1_024

/** The person of an address; null when there is none. What is no address, such as an Exchange name, is an opaque id. */
export const personAt = (address: unknown, name: unknown): Person | null => {
  const raw = identity(address)
  if (raw === null) return null
  const email = normaliseEmail(raw)
  const id = email ?? normaliseProviderId(raw)
  if (id === null) return null
  return {
    key: email === null ? identifierKey("mail", id) : identifierKey("email", email),
    provider_participant_id: id,
    name: label(name, nameLength),
    avatar_url: null,
    identifiers: email === null ? {} : { email }
  }
}

/** One correspondent of a mail. */
export const correspondent = (attendee: unknown): Person | null => {
  const { identifier, display_name } = record(attendee)
  return personAt(identifier, display_name)
}

/** Several of them; whoever has no address is left out. */
export const correspondents = (attendees: unknown): ReadonlyArray<Person> =>
  (Array.isArray(attendees) ? attendees : [attendees])
    .slice(0, correspondentLimit)
    .map(correspondent)
    .filter((person) => person !== null)

/** Stands for the account's own person where a payload does not show which one it is. */
export const nobodyOf = (account_id: string): Person => ({
  key: identifierKey("account", account_id),
  provider_participant_id: null,
  name: null,
  avatar_url: null,
  identifiers: {}
})
