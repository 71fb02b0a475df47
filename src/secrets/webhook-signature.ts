/** UniPile's v2 signature (unipile.md §7): `t=<unix seconds>,v0=<hex>`, HMAC-SHA256 with the secret over `t.body`. Pure. */
import * as Redacted from "effect/Redacted"
import { createHmac, timingSafeEqual } from "node:crypto"

/** How far a signature's time may be from ours, in milliseconds, either way. The provider publishes no figure; 300 s is common. */
export const replayWindow = 300_000

export interface Signature {
  /** As it was signed. */
  readonly t: string
  /** Epoch milliseconds. */
  readonly at: number
  /** One or, while a secret is rotated, several. */
  readonly digests: ReadonlyArray<Buffer>
}

const digestLimit = 4

/** The parts of the header; null when it is no signature. */
export const signatureOf = (header: string): Signature | null => {
  const parts = header.split(",", 16).map((part) => part.trim())
  const t = parts.find((part) => part.startsWith("t="))?.slice(2) ?? ""
  const digests = parts.flatMap((part) => (/^v0=[\da-f]{64}$/i.test(part) ? [Buffer.from(part.slice(3), "hex")] : []))
  return /^\d{1,12}$/.test(t) && digests.length > 0
    ? { t, at: Number(t) * 1000, digests: digests.slice(0, digestLimit) }
    : null
}

/** Whether the secret made it for this very body. Takes the same time for every wrong digest. */
export const isSignedWith = (secret: Redacted.Redacted, { t, digests }: Signature, body: Uint8Array): boolean => {
  const right = createHmac("sha256", Redacted.value(secret)).update(`${t}.`).update(body).digest()
  return digests.filter((digest) => timingSafeEqual(digest, right)).length > 0
}
