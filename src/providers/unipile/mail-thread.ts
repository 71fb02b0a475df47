/**
 * Which thread a mail says it is in: the provider's thread id, and the chain that it answers (CONTRACT 2.4). Only Message-IDs
 * tell of a chain; the ids that a mailbox gives its mails are worth nothing outside the folder, and find at most the very mail.
 */
import type { Whereabouts } from "../../../machines/events.ts"
import { normaliseEmail } from "../../../machines/identifiers.ts"
import { messageIdsIn } from "../../../machines/message-id.ts"
import { correspondent, correspondents } from "./correspondent.ts"
import type { Mail } from "./mail-payload.ts"
import { identity, record } from "../text.ts"

/** Ancestors that are looked at; the first is the root, the last are the nearest. */
const referenceLimit = 64

/** `at`: the mail's own time, null where the payload has none. */
export const whereaboutsOf = (mail: Mail, at: number | null): Whereabouts => {
  const addresses = addressesOf(mail)
  const isId = (id: string) => !addresses.has(id.slice(1, -1).toLowerCase())
  const message_id = idsIn(mail.message_id).find(isId) ?? null
  const ancestors = (value: unknown) => idsIn(value).filter((id) => isId(id) && id !== message_id)
  const answered = ancestors(mail.in_reply_to)
  const references = nearest(ancestors(mail.references))
  const root = references[0]
  const isAnswered = root === undefined || answered.includes(root)
  const names = present([mail.email_id ?? mail.id, mail.provider_id, mail.deprecated_id])
  const from = correspondent(mail.from_attendee)
  return {
    thread_id: identity(mail.thread_id),
    names: message_id === null ? names : [message_id, ...names],
    roots: unique(isAnswered ? [...answered, ...present([root])] : [root]),
    answers: unique([...references.slice(1), ...(isAnswered ? [] : answered)]),
    mail: { message_id, by: from?.key ?? null, at, alone: aloneOf(mail, names, at) }
  }
}

/** The thread of a mail that belongs to no other: an id of a mailbox alone could be another folder's mail. */
const aloneOf = (mail: Mail, names: ReadonlyArray<string>, at: number | null): string => {
  const name = names[0] ?? identity(mail.message_id) ?? ""
  return at === null ? name : `${name} ${new Date(at).toISOString()}`
}

const unique = (ids: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(ids)]

const present = (values: ReadonlyArray<unknown>): ReadonlyArray<string> =>
  unique(values.map(identity).filter((name) => name !== null))

/** The Message-IDs in a header, however it comes: text, a list, or the answered mail under its names. */
const idsIn = (value: unknown): ReadonlyArray<string> => {
  if (typeof value === "string") return messageIdsIn(value)
  if (Array.isArray(value)) return unique(value.flatMap((each) => (Array.isArray(each) ? [] : idsIn(each))))
  const { message_id } = record(value)
  return typeof message_id === "string" ? messageIdsIn(message_id) : []
}

const nearest = (ids: ReadonlyArray<string>): ReadonlyArray<string> =>
  ids.length <= referenceLimit ? ids : [ids[0]!, ...ids.slice(1 - referenceLimit)]

/** Addresses of people on the mail: one of them in a header without brackets is no Message-ID. */
const addressesOf = (mail: Mail): ReadonlySet<string> => {
  const lists = [mail.to_attendees, mail.cc_attendees, mail.bcc_attendees, mail.reply_to_attendees]
  const people = [correspondent(mail.from_attendee), ...lists.flatMap((list) => correspondents(list))]
  return new Set(people.flatMap((person) => normaliseEmail(person?.identifiers.email ?? "") ?? []))
}
