/**
 * Parts of the inbox that somebody watches (CONTRACT §8): one account's, one user's. Each is an inbox of its own over the conversations
 * of one part; what a user calls "mine" is two of them, that user's and nobody's. An event looks up the parts that its conversation
 * is in, so its cost does not grow with how many are watched; parts that nobody watches are not kept.
 */
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { InboxPart } from "../../persistence/lists/conversation-filter.ts"
import type { Inbox } from "../views/inbox.ts"
import { viewOfAll } from "../views/inbox.ts"

/** A scope of the inbox, as a topic shows it. */
export type Scope = { readonly connection: string } | { readonly user: string }

const mine = "inbox:mine:"
const inbox = "inbox:"

/** Its topic in the hub. A viewer asks for `inbox:mine`; whose that is stands in the token. */
export const scopeTopic = (scope: Scope): string => ("user" in scope ? mine + scope.user : inbox + scope.connection)

/** The scope that a topic of the hub shows; null for another topic. */
export const scopeOf = (topic: string): Scope | null => {
  if (topic.startsWith(mine)) return { user: topic.slice(mine.length) }
  return topic.startsWith(inbox) ? { connection: topic.slice(inbox.length) } : null
}

export const partsOf = (scope: Scope): ReadonlyArray<InboxPart> =>
  "user" in scope ? [{ by: "user", id: scope.user }, { by: "nobody" }] : [{ by: "connection", id: scope.connection }]

const nameOf = (part: InboxPart): string => (part.by === "nobody" ? part.by : `${part.by} ${part.id}`)

/** Names of the parts that a conversation is in. */
const partsWith = ({ connection_id, assigned_to }: ConversationContext): ReadonlyArray<string> => [
  nameOf({ by: "connection", id: connection_id }),
  nameOf(assigned_to === null ? { by: "nobody" } : { by: "user", id: assigned_to })
]

/** A conversation's change and the journal entry of its turn. */
interface Noted {
  readonly seq: number
  readonly before: ConversationContext | null
  readonly after: ConversationContext
}

/** Keeps changes while a part is read, since the rows are as old as their cut. */
export interface Noting {
  readonly noted: Array<Noted>
}

export class Scopes {
  readonly #parts = new Map<string, Inbox>()
  /** Topics that show a part, by its name: a part is kept as long as one does. */
  readonly #topics = new Map<string, Set<string>>()
  readonly #notings = new Set<Noting>()

  /** Whether a change has to be looked at. */
  get areWatched(): boolean {
    return this.#parts.size > 0 || this.#notings.size > 0
  }

  /** Whether all parts of a scope are kept. */
  isOpen(scope: Scope): boolean {
    return this.lacking(scope).length === 0
  }

  /** The parts of a scope that are not kept yet. */
  lacking(scope: Scope): ReadonlyArray<InboxPart> {
    return partsOf(scope).filter((part) => !this.#parts.has(nameOf(part)))
  }

  /** Begins to keep changes; until `noted`. */
  note(): Noting {
    const noting: Noting = { noted: [] }
    this.#notings.add(noting)
    return noting
  }

  endNote(noting: Noting): void {
    this.#notings.delete(noting)
  }

  /** Keeps a part that was read at the cut `seq`; the changes since were noted. One that is kept already stays. */
  open(part: InboxPart, read: Inbox, seq: number, { noted }: Noting): void {
    const name = nameOf(part)
    if (this.#parts.has(name)) return
    for (const change of noted) if (change.seq > seq) follow(read, name, change)
    this.#parts.set(name, read)
  }

  /** A topic shows the parts of its scope. */
  shown(scope: Scope): void {
    const topic = scopeTopic(scope)
    for (const part of partsOf(scope)) {
      const name = nameOf(part)
      const topics = this.#topics.get(name) ?? new Set()
      this.#topics.set(name, topics.add(topic))
    }
  }

  /** The topic is not kept any more: neither are parts that only it showed. */
  close(topic: string): void {
    const scope = scopeOf(topic)
    if (scope === null) return
    for (const part of partsOf(scope)) {
      const name = nameOf(part)
      const topics = this.#topics.get(name)
      topics?.delete(topic)
      if (topics !== undefined && topics.size > 0) continue
      this.#topics.delete(name)
      this.#parts.delete(name)
    }
  }

  /** The state of a topic; undefined when it was not read. */
  view(topic: string): unknown {
    const scope = scopeOf(topic)
    if (scope === null) return undefined
    const parts = partsOf(scope).flatMap((part) => this.#parts.get(nameOf(part)) ?? [])
    return parts.length === partsOf(scope).length ? viewOfAll(parts) : undefined
  }

  /** Follows one conversation's change; answers the topics that may show it. */
  changed(seq: number, before: ConversationContext | null, after: ConversationContext): ReadonlySet<string> {
    const change = { seq, before, after }
    for (const { noted } of this.#notings) noted.push(change)
    const touched = new Set<string>()
    for (const name of new Set([...(before === null ? [] : partsWith(before)), ...partsWith(after)])) {
      const part = this.#parts.get(name)
      if (part === undefined) continue
      follow(part, name, change)
      for (const topic of this.#topics.get(name) ?? []) touched.add(topic)
    }
    return touched
  }

  /** Closes parts that no topic shows. For a call every few seconds. */
  sweep(isWatched: (topic: string) => boolean): void {
    for (const topics of this.#topics.values()) for (const topic of topics) if (!isWatched(topic)) this.close(topic)
    for (const name of this.#parts.keys()) if (!this.#topics.has(name)) this.#parts.delete(name)
  }
}

const follow = (part: Inbox, name: string, { before, after }: Noted): void => {
  const was = before !== null && partsWith(before).includes(name)
  if (partsWith(after).includes(name)) part.changed(was ? before : null, after)
  else if (was) part.left(before)
}
