/** What the processors take (CONTRACT §5): facts that the CRM tells because no webhook of the provider does. */
import * as Schema from "effect/Schema"
import { TokenStorage } from "./secrets.ts"
import {
  AuthReport,
  ChannelType,
  ConversationStatus,
  ConversationType,
  Direction,
  Priority,
  SyncStatus
} from "../../../machines/vocabulary.ts"
import { FreeMap } from "./free-map.ts"
import { Id } from "./parameters.ts"
import { Resolution } from "./people.ts"
import { Instant } from "./wire.ts"

const text = (longest: number) => Schema.NonEmptyString.check(Schema.isMaxLength(longest))
const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(schema)
const whole = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2_147_483_647 }))

const idempotency_key = optional(text(255)).annotate({
  description: "As the header Idempotency-Key, for one event of many"
})
const account = Id.annotate({ description: "Our id of the connection, or the provider's account id" })
const conversation = Id.annotate({ description: "Our id of the conversation, or the provider's chat id" })
const at = optional(Instant)
/** What every event may carry. */
export const everyEvent = { idempotency_key, at }

const identifiers = {
  email: optional(text(320)),
  phone: optional(text(100)),
  linkedin_member_urn: optional(text(200)),
  instagram_username: optional(text(200)),
  facebook_id: optional(text(200)),
  telegram_id: optional(text(200)),
  twitter_handle: optional(text(200))
}
export const PersonTold = Schema.Struct({
  name: optional(text(200)),
  avatar_url: optional(text(2_048)),
  provider_participant_id: optional(text(200)),
  identifiers: optional(Schema.Struct(identifiers))
})

export const AuthEvent = Schema.Struct({
  type: Schema.Literal("auth"),
  ...everyEvent,
  account,
  status: AuthReport,
  provider_config: optional(FreeMap),
  checkpoint_data: optional(FreeMap),
  hosted_auth_url: optional(Schema.NullOr(text(2_048))),
  error: optional(Schema.String),
  // As store_tokens takes them: sealed at once, never in the event.
  ...TokenStorage.fields
})

const messageFields = {
  type: Schema.Literal("message"),
  ...everyEvent,
  account: optional(account),
  conversation,
  message_id: Id,
  provider_message_id: optional(Id),
  client_key: optional(Id).annotate({ description: "The key of a local message, which this one takes over" }),
  direction: Direction,
  content: optional(Schema.NullOr(Schema.String.check(Schema.isMaxLength(500_000)))),
  subject: optional(Schema.NullOr(text(500))),
  sender: optional(PersonTold).annotate({ description: "Who wrote it; needed for an inbound message" }),
  owner: optional(PersonTold).annotate({ description: "The account's own person, where the conversation is new" }),
  people: optional(Schema.Array(PersonTold).check(Schema.isMaxLength(1_000))),
  attachments: optional(Schema.Array(FreeMap).check(Schema.isMaxLength(100))),
  is_group: optional(Schema.Boolean),
  is_urgent: optional(Schema.Boolean),
  is_event: optional(Schema.Boolean),
  hidden: optional(Schema.Boolean),
  read_at: optional(Instant),
  is_local_only: optional(Schema.Boolean),
  metadata: optional(FreeMap)
} as const

interface Authored {
  readonly direction: Direction
  readonly sender?: unknown
  readonly is_local_only?: boolean
}
const isAuthored = Schema.makeFilter((event: Authored) =>
  event.direction === "inbound" && event.sender === undefined
    ? { path: ["sender"], issue: "is needed for an inbound message" }
    : event.is_local_only === true && event.direction === "inbound"
      ? { path: ["is_local_only"], issue: "is for outbound messages" }
      : undefined
)

export const MessageEvent = Schema.Struct(messageFields).check(isAuthored)

const Reaction = Schema.Struct({ value: text(100), sender: optional(PersonTold), at })

/** A message as a store holds it: with what became of it since. */
export const HistoryMessage = Schema.Struct({
  ...messageFields,
  seen: optional(Schema.Boolean).annotate({
    description:
      "Inbound: the owner has read it, and so what stands before it; absent: true where it is older than the account's registration"
  }),
  status: optional(Schema.Literals(["sent", "delivered", "read"])).annotate({
    description: "Outbound: how far it got; read at read_at, or at its own time"
  }),
  edited_at: optional(Instant).annotate({ description: "content is the text of that edit" }),
  deleted_at: optional(Instant),
  reactions: optional(Schema.Array(Reaction).check(Schema.isMaxLength(100)))
}).check(isAuthored)

const conversationFields = {
  type: Schema.Literal("conversation"),
  ...everyEvent,
  account: optional(account),
  conversation,
  conversation_type: optional(ConversationType),
  participant_count: optional(whole),
  message_count: optional(whole),
  is_urgent: optional(Schema.Boolean),
  priority: optional(Priority),
  subject: optional(text(500)),
  sync_status: optional(SyncStatus),
  sync_error: optional(Schema.NonEmptyString)
} as const
export const ConversationEvent = Schema.Struct(conversationFields)

/** A conversation as a store holds it: how it is filed and how urgent it is stand as if a CRM user had said so now. */
export const HistoryConversation = Schema.Struct({
  ...conversationFields,
  status: optional(ConversationStatus)
})

const participantFields = {
  type: Schema.Literal("participant"),
  ...everyEvent,
  participant: optional(Id).annotate({ description: "Our id; absent: whoever the strongest identifier names" }),
  channel_type: optional(ChannelType),
  name: optional(text(200)),
  avatar_url: optional(text(2_048)),
  email: identifiers.email,
  phone: identifiers.phone,
  linkedin: identifiers.linkedin_member_urn,
  instagram: identifiers.instagram_username,
  facebook: identifiers.facebook_id,
  telegram: identifiers.telegram_id,
  twitter: identifiers.twitter_handle,
  resolved_contact_id: optional(text(200))
} as const
export const ParticipantEvent = Schema.Struct(participantFields)

/** A person as a store holds them: with the record that they are, and how that was found. */
export const HistoryParticipant = Schema.Struct({ ...participantFields, resolution: optional(Resolution) })
