/** Secrets that are only compared: known as SHA-256, compared without telling by time how much was right. */
import { hash, timingSafeEqual } from "node:crypto"

/** SHA-256. Enough for secrets of 256 random bits; passwords would need a slow hash. */
export const sha256 = (secret: string): Buffer => hash("sha256", secret, "buffer")

/** Whether two digests are the same, in time that does not depend on them. */
export const sameDigest = (a: Buffer, b: Buffer): boolean => timingSafeEqual(a, b)
