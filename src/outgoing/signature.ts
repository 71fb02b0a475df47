/** Standard Webhooks: the headers that let the CRM see who sent a body, when, and that it is whole. */
import * as Redacted from "effect/Redacted"
import { createHmac, randomBytes } from "node:crypto"

const prefix = "whsec_"

/** A fresh secret: 256 random bits. */
export const freshOutgoingSecret = (): Redacted.Redacted => Redacted.make(prefix + randomBytes(32).toString("base64"))

/** Signs `id.timestamp.body`; the timestamp is in seconds. */
export const signedHeaders = (secret: Redacted.Redacted, id: string, now: number, body: string) => {
  const key = Buffer.from(Redacted.value(secret).slice(prefix.length), "base64")
  const timestamp = String(Math.floor(now / 1000))
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` }
}
