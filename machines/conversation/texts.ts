/**
 * Which of a message's texts stands (CONTRACT 2.6): the newest edit's by `at`, then by arrival; before any edit, the text that it
 * was shown with. Payloads often give an edit the message's own time, so ties are the rule: a text that was heard at that instant
 * already is a repeat, one that was not is news.
 */
import * as Hash from "effect/Hash"
import type { MessageRecord, Texts } from "./message-window.ts"

/** Texts of one instant that are remembered per message; the earliest are forgotten first (I8). */
export const textLimit = 32

/** A blank text knows nothing: its digest is that of every other one. */
const blank = 0

export const digestOf = (text: string): number => (text.trim() === "" ? blank : Hash.string(text))

/** What was heard of a message's text. */
export const textsOf = ({ texts, text, edited_at, edit_rank }: MessageRecord): Texts => {
  if (texts !== undefined) return texts
  const heard = edited_at === null ? text : edit_rank
  return { at: edited_at, heard: heard === undefined ? [] : [heard] }
}

/** The same after a text was told by an edit of `at`, or with the message itself (null); undefined when it changes nothing. */
export const textTold = (known: Texts, at: number | null, text: string | null): Texts | undefined => {
  if (text === null) return undefined
  const digest = digestOf(text)
  if (at !== null && (known.at === null || at > known.at)) return { at, heard: [digest] }
  if (at !== known.at || known.heard.includes(digest)) return undefined
  // Any other text of its instant knows more, whichever of the two comes first.
  if (digest === blank && known.heard.length > 0) return undefined
  return { at, heard: [...known.heard.filter((other) => other !== blank), digest].slice(-textLimit) }
}
