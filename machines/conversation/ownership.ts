/**
 * Which messages are the account's own (CONTRACT 2.6): what its own person wrote is outbound, whatever folder or flag it came with.
 * It may turn out late: by the copy in the folder of sent mail, or by a mail that the account sent from the same address.
 */
import { later } from "../instants.ts"
import type { MessageReceived } from "../events.ts"
import type { Decision } from "./decision.ts"
import type { MessageRecord } from "./message-window.ts"
import { all } from "./message-window.ts"
import { isNobody } from "../person/keys.ts"
import { readOutbound } from "./receipts.ts"
import { own } from "../own.ts"

/** Addresses of one account's own people that a conversation remembers; the oldest are forgotten first (I8). */
const ownLimit = 16

const ownKeys = (d: Decision): ReadonlyArray<string> => d.context.facts.own_keys ?? []

/** The event with the direction that it has. */
export const directed = (d: Decision, event: MessageReceived): MessageReceived => {
  const { message, sender, owner, letter } = event
  if (message.is_event || message.direction === "outbound" || sender === null || isNobody(sender.key)) return event
  const isOwners =
    sender.key === d.context.facts.owner_key || (letter?.owner_known !== false && sender.key === owner.key)
  if (!isOwners && !ownKeys(d).includes(sender.key)) return event
  return { ...event, message: { ...message, direction: "outbound", read_at: null } }
}

/** Whether it shows that its sender is the account: a mail that somebody put into the folder of sent mail does not. */
export const isProvenOwn = ({ message, letter, owner, sender }: MessageReceived): boolean =>
  message.direction === "outbound" &&
  !message.is_event &&
  (letter === undefined || (letter.owner_known && owner.key === sender?.key))

/** The message as the account's own. */
export const owned = (d: Decision, record: MessageRecord, sender: string): MessageRecord => {
  const read_at = readOutbound(d, record.at)
  d.member(sender, { last_message_at: later(own(d.context.members, sender)?.last_message_at ?? null, record.at) })
  return { ...record, outbound: true, sender, read_at, status: read_at === null ? "sent" : "read" }
}

/** The account has sent from these addresses. Answers whether that is news. */
export const ownAddressesShown = (d: Decision, keys: ReadonlyArray<string>): boolean => {
  const known = ownKeys(d)
  const fresh = keys.filter((key) => !isNobody(key) && !known.includes(key))
  if (fresh.length > 0) d.learn({ own_keys: [...known, ...fresh].slice(-ownLimit) })
  return fresh.length > 0
}

/** Messages that are known from an own address, and were taken for somebody else's. */
export const takenForOthers = (
  d: Decision
): ReadonlyArray<{ readonly record: MessageRecord; readonly sender: string }> => {
  const keys = ownKeys(d)
  if (keys.length === 0) return []
  return [...all(d.context.facts.window)].flatMap((record) => {
    const { outbound, is_event, sender } = record
    return !outbound && !is_event && sender !== null && keys.includes(sender) ? [{ record, sender }] : []
  })
}
