/**
 * The v1 payloads as Schemas (unipile.md §2, §3). Strict about a payload's core alone: the account, the chat, the state that is
 * told. All else is a hint, `Unknown` here and read by whoever uses it (text.ts), so that an odd part never costs a message.
 * Extra fields are ignored. Parsers are built once.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { record } from "../text.ts"
import type { Unreadable } from "../unreadable.ts"
import { unreadable } from "../unreadable.ts"

/** Whatever it is, it may be odd or missing. */
export const Hint = Schema.optional(Schema.Unknown)
/** Something must be left once blanks and NUL are gone; longer ids fit no index and occur nowhere. Some networks have numbers. */
export const RequiredId = Schema.Union([
  Schema.String.check(
    // oxlint-disable-next-line no-control-regex -- NUL is what is looked for
    Schema.isPattern(/[^\s\0]/, { expected: "an id" }),
    Schema.isMaxLength(512, { expected: "an id of at most 512 characters" })
  ),
  Schema.Int
])

/** A person as webhooks show one, in `sender`, `attendees`, `reaction_sender`, `read_by`. Any member may be odd or missing. */
export interface Attendee {
  readonly attendee_id?: unknown
  readonly attendee_provider_id?: unknown
  readonly attendee_public_identifier?: unknown
  readonly attendee_name?: unknown
  readonly attendee_profile_url?: unknown
  readonly attendee_profile_picture_url?: unknown
  readonly attendee_specifics?: unknown
}

/** The six messaging events: one flat object for all of them. */
export const Messaging = Schema.Struct({
  account_id: RequiredId,
  account_type: Hint,
  account_info: Hint,
  chat_id: RequiredId,
  provider_chat_id: Hint,
  message_id: Hint,
  provider_message_id: Hint,
  timestamp: Hint,
  is_sender: Hint,
  is_event: Hint,
  is_group: Hint,
  hidden: Hint,
  deleted: Hint,
  attendees: Hint,
  sender: Hint,
  message: Hint,
  reaction: Hint,
  reaction_sender: Hint,
  read_by: Hint,
  seen_by: Hint,
  subject: Hint,
  attachments: Hint,
  quoted: Hint,
  reply_to: Hint,
  mentions: Hint,
  is_forwarded: Hint,
  message_type: Hint,
  event_type: Hint,
  chat_content_type: Hint,
  chat_pinned: Hint,
  folder: Hint,
  is_broadcast: Hint,
  is_channel: Hint,
  is_community: Hint,
  is_urgent: Hint,
  priority: Hint,
  message_count: Hint
})
export type Messaging = typeof Messaging.Type

/** An account's new state, taken out of its `AccountStatus` wrapping. */
export const AccountStatusReport = Schema.Struct({ account_id: RequiredId, message: Schema.String })

/** The hosted-auth notify callback; `name` is the id that the CRM gave the user. */
export const HostedAuthReport = Schema.Struct({
  status: Schema.Literals(["CREATION_SUCCESS", "RECONNECTED", "CREATION_FAIL"]),
  account_id: Hint,
  name: Hint
})

const issuesOf = SchemaIssue.makeFormatterStandardSchemaV1()

export const reader = <A>(schema: Schema.Codec<A, unknown>): ((body: unknown) => Result.Result<A, Unreadable>) => {
  const decode = Schema.decodeUnknownResult(schema)
  return (body) =>
    Result.mapError(decode(body), ({ issue }) => {
      const first = issuesOf(issue).issues[0]
      return unreadable(first?.path?.map(String).join(".") ?? "", first?.message ?? "unknown shape")
    })
}

const decodeMessaging = reader(Messaging)
const isRequiredId = (id: unknown): boolean =>
  // oxlint-disable-next-line no-control-regex -- NUL is what is looked for
  typeof id === "string" ? id.length <= 512 && /[^\s\0]/.test(id) : Number.isSafeInteger(id)

/**
 * A body as a messaging payload. On the way of every message, so what the Schema asks for is written out: it checks the two ids and
 * copies nothing. What they do not pass the Schema refuses, with the reason (test/providers/unipile-reader.property.test.ts).
 */
export const readMessaging = (body: unknown): Result.Result<Messaging, Unreadable> => {
  const { account_id, chat_id } = record(body)
  return isRequiredId(account_id) && isRequiredId(chat_id) ? Result.succeed(body as Messaging) : decodeMessaging(body)
}
export const readAccountStatus = reader(AccountStatusReport)
export const readHostedAuth = reader(HostedAuthReport)
