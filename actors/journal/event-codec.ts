/**
 * An event as the body of a journal entry and back. Bodies carry a version; older ones are upcast here (DESIGN §4). They are JSON, which
 * V8 writes in a sixth of the time that msgpack took (docs/benchmarks.md), and which SQL reads; before version 3 they were msgpack.
 */
import { Packr } from "msgpackr"
import type { Event } from "../../machines/events.ts"
import { eventVersion, versionOf } from "../../machines/events.ts"
import { plain, unpacked } from "../memory/msgpack.ts"

const packr = new Packr({ ...plain, moreTypes: false })

export const encodeEvent = (event: Event): Uint8Array => Buffer.from(JSON.stringify({ v: versionOf(event), event }))

const brace = "{".charCodeAt(0)
const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Throws what is neither. */
const bodyOf = (body: Uint8Array): unknown =>
  body[0] === brace ? JSON.parse(utf8.decode(body)) : unpacked(packr, body)

/** Times of a fact, as far as an event has them. */
interface Timed {
  readonly at?: unknown
  readonly message?: { readonly read_at?: unknown }
  readonly fact?: Timed
}

/** No fact lies ahead: since version 2 every door sees to it; entries of version 1 are read so. */
const withoutAhead = <E extends Timed>(event: E, received: number): E => ({
  ...event,
  ...(isAfter(event.at, received) ? { at: received } : {}),
  ...(isAfter(event.message?.read_at, received) ? { message: { ...event.message, read_at: received } } : {}),
  ...(event.fact === undefined ? {} : { fact: withoutAhead(event.fact, received) })
})
const isAfter = (at: unknown, received: number): boolean => typeof at === "number" && at > received

/** Bytes that a newer version wrote. Thrown by the codecs; whoever reads must not overwrite them. */
export class NewerVersion extends Error {
  constructor(what: string, found: number, known: number) {
    super(`${what} of version ${found}: this process knows up to ${known}; start a newer one`)
  }
}

/** Throws NewerVersion on a body of a version that is newer than this process. */
export const decodeEvent = (body: Uint8Array): Event => {
  const { v, event } = bodyOf(body) as { readonly v: number; readonly event: Event }
  if (v > eventVersion) throw new NewerVersion("journal entry", v, eventVersion)
  // Whoever reads what may be no event at all looks first (src/kept/journaled-event.ts).
  return v < 2 && typeof event?.received === "number" ? (withoutAhead(event as Timed, event.received) as Event) : event
}
