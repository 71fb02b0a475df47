/** What payloads say of a thread itself: subject, filing (CONTRACT 2.4). */
import type { MessageReceived } from "../../machines/events.ts"
import type { ConversationStatus } from "../../machines/vocabulary.ts"
import type { Known } from "./messages.ts"
import type { Filed, Said } from "./said.ts"
import { isFact, max, min } from "./said.ts"

/** The newest; at one instant the greater text. */
export const newestText = (
  texts: ReadonlyArray<{ readonly at: number; readonly text: string | null }>
): string | null => {
  const said = texts.filter(({ text }) => text !== null)
  const newest = said.filter(({ at }) => at === max(said.map((other) => other.at)))
  return (
    newest
      .map(({ text }) => text!)
      .sort()
      .at(-1) ?? null
  )
}

const words: Record<string, ConversationStatus> = { SPAM: "spam", TRASH: "deleted", ARCHIVE: "archived" }

/** A message may have been on its way while somebody deleted the thread. */
const onItsWay = 30 * 60_000

/**
 * Where the thread is filed: by the last word of a CRM user, or by a newer folder of the provider's. A folder that a new message of
 * the other side came in with counts where nobody has filed the thread away, and only the first. News since then brings back what
 * is archived or deleted: after a user's word what arrives later, after the provider's what is newer.
 */
export const filedIn = (said: ReadonlyArray<Said>, messages: ReadonlyArray<Known>): string => {
  const isHeard = (place: number) => said.slice(0, place).some(isFact)
  const place = said.findLastIndex((one, n) => one.type === "filed" && isHeard(n))
  const order = said[place] as Filed | undefined
  const news = messages.filter((message) => message.counts && !message.outbound && !message.isStory)
  const shown = said.flatMap((one, n) => {
    if (one.type !== "message_received" || n < place || (order !== undefined && one.at < order.received)) return []
    const { direction, is_event, hidden, is_story } = one.message
    const isNew = direction === "inbound" && !is_event && !hidden && is_story !== true
    return one.thread.folders.flatMap((folder) =>
      words[folder] === undefined ? [] : [{ at: one.at, text: words[folder], isNew }]
    )
  })
  const plain = shown.filter(({ isNew, text }) => !isNew || text === "spam")
  const came = shown.filter(({ isNew, text }) => isNew && text !== "spam")
  const newest = newestText(plain)
  const explicit = newest ?? order?.status ?? null
  const first = order === undefined || order.status === "active" ? min(came.map(({ at }) => at)) : null
  const isFirst = (explicit === null || explicit === "active") && first !== null
  const status = isFirst ? newestText(came.filter(({ at }) => at === first))! : (explicit ?? "active")
  if (status === "active" || status === "spam") return status
  const isBack =
    isFirst || newest !== null
      ? news.some(({ at }) => at > (isFirst ? first : max(plain.map((one) => one.at))!))
      : news.some(({ at, arrival }) => arrival > place && (status === "archived" || at >= order!.received - onItsWay))
  return isBack ? "active" : status
}

/** What kind of conversation it is, unless somebody set it by hand. */
export const typeOf = (shown: ReadonlyArray<MessageReceived>, participant_count: number): string => {
  const hint = (name: "is_group" | "is_direct" | "is_broadcast" | "is_channel" | "is_community") =>
    shown.some((fact) => fact.thread[name] === true)
  if (hint("is_broadcast")) return "broadcast"
  if (hint("is_channel") || hint("is_community")) return "channel"
  if (hint("is_group")) return "group"
  return participant_count > 2 && !hint("is_direct") ? "group" : "direct"
}
