/** The predecessor's messages and conversations. */
import {
  ConversationStatus,
  ConversationType,
  Direction,
  MessageStatus,
  Priority
} from "../../../../machines/vocabulary.ts"
import type { Told } from "../source.ts"
import type { Row } from "./row.ts"

/** Where a message or conversation stands, as its orphaned rows do not know. */
export interface Where {
  readonly account: string
  readonly conversation: string
}

/** `unread`: whether the owner has still to read it, as the owner's horizon or the conversation's own count says; null: neither does. */
export const messageEvent = (
  row: Row,
  { account, conversation }: Where,
  unread: boolean | null,
  people: ReadonlyArray<object>,
  owner: object | null,
  isGroup: boolean
): ReadonlyArray<Told> => {
  const message_id = row.required("external_message_id")
  const direction = row.word("direction", Direction)
  if (direction === null) row.found("has no direction; it was left out")
  if (message_id === null || direction === null) return []
  const outbound = direction === "outbound"
  const own = row.instant(outbound ? "sent_at" : "received_at")
  const at = own ?? row.instant("created_at")
  if (own === null)
    row.found(
      at === null ? "has no time; it was left out" : "is empty: created_at stands for it",
      outbound ? "sent_at" : "received_at"
    )
  if (at === null) return []
  const status = row.word("status", MessageStatus)
  if (status === "failed" || status === "pending")
    row.found(`${status} is no history: it was brought as sent`, "status")
  const sender = outbound ? null : senderOf(row)
  if (!outbound && sender === null)
    row.found("names nobody who is known: a message of nobody in particular", "sender_participant_id")
  const event = {
    type: "message",
    account,
    conversation,
    message_id,
    provider_message_id: row.text("provider_message_id", 500) ?? undefined,
    direction,
    at,
    content: row.text("content") ?? null,
    subject: row.text("subject", 500) ?? undefined,
    sender: outbound ? undefined : (sender ?? { provider_participant_id: `unknown ${conversation}`.slice(0, 200) }),
    owner: owner ?? undefined,
    people: people.length === 0 ? undefined : people,
    is_group: isGroup ? true : undefined,
    attachments: row.list("attachments").slice(0, 100),
    metadata: row.map("metadata") ?? undefined,
    seen: outbound || unread === null ? undefined : !unread,
    status: outbound && (status === "delivered" || status === "read") ? status : undefined,
    read_at: outbound ? (row.instant("read_at") ?? undefined) : undefined,
    edited_at: row.instant("edited_at") ?? undefined,
    deleted_at: row.instant("deleted_at") ?? undefined,
    reactions: reactionsOf(row)
  }
  return [
    { kind: "event", event: Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) }
  ]
}

/** A person as a joined row shows them. */
const senderOf = (row: Row): object | null => {
  const identifiers = row.identifiers("sender_")
  const provider_participant_id = row.text("member_provider_participant_id", 200)
  if (Object.keys(identifiers).length === 0 && provider_participant_id === null) return null
  const name = row.text("sender_name", 200)
  return {
    ...(name === null ? {} : { name }),
    ...(provider_participant_id === null ? {} : { provider_participant_id }),
    identifiers
  }
}

const reactionsOf = (row: Row): ReadonlyArray<object> | undefined => {
  const reactions = row.list("reactions").flatMap(({ value, emoji }) => {
    const shown = value ?? emoji
    return typeof shown === "string" && shown !== "" && shown.length <= 100 ? [{ value: shown }] : []
  })
  // Nobody's reactions are one (machines/conversation/message-window.ts).
  return reactions.length === 0 ? undefined : reactions.slice(-1)
}

/** What is known of the conversation beside its messages. */
export const conversationEvent = (row: Row, { account, conversation }: Where): ReadonlyArray<Told> => {
  const status = row.word("status", ConversationStatus)
  const priority = row.word("priority", Priority)
  const conversation_type = row.word("conversation_type", ConversationType)
  const subject = row.text("subject", 500)
  const event = {
    type: "conversation",
    account,
    conversation,
    ...(subject === null ? {} : { subject }),
    ...(conversation_type === null ? {} : { conversation_type }),
    ...(priority === null || priority === "normal" ? {} : { priority }),
    ...(status === null || status === "active" ? {} : { status }),
    at: row.instant("updated_at") ?? undefined
  }
  return [
    { kind: "event", event: Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) }
  ]
}
