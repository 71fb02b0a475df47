/**
 * The v1 payloads as Schemas (unipile.md §2, §3). Strict about what decides a fact (ids, time, who
 * wrote it), lenient about hints: those are `Unknown` here and read by whoever uses them, so that an
 * odd hint never costs a message. Extra fields are ignored. Parsers are built once.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { Unreadable } from "./unreadable.ts"
import { unreadable } from "./unreadable.ts"

const maybe = <S extends Schema.Top>(schema: S) => Schema.optional(Schema.NullOr(schema))

export const Hint = Schema.optional(Schema.Unknown)
export const Text = maybe(Schema.String)
export const Id = maybe(Schema.Union([Schema.String, Schema.Number]))
/** Booleans in captures, 0 and 1 in REST and in one consumer's reading. */
const YesNo = maybe(Schema.Union([Schema.Boolean, Schema.Literals([0, 1])]))
/** Something must be left once blanks and NUL are gone; longer ids fit no index and occur nowhere. */
export const RequiredId = Schema.String.check(
  // oxlint-disable-next-line no-control-regex -- NUL is what is looked for
  Schema.isPattern(/[^\s\0]/, { expected: "an id" }),
  Schema.isMaxLength(512, { expected: "an id of at most 512 characters" })
)

/** A person as webhooks show one, in `sender`, `attendees`, `reaction_sender`, `read_by`. */
export const Attendee = Schema.Struct({
  attendee_id: Id,
  attendee_provider_id: Id,
  attendee_public_identifier: Id,
  attendee_name: Hint,
  attendee_profile_url: Hint,
  attendee_profile_picture_url: Hint,
  attendee_specifics: Hint
})
export type Attendee = typeof Attendee.Type

/** The six messaging events: one flat object for all of them. */
export const Messaging = Schema.Struct({
  account_id: RequiredId,
  account_type: Text,
  account_info: Hint,
  chat_id: RequiredId,
  provider_chat_id: Id,
  message_id: Id,
  provider_message_id: Id,
  timestamp: Text,
  is_sender: YesNo,
  is_event: YesNo,
  is_group: YesNo,
  hidden: YesNo,
  deleted: YesNo,
  attendees: maybe(Schema.Array(Attendee)),
  sender: maybe(Attendee),
  message: maybe(Schema.Union([Schema.String, Schema.Struct({ text: Text })])),
  reaction: Text,
  reaction_sender: maybe(Attendee),
  read_by: Hint,
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
  account_id: Text,
  name: RequiredId
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

export const readMessaging = reader(Messaging)
export const readAttendee = reader(Attendee)
export const readAccountStatus = reader(AccountStatusReport)
export const readHostedAuth = reader(HostedAuthReport)
