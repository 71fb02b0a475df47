/**
 * When the embedded Postgres has to be started again although it still answers. After descriptors ran out it can go on to say
 * "File exists" (58P02) for a file that it made and could not open, for good; a start on the same files puts that right. A PANIC
 * is the end of a Postgres server, and so of this one.
 */

/** Type of a message that reports an error. */
const errorResponse = 0x45
/** Fields of an error: severity (not localised) and SQLSTATE, each up to a zero byte. */
const severity = /V([A-Z]+)\0/
const sqlState = /C([0-9A-Z]{5})\0/
/** Classes that mean "my own files": only these make it ail. */
const stuckFile = "58P02"

/** So many errors over so long, milliseconds: a shortage of a moment passes by itself. */
const patience = { errors: 3, milliseconds: 5_000 }

export class Ailing {
  #since: number | null = null
  #errors = 0

  /** What is wrong for good, after these bytes of an answer; null: nothing that is known. Looks only at answers that begin with an error. */
  after(bytes: Uint8Array, now: number): string | null {
    const text = errorIn(bytes)
    if (text === null) return null
    if (severity.exec(text)?.[1] === "PANIC") return `Postgres panicked: ${messageOf(text)}`
    if (sqlState.exec(text)?.[1] !== stuckFile) return null
    // Ahead of now: the clock has been set back since.
    if (this.#since === null || this.#since > now) this.#since = now
    this.#errors++
    return this.#errors >= patience.errors && now - this.#since >= patience.milliseconds ? messageOf(text) : null
  }
}

const messageOf = (text: string): string => /M([^\0]*)\0/.exec(text)?.[1] ?? "no message"

/** The first error among the messages of these bytes, as text; null when there is none. Bytes that begin inside a message have none. */
const errorIn = (bytes: Uint8Array): string | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 5 <= bytes.length;) {
    const end = at + 1 + view.getUint32(at + 1)
    if (bytes[at] === errorResponse && end <= bytes.length) return new TextDecoder().decode(bytes.subarray(at + 5, end))
    at = end
  }
  return null
}
