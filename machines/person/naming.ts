/**
 * Whether a text is a name (CONTRACT 2.7). Networks that know nobody's name send what they have in its place: the number, an id,
 * an address, a mark such as `~`, or characters that nobody sees. Such a stand-in is shown while there is nothing better, and
 * gives way to a name.
 */
import type { Person } from "../events.ts"

/** Blanks, marks of direction, fillers: everything that leaves no ink. */
const unseen = /[\s\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\u2800]/gu
const letterOrPicture = /[\p{L}\p{Extended_Pictographic}\p{Regional_Indicator}]/u
/** Words that stand before or behind a number and are no name. */
const besideNumber = /^(?:tel|phone|whatsapp|mobile)[.:]*(?=[+(\d])|(?:;ext=|ext\.?|x)\d+$/giu
/** What networks and broken mappings call somebody whom they do not know. */
const nobodys: ReadonlySet<string> = new Set(["unknown", "hidden", "null", "undefined", "nan"])
const ids: ReadonlyArray<RegExp> = [
  // An address, or an id of a chat network: digits@s.whatsapp.net, digits@lid.
  /^[^\s@]+@[^\s@]+$/u,
  // A handle, a URN, a link.
  /^@\S+$/u,
  /^(?:urn|mailto|https?):\S+$/iu,
  // LinkedIn's people; then any long word of letters and digits.
  /^AC[ow]AA[\w-]+$/u,
  /^(?=\S*\d)[\w-]{16,}$/u
]

/** Whether nothing of the text can be seen. */
export const isBlank = (text: string): boolean => text.replace(unseen, "") === ""

/** Whether the text says no more than a number or an id does. */
export const isStandIn = (text: string): boolean => {
  const seen = text.replace(unseen, "")
  if (nobodys.has(seen.toLowerCase()) || !letterOrPicture.test(seen.replace(besideNumber, ""))) return true
  const words = text.split(/\s+/u).flatMap((word) => word.replace(unseen, "").replace(/^[<("']+|[>)"']+$/gu, "") || [])
  return words.every((word) => ids.some((id) => id.test(word)))
}

/** Whether a showing calls the person by one of the ids that it gives them. */
export const isNamedById = (name: string, person: Person): boolean => {
  const called = name.replace(unseen, "").replace(/^@/u, "").toLowerCase()
  const given = [person.provider_participant_id, ...Object.values(person.identifiers)]
  return given.some((id) => id?.toLowerCase() === called)
}
