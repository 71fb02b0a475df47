/** The text of a mail. */
import type { Mail } from "./mail-payload.ts"
import { clean } from "./text.ts"

/** The plain text; where a mail has only HTML, what one would read of it. Null when there is neither. */
export const mailText = ({ body_plain, body }: Mail): string | null => {
  if (typeof body_plain === "string" && body_plain.trim() !== "") return clean(body_plain)
  if (typeof body === "string") return clean(textOfHtml(body))
  return typeof body_plain === "string" ? clean(body_plain) : null
}

/** Characters of HTML that are looked at; a mail that is longer is mostly pictures. */
const htmlLength = 524_288
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " }

/** What one would read of an HTML mail. It is text, to be shown as text: what it holds is not to be trusted as HTML. */
const textOfHtml = (html: string): string =>
  html
    .slice(0, htmlLength)
    .replace(/<(style|script|head)\b[^>]*>[^]*?<\/\1\s*>/gi, "")
    .replace(/<br\b[^>]*>|<\/(?:p|div|li|tr|h[1-6]|blockquote)\s*>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,5}));/gi, (whole, decimal, hex, name: string | undefined) => {
      if (name !== undefined) return entities[name.toLowerCase()] ?? whole
      const code = decimal === undefined ? parseInt(hex as string, 16) : Number(decimal)
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    })
    .replace(/[ \t]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()
