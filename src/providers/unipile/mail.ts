/** Mails as our events (unipile.md §4): mail_received, mail_sent, mail_moved, all of which hold the whole mail. */
import * as Result from "effect/Result"
import type { FactArrived, Letter, MessageBody, Person } from "../../../machines/events.ts"
import type { Direction, MemberRole } from "../../../machines/vocabulary.ts"
import { messageIdsIn } from "../../../machines/message-id.ts"
import { shortened } from "../../../machines/shortened.ts"
import { attachmentsOf } from "./attachment.ts"
import { channelNamed } from "./channel.ts"
import { correspondent, correspondents, nobodyOf } from "./correspondent.ts"
import { folderNames, placesWith } from "./folders.ts"
import { mailText } from "./mail-body.ts"
import { type Mail, readMail } from "./mail-payload.ts"
import { whereaboutsOf } from "./mail-thread.ts"
import { contentLength, subjectLength } from "../bounds.ts"
import { instantIn, instantShown } from "../instant.ts"
import { hints, identity, label, requiredIdentity } from "../text.ts"
import { type Unreadable, unreadable } from "../unreadable.ts"

const kinds: ReadonlySet<string> = new Set(["mail_received", "mail_sent", "mail_moved"])
export const isMailKind = (kind: string): boolean => kinds.has(kind)

/** The event of a mail. `kind` is one that `isMailKind` knows; `received` is epoch milliseconds. */
export const mailEventOf = (body: unknown, kind: string, received: number): Result.Result<FactArrived, Unreadable> => {
  const read = readMail(body)
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const mail = read.success
  const external_message_id = [mail.email_id, mail.id, mail.message_id, mail.provider_id].map(identity).find(isText)
  if (external_message_id === undefined) return Result.fail(unreadable("email_id", "names no mail"))
  const at = instantIn(mail.date, received)
  const account_id = requiredIdentity(mail.account_id)
  const stage = stageOf(mail, kind)
  const direction = stage === null ? "inbound" : "outbound"
  const isOwn = stage === "draft" || stage === "sent"
  const from = correspondent(mail.from_attendee)
  const owner = isOwn && from !== null ? from : nobodyOf(account_id)
  const { roles, people } = castOf(mail, from)
  const folders = placesWith(mail.role, mail.folders)
  const subject = label(mail.subject, subjectLength)
  const where = whereaboutsOf(mail, label(mail.date, 40) === null ? null : at)
  const message_id = where.mail?.message_id ?? null
  const former = identity(mail.deprecated_id)
  return Result.succeed({
    type: "fact_arrived",
    received,
    via: "webhook",
    account_id,
    channel_type: mailChannel(mail.account_type),
    own_email: null,
    at,
    where,
    fact: {
      type: "message_received",
      at,
      owner,
      sender: from ?? (direction === "outbound" ? owner : null),
      people: people.filter((person) => person.key !== owner.key),
      thread: {
        external_thread_id: "",
        subject,
        is_group: false,
        is_broadcast: false,
        is_channel: false,
        is_community: false,
        folders: kind === "mail_moved" || stage === "draft" ? [] : folders,
        message_count: null,
        is_urgent: false,
        metadata: {}
      },
      message: messageOf(mail, external_message_id, direction, subject, received),
      letter: {
        roles,
        owner_known: isOwn,
        moved: kind === "mail_moved" ? { at: received, folders } : null,
        ...(message_id === null ? {} : { message_id }),
        ...(former === null ? {} : { former_ids: [former] }),
        ...(stage === null ? {} : { stage })
      } satisfies Letter
    }
  })
}

const isText = (value: string | null): value is string => value !== null

/** An account of another type reports no mail; then the registered type counts. */
const mailChannel = (account_type: unknown) => {
  const channel = channelNamed(account_type)
  return channel === "gmail" || channel === "outlook" || channel === "mail" ? channel : null
}

/**
 * Whether the mail is a draft or was sent by the account; null where neither its event nor its folder tells. A mail that somebody
 * moves to the sent ones need not be one of them, but what left through UniPile the account has sent, wherever it is moved.
 */
const stageOf = (mail: Mail, kind: string): NonNullable<Letter["stage"]> | null => {
  if (kind === "mail_sent") return "sent"
  const role = roleOf(mail)
  if (isDraft(mail, role)) return "draft"
  if (kind !== "mail_moved") return role === "sent" ? "sent" : null
  return mail.origin === "unipile" ? "sent" : role === "sent" ? "put_with_sent" : null
}

/** A draft by its folder's role or, where the role names no folder that says otherwise, by the folder's own name. */
const isDraft = (mail: Mail, role: string | null): boolean => {
  if (role === "drafts" || role === "draft") return true
  if (role === "sent") return false
  const names = folderNames(mail.folders)
  // Gmail's label is a draft's alone; a folder of any name may lie beside the inbox.
  return names.includes("DRAFT") || (role !== "inbox" && names.includes("DRAFTS"))
}

const roleOf = (mail: Mail): string | null => label(mail.role, 40)?.toLowerCase() ?? null

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
  const roles = new Map<string, MemberRole>()
  const people: Array<Person> = []
  for (const [role, persons] of lists) {
    for (const person of persons) {
      if (roles.has(person.key)) continue
      roles.set(person.key, role)
      people.push(person)
    }
  }
  return { roles: Object.fromEntries(roles), people }
}

/** The conversation remembers them for as long as it remembers the mail, to count opens beside them (I8). */
const mailHints = { each: 2_048, all: 4_096 } as const

const messageOf = (
  mail: Mail,
  external_message_id: string,
  direction: Direction,
  subject: string | null,
  received: number
): MessageBody => {
  const text = mailText(mail)
  const read = direction === "inbound" ? instantShown(mail.read_date) : null
  return {
    external_message_id,
    provider_message_id: identity(mail.provider_id) ?? identity(mail.message_id),
    direction,
    content: text === null ? null : shortened(text, contentLength),
    subject,
    attachments: attachmentsOf(mail.attachments),
    is_event: false,
    event_type: null,
    hidden: false,
    deleted: false,
    read_at: read === null ? null : Math.min(read, received),
    metadata: hints(
      {
        message_id: messageIdsIn(label(mail.message_id, 1024) ?? "")[0] ?? identity(mail.message_id),
        tracking_id: identity(mail.tracking_id),
        origin: label(mail.origin, 40) ?? "external",
        role: label(mail.role, 40),
        content_length: text !== null && text.length > contentLength ? text.length : null,
        in_reply_to: mail.in_reply_to,
        reply_to: correspondents(mail.reply_to_attendees).flatMap(({ identifiers }) => identifiers.email ?? [])
      },
      mailHints
    )
  }
}
