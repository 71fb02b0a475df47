/** Mails as our events (unipile.md §4): mail_received, mail_sent, mail_moved, all of which hold the whole mail. */
import * as Result from "effect/Result"
import type { FactArrived, Letter, MessageBody, Person } from "../../../machines/events.ts"
import type { Direction, MemberRole } from "../../../machines/vocabulary.ts"
import { attachmentsOf } from "./attachment.ts"
import { channelNamed } from "./channel.ts"
import { correspondent, correspondents, nobodyOf } from "./correspondent.ts"
import { placesWith } from "./folders.ts"
import { mailText } from "./mail-body.ts"
import { type Mail, readMail } from "./mail-payload.ts"
import { whereaboutsOf } from "./mail-thread.ts"
import { contentLength, instantIn } from "./message.ts"
import { cut, hints, identity, label, requiredIdentity } from "./text.ts"
import { subjectLength } from "./thread.ts"
import { type Unreadable, unreadable } from "./unreadable.ts"

const kinds: ReadonlySet<string> = new Set(["mail_received", "mail_sent", "mail_moved"])
export const isMailKind = (kind: string): boolean => kinds.has(kind)

/** The event of a mail. `kind` is one that `isMailKind` knows; `received` is epoch milliseconds. */
export const mailEventOf = (body: unknown, kind: string, received: number): Result.Result<FactArrived, Unreadable> => {
  const read = readMail(body)
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const mail = read.success
  const external_message_id = [mail.email_id, mail.id, mail.message_id, mail.provider_id].map(identity).find(isText)
  if (external_message_id === undefined) return Result.fail(unreadable("email_id", "names no mail"))
  const at = instantIn("date", mail.date, received)
  if (Result.isFailure(at)) return Result.fail(at.failure)
  const account_id = requiredIdentity(mail.account_id)
  const direction = directionOf(mail, kind)
  const from = correspondent(mail.from_attendee)
  if (from === null && direction === "inbound") return Result.fail(unreadable("from_attendee", "names nobody"))
  const owner = direction === "outbound" && from !== null ? from : nobodyOf(account_id)
  const { roles, people } = castOf(mail, from)
  const folders = placesWith(mail.role, mail.folders)
  const subject = label(mail.subject, subjectLength)
  return Result.succeed({
    type: "fact_arrived",
    received,
    via: "webhook",
    account_id,
    channel_type: mailChannel(mail.account_type),
    own_email: null,
    at: at.success,
    where: whereaboutsOf(mail),
    fact: {
      type: "message_received",
      at: at.success,
      owner,
      sender: from ?? owner,
      people: people.filter((person) => person.key !== owner.key),
      thread: {
        external_thread_id: "",
        subject,
        is_group: false,
        is_broadcast: false,
        is_channel: false,
        is_community: false,
        folders: kind === "mail_moved" ? [] : folders,
        message_count: null,
        is_urgent: false,
        metadata: {}
      },
      message: messageOf(mail, external_message_id, direction, subject, received),
      letter: {
        roles,
        owner_known: owner === from || direction === "outbound",
        moved: kind === "mail_moved" ? { at: received, folders } : null
      } satisfies Letter
    }
  })
}

const isText = (value: string | null): value is string => value !== null

/** An account of another type reports no mail; then the registered type counts. */
const mailChannel = (account_type: string | null | undefined) => {
  const channel = channelNamed(account_type)
  return channel === "gmail" || channel === "outlook" || channel === "mail" ? channel : null
}

/** What was moved keeps its direction, which only its origin tells once it has left the folder of sent mail. */
const directionOf = ({ role, origin }: Mail, kind: string): Direction =>
  kind === "mail_sent" || role === "sent" || role === "drafts" || (kind === "mail_moved" && origin === "unipile")
    ? "outbound"
    : "inbound"

/**
 * Everybody on the mail (whom answers are to go to is not: an address of that kind may be nobody's) with the first, which is the
 * strongest, of their roles.
 */
const castOf = (mail: Mail, from: Person | null) => {
  const lists: ReadonlyArray<readonly [MemberRole, ReadonlyArray<Person>]> = [
    ["sender", from === null ? [] : [from]],
    ["recipient", correspondents(mail.to_attendees)],
    ["cc", correspondents(mail.cc_attendees)],
    ["bcc", correspondents(mail.bcc_attendees)]
  ]
  const roles: Record<string, MemberRole> = {}
  const people: Array<Person> = []
  for (const [role, persons] of lists) {
    for (const person of persons) {
      if (Object.hasOwn(roles, person.key)) continue
      roles[person.key] = role
      people.push(person)
    }
  }
  return { roles, people }
}

/** Characters that an instant may have. */
const instantLength = 100

const messageOf = (
  mail: Mail,
  external_message_id: string,
  direction: Direction,
  subject: string | null,
  received: number
): MessageBody => {
  const text = mailText(mail)
  const read =
    direction === "inbound" && label(mail.read_date, instantLength) !== null
      ? instantIn("read_date", mail.read_date as string, received)
      : null
  return {
    external_message_id,
    provider_message_id: identity(mail.provider_id) ?? identity(mail.message_id),
    direction,
    content: text === null ? null : cut(text, contentLength),
    subject,
    attachments: attachmentsOf(mail.attachments),
    is_event: false,
    event_type: null,
    hidden: false,
    deleted: false,
    // A read date that cannot be read is no reason to lose the mail.
    read_at: read !== null && Result.isSuccess(read) ? read.success : null,
    metadata: hints({
      message_id: identity(mail.message_id),
      in_reply_to: mail.in_reply_to,
      reply_to: correspondents(mail.reply_to_attendees).flatMap(({ identifiers }) => identifiers.email ?? []),
      tracking_id: identity(mail.tracking_id),
      origin: label(mail.origin, 40) ?? "external",
      role: label(mail.role, 40),
      content_length: text !== null && text.length > contentLength ? text.length : null
    })
  }
}
