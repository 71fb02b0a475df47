/** What a message does to the counts when it comes, goes or changes. The one place where counts move (I3). */
import type { Decision } from "./decision.ts"
import { becameHotter } from "./heat.ts"
import { memberCounted } from "./members.ts"
import type { MessageRecord } from "./message-window.ts"
import { awaitsReading, counts, isNews, store } from "./message-window.ts"
import { newsAgain, newsAppeared } from "./thread.ts"
import { unreadCounted } from "./unread.ts"

/** A message that counts came (+1) or went (-1). */
export const messageCounted = (d: Decision, record: MessageRecord, by: 1 | -1, received: number): void => {
  d.set({ message_count: d.context.message_count + by })
  memberCounted(d, record.sender, record.at, by)
  if (awaitsReading(record)) unreadCounted(d, record, by)
  if (isNews(record) && by === 1) newsAppeared(d, record)
  else if (isNews(record)) newsAgain(d)
  becameHotter(d, record, by, received)
}

/** Puts a changed record in the place of the known one and corrects every count that depends on the difference. */
export const revise = (d: Decision, known: MessageRecord, record: MessageRecord, received: number): void => {
  const [counted, counting] = [counts(known), counts(record)]
  if (counted && counting && known.outbound === record.outbound && known.sender === record.sender) {
    d.learn({ window: store(d.context.facts.window, record) })
    if (awaitsReading(known) && !awaitsReading(record)) unreadCounted(d, known, -1)
    return
  }
  if (counted) {
    // Out of the counts as if it had gone, then in again as what it is now.
    d.learn({ window: store(d.context.facts.window, { ...known, hidden: true }) })
    messageCounted(d, known, -1, received)
  }
  d.learn({ window: store(d.context.facts.window, record) })
  if (counting) messageCounted(d, record, 1, received)
  d.channelRecounted(Number(counting) - Number(counted), received)
  if (counted && (!counting || known.sender !== record.sender)) d.person(known.sender, received, { type: "discounted" })
  if (counting && (!counted || known.sender !== record.sender))
    d.person(record.sender, received, { type: "counted", direction: record.outbound ? "outbound" : "inbound" })
}

/** The columns of a deleted message: its content is erased (CONTRACT 2.6). */
export const erased = (at: number) => ({ deleted_at: at, content: null, attachments: [], heard_texts: null })
