/** An event as the body of a journal entry and back. Bodies carry a version; older ones are upcast here (DESIGN §4). */
import { Packr } from "msgpackr"
import type { Event } from "../machines/events.ts"
import { eventVersion } from "../machines/events.ts"

const packr = new Packr({ useRecords: false, moreTypes: false })

export const encodeEvent = (event: Event): Uint8Array => packr.pack({ v: eventVersion, event })

/** Bytes that a newer version wrote. Thrown by the codecs; whoever reads must not overwrite them. */
export class NewerVersion extends Error {
  constructor(what: string, found: number, known: number) {
    super(`${what} of version ${found}: this process knows up to ${known}; start a newer one`)
  }
}

/** Throws NewerVersion on a body of a version that is newer than this process. */
export const decodeEvent = (body: Uint8Array): Event => {
  const { v, event } = packr.unpack(body)
  if (v > eventVersion) throw new NewerVersion("journal entry", v, eventVersion)
  return event
}
