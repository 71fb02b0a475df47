/** The state of a feed topic (DESIGN §6): a live actor's view, the inbox, or the tenant's figures. Pure reading. */
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { ParticipantContext } from "../../machines/participant/context.ts"
import type { Present } from "../feed/topic.ts"
import { nobody } from "../feed/topic.ts"
import type { Living } from "../memory/living.ts"
import type { Memory } from "../memory/memory.ts"
import type { Measured } from "./stats.ts"
import { statsOf } from "./stats.ts"
import { presentView, viewOf } from "./entities.ts"

/** Kinds of actor that can be watched. */
const watchable = ["conversation", "connection", "participant", "sync_job"] as const
export type Watchable = (typeof watchable)[number]
const isWatchable = (kind: string): kind is Watchable => (watchable as ReadonlyArray<string>).includes(kind)

/** A topic's name taken apart: `conversation:<id>`; null for one without an actor. */
export const actorOf = (topic: string): { readonly kind: Watchable; readonly id: string } | null => {
  const colon = topic.indexOf(":")
  const [kind, id] = [topic.slice(0, colon), topic.slice(colon + 1)]
  return colon > 0 && id !== "" && isWatchable(kind) ? { kind, id } : null
}

const messagesPrefix = "messages:"
/** The topic of a conversation's messages, and the conversation in such a name; null for another one. */
export const messagesTopic = (conversation_id: string): string => messagesPrefix + conversation_id
export const messagesOf = (topic: string): string | null =>
  topic.startsWith(messagesPrefix) && topic.length > messagesPrefix.length ? topic.slice(messagesPrefix.length) : null

/** What is kept only while somebody watches it: messages of conversations, parts of the inbox. */
export interface Watched {
  readonly messages: { view(conversation_id: string): unknown }
  readonly scopes: { view(topic: string): unknown }
}

/** The figures change with every event: they are looked at once a second, and only while somebody watches. */
export const paces = { ops: 1_000 } as const

/** The state of a topic at this moment; undefined when there is none or its actor sleeps. */
export const topicView = (runtime: Measured & Watched, topic: string): unknown => {
  if (topic === "inbox") return runtime.inbox.view()
  if (topic === "ops") return statsOf(runtime)
  const conversation = messagesOf(topic)
  if (conversation !== null) return runtime.messages.view(conversation)
  if (topic.startsWith("inbox:")) return runtime.scopes.view(topic)
  const actor = actorOf(topic)
  const living = actor === null ? undefined : runtime.population.get(actor.kind, actor.id)
  // A topic changes only by events: what depends on the present moment is shown as of the last change, and the actors'
  // deadlines make a change when time alone alters it.
  return living === undefined
    ? undefined
    : viewOf(actor!.kind, living.context, runtime.identity, living.context.updated_at ?? 0)
}

/** Who types and looks at this moment. */
export const presentOn = (runtime: Memory, topic: string): Present => {
  const actor = actorOf(topic)
  const presence = actor?.kind === "conversation" ? runtime.population.get("presence", actor.id) : undefined
  return presence === undefined ? nobody : presentView(presence.context)
}

/**
 * Our id of the actor that a merged one is part of now, which answers in its place; null for one that was not merged.
 */
export const mergedInto = ({ identity }: Pick<Memory, "identity">, { kind, context }: Living): string | null => {
  if (kind === "conversation") return (context as ConversationContext).merged_into
  if (kind !== "participant") return null
  const key = (context as ParticipantContext).facts.merged_into
  return key === null ? null : identity.participant(key)
}
