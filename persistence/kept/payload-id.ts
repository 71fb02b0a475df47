/**
 * The id of a kept payload, derived from its place and bytes: a sender that repeats itself finds its payload kept already (I3).
 * UUIDv5 over a SHA-256, so that two payloads with one id cannot be made on purpose.
 */
import { createHash } from "node:crypto"
import { v5 } from "uuid"

/** Of all kept payloads; never changes, or repeats would no longer be recognised. */
const namespace = "0f8e5a44-1d0e-5b7c-8c43-6f4ac2d6b3e9"

/** `place`: which room of which tenant it is kept in, and what tells two payloads of the same bytes apart there. */
export const payloadId = (place: ReadonlyArray<string>, body: Uint8Array): string =>
  v5(JSON.stringify([...place, createHash("sha256").update(body).digest("hex")]), namespace)
