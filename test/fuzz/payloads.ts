/** Mutated requests as they go out: a provider's webhook of v1 (secret) or v2 (signature), the shared address, or a generic event. */
import { createHmac } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import type { Tenant } from "../support/server.ts"
import { damagedBytes, mutatedBody, type Next, pick } from "./junk.ts"

export interface Shot {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array<ArrayBuffer>
}

const folder = new URL("../fixtures/unipile/", import.meta.url)
const load = (names: ReadonlyArray<string>, prefix = "") =>
  names
    .filter((name) => name.endsWith(".json") && !name.startsWith("_"))
    .map((name) => JSON.parse(readFileSync(new URL(prefix + name, folder), "utf8")) as Record<string, any>)
const v1 = load(readdirSync(folder))
const v2 = load(readdirSync(new URL("v2/", folder)), "v2/")

/** The accounts that the fixtures belong to; what is registered of them is the caller's business. */
export const fixtureAccounts: ReadonlyArray<string> = [
  ...new Set([...v1, ...v2].flatMap((body) => body["account_id"] ?? body["AccountStatus"]?.account_id ?? []))
]

const generic: ReadonlyArray<object> = [
  { type: "typing", conversation: "chat", user_id: "u", is_typing: true, expires_in_s: 3 },
  { type: "participant_left", conversation: "chat", participant: "phone:+447700900123", at: "2026-05-04T10:00:00Z" },
  { type: "read_receipt", conversation: "chat", message_id: "m", participant: "phone:+447700900123" },
  { type: "conversation", conversation: "chat", priority: "high", participant_count: 3, message_count: 200 },
  { type: "auth", account: "account", status: "connected", expires_in: 3600, access_token: "token" },
  {
    type: "participant",
    participant: "phone:+447700900123",
    instagram: "handle",
    avatar_url: "https://x.example/a.png"
  },
  {
    type: "message",
    conversation: "chat",
    message_id: "m",
    direction: "inbound",
    content: "hello",
    at: "2026-05-04T10:00:00Z"
  }
]

/** Ids differ from shot to shot, or every mutation would hit the same few messages. */
const renamed = (body: Record<string, any>, next: Next): Record<string, any> => {
  const number = Math.floor(next() * 1e6)
  return {
    ...body,
    ...("message_id" in body ? { message_id: `fuzz-${number}`, provider_message_id: `fuzz-p-${number}` } : {}),
    ...("chat_id" in body && next() < 0.7 ? { chat_id: `fuzz-chat-${number % 200}` } : {}),
    ...("id" in body ? { id: `evt_${number}` } : {})
  }
}

const signed = (secret: string, body: Uint8Array, now: number): string => {
  const t = String(Math.floor(now / 1000))
  return `t=${t},v0=${createHmac("sha256", secret).update(`${t}.`).update(body).digest("hex")}`
}

export const shot = (tenant: Tenant, next: Next, now: number): Shot => {
  const own = `/v1/tenants/${tenant.id}/webhooks/unipile`
  const kind = next()
  const bytes = (body: unknown) => damagedBytes(JSON.stringify(mutatedBody(body, next)) ?? "", next)
  if (kind < 0.12) {
    const headers = {
      authorization: `Bearer ${tenant.key}`,
      ...(next() < 0.2 ? { "idempotency-key": `k-${Math.floor(next() * 50)}` } : {})
    }
    return { path: `/v1/tenants/${tenant.id}/events`, headers, body: bytes(pick(generic, next)) }
  }
  if (kind < 0.15) return { path: own, headers: { "unipile-auth": "wrong" }, body: bytes(pick(v1, next)) }
  if (kind < 0.2)
    return {
      path: "/v1/webhooks/unipile",
      headers: { "unipile-auth": tenant.secret },
      body: bytes(renamed(pick(v1, next), next))
    }
  if (kind < 0.35) {
    const body = bytes(renamed(pick(v2, next), next))
    return { path: own, headers: { "unipile-signature": signed(tenant.secret, body, now) }, body }
  }
  if (kind < 0.36) {
    // The hosted-auth callback carries the secret in its address.
    return { path: `${own}?secret=${tenant.secret}`, headers: {}, body: bytes(pick(v1, next)) }
  }
  return { path: own, headers: { "unipile-auth": tenant.secret }, body: bytes(renamed(pick(v1, next), next)) }
}
