/**
 * The inbox of a tenant: totals over its active conversations, sleeping ones included, and the most recent of them; what is filed
 * away is counted apart. A projection: it starts from SQL at the cut and follows every turn's changes.
 */
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { conversationFields } from "../../machines/conversation/fields.ts"
import { toWire } from "../../machines/field.ts"
import type { InboxTotals } from "./summary.ts"
import { noTotals, summaryFields } from "./summary.ts"
import { peopleOf } from "./entities.ts"

/** Conversations in the inbox's list; older ones are found with the list query. */
export const inboxLimit = 200

/** Conversations that may stand in the list beyond its limit before the oldest go: so that not each change has to look for one. */
const slack = 50

type Summary = Readonly<Record<string, unknown>>

/** A listed conversation: its fields when it last changed, and how viewers see them, made when somebody looks. */
interface Entry {
  readonly fields: Readonly<Record<string, unknown>>
  readonly people: ReadonlyArray<string>
  readonly order: number
  summary: Summary | null
}

/** Whether a conversation is listed and counted: one that was filed away or is put off is not (CONTRACT §8). */
const listed = (c: Pick<ConversationContext, "status" | "snoozed_until">) =>
  c.status === "active" && c.snoozed_until === null

export class Inbox {
  readonly totals: InboxTotals
  readonly #list = new Map<string, Entry>()

  constructor(totals: InboxTotals, recent: ReadonlyArray<Record<string, unknown>>) {
    this.totals = { ...totals }
    for (const row of recent) this.#show(row as unknown as ConversationContext, row["people"] as ReadonlyArray<string>)
  }

  /** Follows one conversation's change; null before: it is new. */
  changed(before: ConversationContext | null, after: ConversationContext): void {
    if (before !== null) this.#count(before, -1)
    this.#count(after, 1)
    if (
      before === null ||
      before.members !== after.members ||
      summaryFields.some((name) => before[name] !== after[name])
    )
      this.#show(after, peopleOf(after.members))
  }

  /** One that was in it is so no longer. */
  left(before: ConversationContext): void {
    this.#count(before, -1)
    this.#list.delete(before.id)
  }

  /** The topic's state (DESIGN §6). */
  view() {
    return viewOfAll([this])
  }

  /** The most recent, each with its place in the order. */
  get recent(): Iterable<readonly [id: string, entry: Entry]> {
    this.#trim()
    return this.#list
  }

  #count({ status, snoozed_until, unread_count, merged_into }: ConversationContext, by: 1 | -1): void {
    if (merged_into !== null) return
    if (status !== "active") {
      this.totals[status] += by
      return
    }
    if (snoozed_until !== null) {
      this.totals.snoozed += by
      return
    }
    this.totals.conversations += by
    this.totals.unread_count += by * unread_count
    if (unread_count > 0) this.totals.unread_conversations += by
  }

  #show(context: ConversationContext, people: ReadonlyArray<string>): void {
    if (!listed(context)) {
      this.#list.delete(context.id)
      return
    }
    const fields: Record<string, unknown> = {}
    for (const name of summaryFields) fields[name] = context[name]
    const order = context.last_message_at ?? context.created_at ?? 0
    this.#list.set(context.id, { fields, people, order, summary: null })
    if (this.#list.size > inboxLimit + slack) this.#trim()
  }

  /** The oldest go that are too many. */
  #trim(): void {
    const excess = this.#list.size - inboxLimit
    if (excess <= 0) return
    const byAge = [...this.#list].sort(([, a], [, b]) => a.order - b.order)
    for (const [id] of byAge.slice(0, excess)) this.#list.delete(id)
  }
}

/** The state of several inboxes together, of which no two have a conversation in common. */
export const viewOfAll = (inboxes: ReadonlyArray<Inbox>) => {
  const totals = { ...noTotals }
  for (const inbox of inboxes)
    for (const name of Object.keys(totals) as Array<keyof InboxTotals>) totals[name] += inbox.totals[name]
  const recent = inboxes.flatMap((inbox) => [...inbox.recent])
  if (recent.length > inboxLimit) recent.sort(([, a], [, b]) => b.order - a.order).length = inboxLimit
  return { totals, conversations: Object.fromEntries(recent.map(([id, entry]) => [id, summaryOf(entry)])) }
}

const summaryOf = (entry: Entry): Summary => {
  if (entry.summary !== null) return entry.summary
  const summary: Record<string, unknown> = { people: entry.people }
  for (const name of summaryFields) summary[name] = toWire(conversationFields[name], entry.fields[name])
  return (entry.summary = summary)
}
