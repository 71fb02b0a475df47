/** What payloads say of a thread itself: subject, filing (CONTRACT 2.4). */
import type { MessageReceived } from "../../machines/events.ts"
import { max } from "./said.ts"

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

/** The newest folder that files away, at one instant the greater word; a newer sighting in the inbox brings back from the archive. */
export const filed = (shown: ReadonlyArray<MessageReceived>): string => {
  const words: Record<string, string> = { SPAM: "spam", TRASH: "deleted", ARCHIVE: "archived" }
  const files = shown.flatMap((fact) =>
    fact.thread.folders.flatMap((folder) => (words[folder] === undefined ? [] : [{ at: fact.at, text: words[folder] }]))
  )
  const status = newestText(files) ?? "active"
  const inbox = max(shown.filter((fact) => fact.thread.folders.includes("INBOX")).map(({ at }) => at))
  return status === "archived" && inbox !== null && inbox > max(files.map(({ at }) => at))! ? "active" : status
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
