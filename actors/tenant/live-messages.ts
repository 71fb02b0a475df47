/**
 * The newest messages of the conversations whose messages somebody watches (CONTRACT §8): rows as they were read once, with every
 * change since. Texts are rows, not memory (CONTRACT 2.6); so nothing is kept of a conversation that nobody watches. What only rows
 * can tell (two conversations became one, a message moved in below what is kept) ends a window: its viewers subscribe again.
 */
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { MessageChange } from "../../machines/message/fields.ts"
import { own } from "../../machines/own.ts"
import { toCursor } from "../../persistence/lists/cursor.ts"
import type { StoredMessage } from "../../persistence/lists/messages.ts"
import type { Identity } from "../memory/identity.ts"
import type { Population } from "../memory/population.ts"
import type { LiveMessage } from "../views/messages.ts"
import { changedMessage, liveMessage } from "../views/messages.ts"
import type { Join, RowSpan } from "./row-changes.ts"

/** Messages that a topic shows, and those that are kept at the least and at the most, so that one that goes gives way to the next. */
export const shownMessages = 50
export const readMessages = 64
const mostMessages = 96

/** What is kept of one conversation. */
export class LiveWindow {
  readonly conversation_id: string
  readonly #messages = new Map<string, LiveMessage>()
  /** Everything newer than this message is here; null: everything is. */
  #floor: LiveMessage | null = null
  #isBroken = false

  /** `isAll`: the conversation has no others. */
  constructor(conversation_id: string, rows: ReadonlyArray<StoredMessage>, isAll: boolean) {
    this.conversation_id = conversation_id
    for (const row of rows) this.#messages.set(row.external_message_id, liveMessage(row))
    if (!isAll) this.#floor = this.#sorted.at(-1) ?? null
  }

  /** Whether it cannot tell any more what the newest messages are. */
  get isBroken(): boolean {
    return this.#isBroken || (this.#floor !== null && this.#messages.size < shownMessages)
  }

  change(change: MessageChange, id: string): void {
    const { external_message_id, fields } = change
    const known = this.#messages.get(external_message_id)
    if (known === undefined && !makesRow(change)) {
      // One that moves up from below is not known here.
      if (this.#floor !== null && isTimed(change)) this.#isBroken = true
      return
    }
    const message = changedMessage(known ?? { id, external_message_id }, fields)
    if (this.#floor !== null && isOlder(message, this.#floor)) this.#messages.delete(external_message_id)
    else this.#messages.set(external_message_id, message)
    if (this.#messages.size > mostMessages) this.#trim()
  }

  /** Everything outbound up to `at` was read at `read_at`, or earlier. */
  read(at: number, read_at: number): void {
    for (const [name, message] of this.#messages) {
      const { row } = message
      if (row.direction !== "outbound" || row.sent_at === null || row.sent_at > at) continue
      if (row.status === "read" && row.read_at !== null && row.read_at <= read_at) continue
      this.#messages.set(name, changedMessage(message, { status: "read", read_at }))
    }
  }

  /** A participant is another one from now on. */
  move(from: string, into: string): void {
    for (const [name, message] of this.#messages) {
      const { sender_participant_id, reactions } = message.row
      const reacted = reactions.some(({ participant_id }) => participant_id === from)
      if (sender_participant_id !== from && !reacted) continue
      const present = <A extends { readonly participant_id: string | null }>(one: A): A =>
        one.participant_id === from ? { ...one, participant_id: into } : one
      this.#messages.set(
        name,
        changedMessage(message, {
          ...(sender_participant_id === from ? { sender_participant_id: into } : {}),
          ...(reacted ? { reactions: reactions.map(present) } : {})
        })
      )
    }
  }

  /** What cuts and turns changed since it was read. False: only rows that are read anew can tell. */
  catchUp(since: Iterable<RowSpan | Join>, identity: Identity): boolean {
    const { conversation_id } = this
    for (const span of since) {
      if ("from" in span) {
        if (span.from === conversation_id || span.into === conversation_id) return false
        continue
      }
      for (const change of span.messages)
        if (change.conversation_id === conversation_id)
          this.change(change, identity.message(conversation_id, change.external_message_id))
      for (const move of span.moves) if (move.conversation_id === conversation_id) this.move(move.from, move.into)
      for (const read of span.read_horizons)
        if (read.conversation_id === conversation_id) this.read(read.at, read.read_at)
    }
    return !this.isBroken
  }

  /** The topic's state; the same reference for what has not changed. `nameOf`: a participant's name, undefined when nobody knows. */
  view(nameOf: (participant_id: string) => string | null | undefined) {
    const sorted = this.#sorted
    const shown = sorted.slice(0, shownMessages)
    const named = shown.map((message) => {
      const { sender_participant_id } = message.row
      const sender = sender_participant_id === null ? null : nameOf(sender_participant_id)
      if (sender === undefined || sender === message.wire["sender"]) return message
      const next = { ...message, wire: { ...message.wire, sender } }
      this.#messages.set(message.external_message_id, next)
      return next
    })
    const last = named.at(-1)
    const hasOlder = this.#floor !== null || sorted.length > shown.length
    return {
      messages: Object.fromEntries(named.map(({ id, wire }) => [id, wire])),
      older: hasOlder && last !== undefined ? toCursor({ at: last.at, arrival: last.arrival, id: last.id }) : null
    }
  }

  get #sorted(): ReadonlyArray<LiveMessage> {
    return [...this.#messages.values()].sort((a, b) => (isOlder(a, b) ? 1 : -1))
  }

  #trim(): void {
    const sorted = this.#sorted
    for (const { external_message_id } of sorted.slice(readMessages)) this.#messages.delete(external_message_id)
    this.#floor = sorted[readMessages - 1]!
  }
}

/** As pages are ordered (persistence/lists/messages.ts). */
const isOlder = (a: LiveMessage, b: LiveMessage): boolean => {
  const [one, other] = [a.at ?? -Infinity, b.at ?? -Infinity]
  return one < other || (one === other && (a.arrival < b.arrival || (a.arrival === b.arrival && a.id > b.id)))
}

const makesRow = ({ fields }: MessageChange): boolean =>
  fields.created_at !== undefined && fields.direction !== undefined

const isTimed = ({ fields }: MessageChange): boolean =>
  fields.sent_at !== undefined || fields.received_at !== undefined || fields.created_at !== undefined

/** The windows of a tenant. */
export class LiveMessages {
  readonly #identity: Identity
  readonly #population: Population
  readonly #windows = new Map<string, LiveWindow>()
  /** Keys of participants, by conversation, found once: an id is a hash of its key. */
  readonly #keys = new Map<string, Map<string, string>>()
  readonly #touched = new Set<string>()
  /** Windows that no topic showed when that was looked at last. */
  #unwatched = new Set<string>()

  constructor(identity: Identity, population: Population) {
    this.#identity = identity
    this.#population = population
  }

  get size(): number {
    return this.#windows.size
  }

  has(conversation_id: string): boolean {
    return this.#windows.has(conversation_id)
  }

  open(window: LiveWindow): void {
    this.#windows.set(window.conversation_id, window)
  }

  close(conversation_id: string): void {
    this.#windows.delete(conversation_id)
    this.#keys.delete(conversation_id)
    this.#unwatched.delete(conversation_id)
  }

  /** The state of the topic; undefined when it was not read. */
  view(conversation_id: string): unknown {
    const window = this.#windows.get(conversation_id)
    const context = this.#population.get("conversation", conversation_id)?.context
    return window?.view((id) => (context === undefined ? undefined : this.#nameIn(context, id)))
  }

  changed(change: MessageChange): void {
    const window = this.#windows.get(change.conversation_id)
    if (window === undefined) return
    window.change(change, this.#identity.message(change.conversation_id, change.external_message_id))
    this.#touched.add(change.conversation_id)
  }

  read(conversation_id: string, at: number, read_at: number): void {
    const window = this.#windows.get(conversation_id)
    if (window === undefined) return
    window.read(at, read_at)
    this.#touched.add(conversation_id)
  }

  moved({ conversation_id, from, into }: RowSpan["moves"][number]): void {
    const window = this.#windows.get(conversation_id)
    if (window === undefined) return
    window.move(from, into)
    this.#touched.add(conversation_id)
  }

  joined(from: string, into: string): void {
    for (const id of [from, into]) if (this.#windows.delete(id)) this.#touched.add(id)
  }

  /** A conversation changed: people in it may have other names. */
  touch(conversation_id: string): void {
    if (this.#windows.has(conversation_id)) this.#touched.add(conversation_id)
  }

  /** The conversations that changed since it was asked last; `isOver`: their viewers have to subscribe again. */
  *takeTouched(): Iterable<{ readonly conversation_id: string; readonly isOver: boolean }> {
    for (const conversation_id of this.#touched) {
      const window = this.#windows.get(conversation_id)
      if (window?.isBroken === true) this.close(conversation_id)
      yield { conversation_id, isOver: !this.#windows.has(conversation_id) }
    }
    this.#touched.clear()
  }

  /** Closes what no topic has shown since it was looked at last. For a call every few seconds. */
  sweep(isWatched: (conversation_id: string) => boolean): void {
    const unwatched = [...this.#windows.keys()].filter((id) => !isWatched(id))
    const before = this.#unwatched
    this.#unwatched = new Set(unwatched.filter((id) => !before.has(id)))
    for (const id of unwatched) if (before.has(id)) this.close(id)
  }

  #nameIn({ id, members, facts: { aliases } }: ConversationContext, participant_id: string): string | null | undefined {
    const keys = this.#keys.get(id) ?? new Map<string, string>()
    this.#keys.set(id, keys)
    if (!keys.has(participant_id))
      for (const key of [...Object.keys(members), ...Object.keys(aliases)])
        keys.set(this.#identity.participant(key), key)
    const key = keys.get(participant_id)
    if (key === undefined) return undefined
    return own(members, own(aliases, key) ?? key)?.name ?? null
  }
}
