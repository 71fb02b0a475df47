/** Fernet, in which the predecessor sealed its tokens: AES-128-CBC under HMAC-SHA256 (github.com/fernet/spec). Only opening. */
import { createDecipheriv, createHmac, timingSafeEqual } from "node:crypto"

const version = 0x80
/** Bytes: version, time, initial vector; the mark at the end. */
const head = 1 + 8 + 16
const mark = 32

/** A key of 32 bytes in base64url: half of it signs, half encrypts. Null: it is none. */
const keyIn = (text: string) => {
  const bytes = Buffer.from(text.trim(), "base64url")
  return bytes.length === 32 ? { signing: bytes.subarray(0, 16), encrypting: bytes.subarray(16) } : null
}

const openedBy = (text: string, token: Buffer): string | null => {
  const key = keyIn(text)
  if (key === null || token.length < head + mark + 16 || token[0] !== version) return null
  const signed = token.subarray(0, -mark)
  const found = createHmac("sha256", key.signing).update(signed).digest()
  if (!timingSafeEqual(found, token.subarray(-mark))) return null
  try {
    const cipher = createDecipheriv("aes-128-cbc", key.encrypting, signed.subarray(9, head))
    return Buffer.concat([cipher.update(signed.subarray(head)), cipher.final()]).toString("utf8")
  } catch {
    return null
  }
}

/** What was sealed under one of the keys; null where none opens it. */
export const fernetOpened = (keys: ReadonlyArray<string>, token: string): string | null => {
  const bytes = Buffer.from(token, "base64url")
  for (const key of keys) {
    const opened = openedBy(key, bytes)
    if (opened !== null) return opened
  }
  return null
}

export const isFernetKey = (text: string): boolean => keyIn(text) !== null
