/**
 * The keys that a person is found by. A showing may carry several: its strongest one, its identifiers', and further ones of the
 * provider. Who goes by which key after a merge is the participants' business; here are only the names.
 */
import type { IdentifierKind, Person, Reading } from "../events.ts"
import { identifierKey, phoneSpellings } from "../identifiers.ts"
import { own } from "../own.ts"

/** How an identifier is called inside a key. */
const keyKinds: Readonly<Record<IdentifierKind, string>> = {
  email: "email",
  phone: "phone",
  linkedin_member_urn: "linkedin_member_urn",
  instagram_username: "instagram",
  facebook_id: "facebook",
  telegram_id: "telegram",
  twitter_handle: "twitter"
}

/** A handle of digits alone reads like the network's own id of somebody else. */
const isAmbiguous = (kind: string, value: string): boolean =>
  (kind === "instagram_username" || kind === "twitter_handle") && /^\d+$/.test(value)

/** The keys of identifiers, each once; a number has one for each of its spellings. */
export const identifierKeys = (identifiers: Person["identifiers"]): ReadonlyArray<string> =>
  Object.entries(identifiers).flatMap(([kind, value]) => {
    if (value === undefined || isAmbiguous(kind, value)) return []
    const values = kind === "phone" ? phoneSpellings(value) : [value]
    return values.map((each) => identifierKey(keyKinds[kind as IdentifierKind], each))
  })

/** Every key that one showing gives a person, each once, the strongest first. */
export const keysOf = (person: Person): ReadonlyArray<string> => [
  ...new Set([person.key, ...identifierKeys(person.identifiers), ...(person.also ?? [])])
]

/** The key of somebody of whom nothing but the account is known. */
export const isNobody = (key: string | null): key is null | `account:${string}` =>
  key === null || key.startsWith("account:")

/** By former key, the key that the person goes by now. */
export type Aliases = Readonly<Record<string, string>>

interface Peopled {
  readonly owner?: Person
  readonly sender?: Person | null
  readonly person?: Person
  readonly reader?: Person | null
  readonly others?: ReadonlyArray<Reading>
  readonly people?: ReadonlyArray<Person>
}

/** The event with everybody under the key that they go by now; the very same event when nobody in it changed theirs. */
export const underPresentKeys = <E extends object>(event: E, aliases: Aliases): E => {
  const present = <P extends Person | null>(person: P): P =>
    person !== null && own(aliases, person.key) !== undefined ? { ...person, key: own(aliases, person.key)! } : person
  const changes: Record<string, unknown> = {}
  for (const role of ["owner", "sender", "person", "reader"] as const) {
    const person = (event as Peopled)[role]
    if (person != null && own(aliases, person.key) !== undefined) changes[role] = present(person)
  }
  const { people } = event as Peopled
  if (people?.some((person) => own(aliases, person.key) !== undefined) === true) changes["people"] = people.map(present)
  const { others } = event as Peopled
  if (others?.some(({ reader }) => own(aliases, reader.key) !== undefined) === true)
    changes["others"] = others.map((other) => ({ ...other, reader: present(other.reader) }))
  return Object.keys(changes).length === 0 ? event : { ...event, ...changes }
}
