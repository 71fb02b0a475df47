/**
 * The inbox of a tenant: totals over its active conversations, sleeping ones included, and the most recent of them; what is filed
 * away is counted apart. A projection: it starts from SQL at the cut and follows every turn's changes.
 */
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { conversationFields } from "../../machines/conversation/fields.ts"
import { toWire } from "../../machines/field.ts"
import type { InboxTotals } from "./summary.ts"
import { summaryFields } from "./summary.ts"
import { peopleOf } from "./entities.ts"

/** Conversations in the inbox's list; older ones are found with the list query. */
export const inboxLimit = 200

type Summary = Readonly<Record<string, unknown>>

/** Whether a conversation is listed and counted: one that was filed away is not (CONTRACT §8). */
const listed = (c: Pick<ConversationContext, "status">) => c.status === "active"

export class Inbox {
  readonly totals: InboxTotals
  #list = new Map<string, { readonly summary: Summary; readonly order: number }>()

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

  /** The topic's state (DESIGN §6). */
  view() {
    return {
      totals: { ...this.totals },
      conversations: Object.fromEntries([...this.#list].map(([id, { summary }]) => [id, summary]))
    }
  }

  #count({ status, unread_count, merged_into }: ConversationContext, by: 1 | -1): void {
    if (merged_into !== null) return
    if (status !== "active") {
      this.totals[status] += by
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
    const summary: Record<string, unknown> = { people }
    for (const name of summaryFields) summary[name] = toWire(conversationFields[name], context[name])
    this.#list.set(context.id, { summary, order: context.last_message_at ?? context.created_at ?? 0 })
    if (this.#list.size > inboxLimit) this.#list.delete(this.#oldest())
  }

  #oldest(): string {
    let oldest: [string, number] | undefined
    for (const [id, { order }] of this.#list) if (oldest === undefined || order < oldest[1]) oldest = [id, order]
    return oldest![0]
  }
}
