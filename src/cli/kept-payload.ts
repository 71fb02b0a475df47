/** A kept payload for people: what is known of it, what would be read in it now, and its bytes. */
import type { KeptPayload } from "./answers.ts"
import { card, harmless, size } from "./table.ts"

export const payloadCard = ({ body, encoding, now, size_bytes, ...known }: typeof KeptPayload.Type): string => {
  const reading = now.readable ? `readable: ${now.events.join(", ")}` : `unreadable: ${now.reason}`
  const text = encoding === "utf8" ? harmless(body, true) : `${body}\n(base64)`
  return `${card({ ...known, size: size(size_bytes), now: reading })}\n\n${text}`
}
