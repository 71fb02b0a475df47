/** Secrets that we make. */
import { randomBytes } from "node:crypto"

/** 256 random bits as 43 characters. */
const randomSecret = (): string => randomBytes(32).toString("base64url")

/** A new key of a tenant; its shape is what src/http/keys.ts looks for. */
export const newApiKey = (tenant: string): string => `sb_${tenant}_${randomSecret()}`

/** A new webhook secret. */
export const newWebhookSecret = (): string => `whs_${randomSecret()}`
