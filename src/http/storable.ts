/** Text that Postgres can hold: neither NUL nor half a surrogate pair. A command with anything else is refused, not altered. */

/** Only these escapes can bring such text into JSON whose bytes are valid UTF-8, so most bodies are let off at a glance. */
const suspicious = /\\u(?:0000|d[89a-f])/i

/** Whether Postgres can hold the text. */
export const isStorableText = (text: string): boolean => !text.includes("\0") && text.isWellFormed()

/** The path of the first text that cannot be kept, or null. */
const firstUnstorable = (value: unknown, path: ReadonlyArray<string>): ReadonlyArray<string> | null => {
  if (typeof value === "string") return isStorableText(value) ? null : path
  if (typeof value !== "object" || value === null) return null
  for (const [name, inner] of Object.entries(value)) {
    const found = isStorableText(name) ? firstUnstorable(inner, [...path, name]) : path
    if (found !== null) return found
  }
  return null
}

/** Where in a parsed body the first text stands that cannot be kept, as a dotted path (empty: the whole); null when all can. */
export const unstorableField = (bytes: Uint8Array, json: unknown): string | null =>
  suspicious.test(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"))
    ? (firstUnstorable(json, [])?.join(".") ?? null)
    : null
