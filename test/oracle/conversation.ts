/**
 * The oracle of I3: what the fields must be, recomputed from everything that was said, without any state that moves. Slow, naive
 * and written from the CONTRACT; where the contract leaves a tie open, the rule is said here. It knows the words of the events
 * and of the vocabulary, and no rule of any machine.
 */
import { lastOf } from "./last.ts"
import { memberOf, signsOf } from "./members.ts"
import { messagesOf, receiptsOf } from "./messages.ts"
import { isOwners, readingOf, receiptsTold } from "./reading.ts"
import type { Said } from "./said.ts"
import { isFact, max, ofType } from "./said.ts"
import { filedIn, newestText, typeOf } from "./thread.ts"

/** What reads the owner's messages (CONTRACT 2.5 read_on). */
export type ReadOn = "open" | "reply"

/** One thread: what was said of it, and nothing else. */
export const conversationOf = (said: ReadonlyArray<Said>, read_on: ReadOn = "open") => {
  const owner = said.find(isFact)!.owner.key
  const shown = ofType(said, "message_received")
  const messages = messagesOf(said)
  const receipts = receiptsOf(said, messages)
  const replies = read_on === "reply" ? messages.filter((message) => message.outbound && message.isMessage) : []
  const { horizon, unread_count, readers, last_accessed_at } = readingOf(said, messages, [
    ...receiptsTold(receipts.filter((receipt) => isOwners(receipt, owner))),
    ...replies.map(({ at, heard }) => ({ to: at, place: heard, told: at }))
  ])
  const signs = signsOf(said, messages, receipts, owner)
  const members = Object.fromEntries(
    signs.keys.map((key) => {
      const member = memberOf(key, owner, horizon, said, messages, receipts, signs)
      return [key, key === owner ? { ...member, unread_count } : member]
    })
  )
  const participant_count = Object.values(members).filter((member) => member.is_active).length
  return {
    fields: {
      message_count: messages.filter((message) => message.counts).length,
      unread_count,
      last_message: lastOf(messages, [...signs.present, ...signs.absent]),
      last_message_at: max(messages.filter((message) => message.isMessage).map(({ at }) => at)),
      last_accessed_at,
      participant_count,
      conversation_type: typeOf(shown, participant_count),
      subject: newestText(shown.map((fact) => ({ at: fact.at, text: fact.thread.subject }))),
      status: filedIn(said, messages),
      priority: shown.some((fact) => fact.thread.is_urgent) ? "high" : "normal",
      readers
    },
    members,
    messages,
    /** What participants hear of. */
    sightings: [...signs.present, ...signs.absent],
    acts: signs.acts
  }
}
