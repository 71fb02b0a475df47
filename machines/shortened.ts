/**
 * Parts of texts that are kept for long. A part that JavaScript cuts out of a text holds on to the whole of it, so that a name of
 * ten characters out of a body of a megabyte would weigh a megabyte (I8).
 */

/** Characters of the rest that a part may hold on to: to copy every text that is trimmed by a blank would cost more. */
const slack = 64

/** The part, in memory of its own where what it was cut out of is longer by more than a little. */
export const detached = (part: string, whole: string): string =>
  whole.length - part.length <= slack ? part : (JSON.parse(JSON.stringify(part)) as string)

/** At most `length` UTF-16 units, never ending in half a character. */
export const shortened = (text: string, length: number): string => {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return detached(text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length), text)
}
