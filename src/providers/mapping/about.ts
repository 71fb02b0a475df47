/** Events about a message that is known already: receipts, edits, deletions, reactions. */
import * as Result from "effect/Result"
import type {
  FactArrived,
  MessageDeleted,
  MessageDelivered,
  MessageEdited,
  MessageFact,
  MessageReacted,
  MessageRead,
  ProviderEvent
} from "../../../machines/events.ts"
import { shortened } from "../../../machines/shortened.ts"
import type { ChannelType } from "../../../machines/vocabulary.ts"
import { contentLength, reactionLength } from "../bounds.ts"
import type { TranslateContext } from "../provider.ts"
import { label } from "../text.ts"
import type { Unreadable } from "../unreadable.ts"
import type { Declared } from "./mapping.ts"
import { ownerOf, personIn } from "./person.ts"
import { channelTypeIn, type Common, type Ids, idsIn } from "./place.ts"
import { optional, required } from "./read.ts"

export type About = Exclude<Declared, { readonly event: "message_received" | "account_status_changed" }>

/** The event. Of one that names no chat, the account's channel finds the chat by the message. */
export const aboutIn = (
  body: unknown,
  declared: About,
  common: Common,
  context: TranslateContext
): Result.Result<ProviderEvent, Unreadable> => {
  const { account_id, at } = common
  const ids = idsIn(body, declared.fields)
  if (Result.isFailure(ids)) return Result.fail(ids.failure)
  const type = channelTypeIn(body, declared.fields, account_id, context)
  if (Result.isFailure(type)) return Result.fail(type.failure)
  const channel_type = type.success
  const external_thread_id = optional(body, declared.fields.thread_id)
  return Result.map(saidIn(body, declared, channel_type), (said): ProviderEvent => {
    const fact = { ...said, ...ids.success, owner: ownerOf(account_id) }
    return external_thread_id === null
      ? { ...unplaced(common, ids.success), fact: { ...fact, at } }
      : { ...common, ...fact, channel_type, external_thread_id }
  })
}

const unplaced = (common: Common, ids: Ids): Omit<FactArrived, "fact"> => ({
  type: "fact_arrived",
  ...common,
  channel_type: null,
  own_email: null,
  where: {
    thread_id: null,
    names: Object.values(ids).filter((id) => id !== null),
    roots: [],
    answers: [],
    chat: null
  }
})

type Bare<E> = E extends MessageFact ? Omit<E, keyof MessageFact> : never
/** An event but for its account, chat and message. */
type Said = Bare<MessageDelivered | MessageRead | MessageEdited | MessageDeleted | MessageReacted>

/** What is said of the message. Receipts are of what the account wrote. */
const saidIn = (body: unknown, declared: About, channel_type: ChannelType): Result.Result<Said, Unreadable> => {
  switch (declared.event) {
    case "message_delivered":
      return Result.succeed({ type: declared.event, direction: "outbound" })
    case "message_read": {
      const reader = personIn(body, declared.fields.person, channel_type)
      return Result.succeed({ type: declared.event, direction: "outbound", reader })
    }
    case "message_edited":
      return Result.map(required(body, declared.fields.text), (text) => ({
        type: declared.event,
        content: shortened(text, contentLength)
      }))
    case "message_deleted":
      return Result.succeed({ type: declared.event })
    case "message_reacted": {
      const sender = personIn(body, declared.fields.person, channel_type)
      const reaction = label(optional(body, declared.fields.reaction), reactionLength)
      return Result.succeed({ type: declared.event, sender, reaction })
    }
  }
}
