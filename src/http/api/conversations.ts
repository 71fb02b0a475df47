/** Conversations, their messages and members, and the commands on them. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { ConversationStatus, ConversationType, Priority } from "../../../machines/vocabulary.ts"
import { Access } from "../access.ts"
import { Label, Labels } from "./labels.ts"
import { Outcome } from "./outcome.ts"
import { entityInTenant, Id, inTenant, page, SearchText, YesOrNo } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { ConversationSummaryWire, ConversationWire, Instant, MemberWire, MessageWire } from "./wire.ts"

const base = "/v1/tenants/:tenant/conversations"
const one = `${base}/:id` as const
const user_id = Schema.NonEmptyString.check(Schema.isMaxLength(200))

export const Filter = Schema.Struct({
  unread: Schema.optionalKey(YesOrNo).annotate({
    description: "true: what waits in the inbox, so active conversations only, unless status is given too"
  }),
  priority: Schema.optionalKey(Priority),
  status: Schema.optionalKey(ConversationStatus),
  assigned: Schema.optionalKey(Id).annotate({
    description: "The CRM user who looks after it; with unassigned=true: that user or nobody"
  }),
  unassigned: Schema.optionalKey(YesOrNo),
  label: Schema.optionalKey(Label),
  snoozed: Schema.optionalKey(YesOrNo).annotate({
    description: "Absent: active ones and unread ones only where they are not put off, others wherever they are"
  }),
  hot: Schema.optionalKey(YesOrNo),
  connection: Schema.optionalKey(Id).annotate({ description: "Our id of the connection, or its account id" }),
  type: Schema.optionalKey(ConversationType),
  q: Schema.optionalKey(SearchText).annotate({
    description:
      "Part of the subject or of somebody's name, however it is typed: case, accents and Unicode forms do not matter"
  }),
  ...page
})
export const Read = Schema.Struct({ user_id, message_id: Schema.optionalKey(Id) })
export const Unread = Schema.Struct({ user_id })
export const Typing = Schema.Struct({
  user_id,
  is_typing: Schema.Boolean,
  name: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(200)))
})
export const Prioritising = Schema.Struct({ priority: Priority })
export const Filing = Schema.Struct({ status: ConversationStatus })
export const Assigning = Schema.Struct({ assigned_to: Schema.NullOr(user_id) })
export const Snoozing = Schema.Struct({ until: Schema.NullOr(Instant) })
export const Labelling = Schema.Struct({ labels: Labels })
export const LabelChange = Schema.Struct({ add: Schema.optionalKey(Labels), remove: Schema.optionalKey(Labels) })
export const Typed = Schema.Struct({ conversation_type: ConversationType })

const list = HttpApiEndpoint.get("list", base, {
  params: inTenant,
  query: Filter.fields,
  success: Schema.Struct({ items: Schema.Array(ConversationSummaryWire), next_cursor: Schema.NullOr(Schema.String) }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Conversations, the newest message first",
    description:
      "As of now: everything acknowledged before is in it. Without status: wherever they are filed; only unread=true lists active ones alone, as the badge counts them. Sets nothing."
  })
)

const get = HttpApiEndpoint.get("get", one, {
  params: entityInTenant,
  success: ConversationWire,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "A conversation with its members",
    description: "By our id or the provider's chat id. Sets last_accessed_at, at most once a minute."
  })
)

const messages = HttpApiEndpoint.get("messages", `${one}/messages`, {
  params: entityInTenant,
  query: page,
  success: Schema.Struct({ items: Schema.Array(MessageWire), next_cursor: Schema.NullOr(Schema.String) }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Its messages, the newest first",
    description: "Those of one instant in the order of their arrival. Sets nothing."
  })
)

const members = HttpApiEndpoint.get("members", `${one}/members`, {
  params: entityInTenant,
  success: Schema.Struct({ items: Schema.Array(MemberWire) }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({ summary: "Its members", description: "Those who left too (is_active false). Sets nothing." })
)

const Entry = Schema.Struct({
  seq: Schema.Int,
  received: Instant,
  at: Schema.NullOr(Instant).annotate({ description: "The provider's time of the fact, where it has one" }),
  type: Schema.String,
  via: Schema.String,
  by: Schema.NullOr(Schema.String),
  data: Schema.Record(Schema.String, Schema.Unknown)
})

const timeline = HttpApiEndpoint.get("timeline", `${one}/timeline`, {
  params: entityInTenant,
  query: page,
  success: Schema.Struct({
    items: Schema.Array(Entry),
    next_cursor: Schema.NullOr(Schema.String),
    kept_since: Schema.NullOr(Schema.Struct({ seq: Schema.Int, at: Instant }))
  }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "The events of a conversation, the newest first",
    description:
      "Only what the journal still holds: kept_since is its oldest entry, of any conversation; older ones are gone. A page may be empty and still have a next one. What was derived in a turn (a merge, a recount, a reply that marked read) is not journaled and not listed. Sensitive values are masked. Sets nothing."
  })
)

/** A command on one conversation that answers with the conversation after it. */
const command = {
  params: entityInTenant,
  success: ConversationWire,
  error: refusals(404, 413, 422)
} as const

const read = HttpApiEndpoint.post("read", `${one}/read`, { ...command, payload: Read }).annotateMerge(
  OpenApi.annotations({
    summary: "A user has read it",
    description:
      "Sets unread_count, last_accessed_at, the user's entry in readers, and the owner's last_read_at and unread_count: up to message_id, or all that has arrived. What arrives later is unread, whatever its time. Horizons only rise."
  })
)

const unread = HttpApiEndpoint.post("unread", `${one}/unread`, { ...command, payload: Unread }).annotateMerge(
  OpenApi.annotations({
    summary: "Mark it unread",
    description: "Sets the owner's horizon just before the newest inbound message, so unread_count is at least 1."
  })
)

const typing = HttpApiEndpoint.post("typing", `${one}/typing`, {
  ...command,
  success: Outcome,
  payload: Typing
}).annotateMerge(
  OpenApi.annotations({
    summary: "A user types",
    description: "Shown on the feed for 6 seconds or until is_typing is false. Sets no field and is never stored."
  })
)

const priority = HttpApiEndpoint.put("priority", `${one}/priority`, {
  ...command,
  payload: Prioritising
}).annotateMerge(OpenApi.annotations({ summary: "Set the priority", description: "Sets priority." }))

const status = HttpApiEndpoint.put("status", `${one}/status`, { ...command, payload: Filing }).annotateMerge(
  OpenApi.annotations({
    summary: "File it",
    description:
      "Sets status. A new inbound message brings an archived or deleted conversation back to active; spam stays."
  })
)

const assign = HttpApiEndpoint.put("assign", `${one}/assigned-to`, { ...command, payload: Assigning }).annotateMerge(
  OpenApi.annotations({
    summary: "Assign it",
    description: "Sets assigned_to to a CRM user's id, whichever text the CRM uses; null is nobody. Audited."
  })
)

const snooze = HttpApiEndpoint.put("snooze", `${one}/snooze`, { ...command, payload: Snoozing }).annotateMerge(
  OpenApi.annotations({
    summary: "Put it off",
    description:
      "Sets snoozed_until. Until then the inbox neither lists nor counts it; totals.snoozed does. It comes back by itself, with a new inbound message, and with until null. status stays as it is."
  })
)

const labels = HttpApiEndpoint.put("labels", `${one}/labels`, { ...command, payload: Labelling }).annotateMerge(
  OpenApi.annotations({ summary: "Set its labels", description: "Sets labels: these and no others. Audited." })
)

const label = HttpApiEndpoint.post("label", `${one}/labels`, { ...command, payload: LabelChange }).annotateMerge(
  OpenApi.annotations({
    summary: "Add and remove labels",
    description:
      "Sets labels; those that nobody names stay, so two people who label at once do not undo each other. Audited."
  })
)

const type = HttpApiEndpoint.put("type", `${one}/type`, { ...command, payload: Typed }).annotateMerge(
  OpenApi.annotations({
    summary: "Set the type by hand",
    description: "Sets conversation_type; from then on it is not detected any more."
  })
)

export const conversations = HttpApiGroup.make("conversations")
  .add(
    list,
    get,
    messages,
    members,
    timeline,
    read,
    unread,
    typing,
    priority,
    status,
    type,
    assign,
    snooze,
    labels,
    label
  )
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "The inbox." }))
