/**
 * What happened in one conversation, as far as the journal still holds it: newest first, in pages. The journal is a way of
 * keeping promises, not an archive; entries behind the cut go after some days, and with them this view (docs/operations.md).
 */
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import { placed } from "../../machines/channel/arrivals.ts"
import { chatsOf } from "../../machines/channel/chats.ts"
import { namesOf } from "../../machines/channel/threads.ts"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { Event } from "../../machines/events.ts"
import type { Journal } from "../../persistence/journal/journal.ts"
import { decodeEvent } from "../journal/event-codec.ts"
import { routesOf } from "../turn/routes.ts"
import type { Memory } from "../memory/memory.ts"
import type { ChannelContext } from "../../machines/channel/context.ts"

export interface TimelineQuery {
  /** Only entries with a smaller seq; null: from the newest. */
  readonly before: number | null
  readonly limit: number
}

/** One journal entry, as it may be shown: ⚿ masked. */
export interface TimelineEntry {
  readonly seq: number
  /** Epoch milliseconds: when it was accepted. */
  readonly received: number
  /** The provider's time of the fact, where the event has one. */
  readonly at: number | null
  readonly type: string
  readonly via: string
  readonly by: string | null
  readonly data: Readonly<Record<string, unknown>>
}

export interface TimelinePage {
  readonly items: ReadonlyArray<TimelineEntry>
  /** `before` of the next page; null when the journal holds nothing older. */
  readonly next: number | null
  /** The oldest entry of the tenant that the journal still holds. */
  readonly kept_since: { readonly seq: number; readonly at: number } | null
}

/** Entries that one page looks through at most; a page may therefore be short and still have a next one (I8). */
const window = 20_000
/** Names of a thread and of its messages that are looked for; the longest chains show those that are known first. */
const needleLimit = 64

/** A page of the events that reached a conversation directly, or through its channel. */
export const timelineOf = Effect.fnUntraced(function* (
  journal: Journal["Service"],
  memory: Memory,
  conversation: ConversationContext,
  { before, limit }: TimelineQuery
) {
  const channel = memory.population.get("channel", conversation.channel_id)?.context as ChannelContext | undefined
  const thread = conversation.external_thread_id
  const names =
    channel === undefined ? [] : [...chatsOf(channel.facts.chats, thread), ...namesOf(channel.facts.threads, thread)]
  const messages = HashMap.keys(conversation.facts.window.records)
  const needles = [...new Set([conversation.id, thread, ...names, ...messages])]
    .slice(0, needleLimit)
    .map((name) => Buffer.from(name))
  const from = before ?? (yield* journal.head(memory.tenant)) + 1
  const entries = yield* journal.mentioning(memory.tenant, needles, { before: from, window, limit })
  const oldest = yield* journal.oldest(memory.tenant)
  const items = entries.flatMap(({ seq, body }) => {
    const event = decodeEvent(body)
    return concerns(event, conversation, channel, memory) ? [shown(seq, event)] : []
  })
  // A full page goes on where it ended, any other one where it stopped looking.
  const seen = entries.length === limit ? entries.at(-1)!.seq : from - window
  const next = oldest === null || seen <= oldest.seq ? null : seen
  return { items, next, kept_since: oldest } satisfies TimelinePage
})

/**
 * Whether the event is really about the conversation: its body may hold the name for another reason, such as a quoted text, or a
 * thread of the same name in another account.
 */
const concerns = (
  event: Event,
  conversation: ConversationContext,
  channel: ChannelContext | undefined,
  { tenant, identity }: Memory
): boolean => {
  if (event.type === "fact_arrived") {
    if (channel === undefined || event.account_id !== channel.account_id) return false
    const thread = conversation.external_thread_id
    const place = placed(channel.facts, event)
    // An event that names only a message may have come before the message; then it waited.
    return place === null
      ? event.where.names.some((name) => HashMap.has(conversation.facts.window.records, name))
      : place.external_thread_id === thread
  }
  return routesOf(event, tenant, identity, () => []).some(
    ({ kind, id }) => kind === "conversation" && id === conversation.id
  )
}

/** Members of events that are for machines, not for people: rows brought along, digests of keys. */
const internal: ReadonlySet<string> = new Set(["type", "at", "received", "via", "by", "once", "recalled", "located"])
/** ⚿ in events (CONTRACT §2). None of them reaches a conversation today; a new one that does must not be shown. */
const sensitive: ReadonlySet<string> = new Set(["access_token", "refresh_token", "webhook_secret", "sealed"])

const shown = (seq: number, event: Event): TimelineEntry => {
  const told = event.type === "fact_arrived" ? { ...event, ...event.fact, fact: undefined } : event
  const data = Object.fromEntries(
    Object.entries(told).flatMap(([name, value]) =>
      internal.has(name) || value === undefined ? [] : [[name, masked(name, value)]]
    )
  )
  const { received, via } = event
  return { seq, received, at: "at" in told ? told.at : null, type: told.type, via, by: event.by ?? null, data }
}

const masked = (name: string, value: unknown): unknown => {
  if (sensitive.has(name)) return value === null || value === "" ? null : "••••"
  if (Array.isArray(value)) return value.map((each) => masked("", each))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([inner, each]) => [inner, masked(inner, each)]))
}
