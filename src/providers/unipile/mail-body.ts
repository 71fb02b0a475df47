/** The text of a mail. */
import type { Mail } from "./mail-payload.ts"
import { detached } from "../../../machines/shortened.ts"
import { clean } from "../text.ts"
import { own } from "../../../machines/own.ts"

/** The plain text; where a mail has only HTML, what one would read of it. Null when there is neither. */
export const mailText = ({ body_plain, body }: Mail): string | null => {
  if (typeof body_plain === "string" && body_plain.trim() !== "") return clean(body_plain)
  if (typeof body === "string") return detached(clean(textOfHtml(body)), body)
  return typeof body_plain === "string" ? clean(body_plain) : null
}

/** Characters of HTML that are looked at; a mail that is longer is mostly pictures. */
const htmlLength = 524_288
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " }

/** The mail without what nobody reads of it. An opening without an end is looked for once: strangers write mails (I8). */
const withoutSections = (html: string): string => {
  const openings = /<(style|script|head)\b/gi
  const endless = new Set<string>()
  let kept = ""
  let from = 0
  for (let opening = openings.exec(html); opening !== null; opening = openings.exec(html)) {
    const name = opening[1]!.toLowerCase()
    if (endless.has(name)) continue
    const closing = new RegExp(`</${name}\\s{0,9}>`, "gi")
    closing.lastIndex = openings.lastIndex
    if (closing.exec(html) === null) {
      endless.add(name)
      continue
    }
    kept += html.slice(from, opening.index)
    from = openings.lastIndex = closing.lastIndex
  }
  return kept + html.slice(from)
}

/**
 * What one would read of an HTML mail. It is text, to be shown as text: what it holds is not to be trusted as HTML. Each pattern
 * takes a time that grows with the text and no faster: a tag ends where another one begins.
 */
const textOfHtml = (html: string): string =>
  withoutSections(html.slice(0, htmlLength))
    .replace(/<br\b[^<>]*>|<\/(?:p|div|li|tr|h[1-6]|blockquote)\s{0,9}>/gi, "\n")
    .replace(/<[^<>]*>/g, "")
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,5}));/gi, (whole, decimal, hex, name: string | undefined) => {
      if (name !== undefined) return own(entities, name.toLowerCase()) ?? whole
      const code = decimal === undefined ? parseInt(hex as string, 16) : Number(decimal)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    })
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()
