/** docs/announcements.md says what is sent, and its code verifies it. */
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { ContactCreateRequested } from "../../actors/turn/announcement.ts"
import { freshOutgoingSecret, signedHeaders } from "../../src/outgoing/signature.ts"

const page = readFileSync(new URL("../../docs/announcements.md", import.meta.url), "utf8")
const block = (language: string) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)![1]!

test("the body of the page has the shape of an announcement, nothing less and nothing more", () => {
  const body = JSON.parse(block("json"))
  expect(Schema.decodeUnknownSync(ContactCreateRequested, { onExcessProperty: "error" })(body)).toEqual(body)
})

test("the code of the page takes what was signed just now, and nothing that was changed, is old or has no signature", async () => {
  const { isAuthentic } = await import(`data:text/javascript,${encodeURIComponent(block("js"))}`)
  const secret = freshOutgoingSecret()
  const body = block("json")
  const now = Date.now()
  const headers = signedHeaders(secret, "an-id", now, body)
  const plain = Redacted.value(secret)
  expect(isAuthentic(plain, headers, body)).toBe(true)
  expect(isAuthentic(plain, headers, `${body} `)).toBe(false)
  expect(isAuthentic(plain, { ...headers, "webhook-id": "another" }, body)).toBe(false)
  expect(isAuthentic(Redacted.value(freshOutgoingSecret()), headers, body)).toBe(false)
  expect(isAuthentic(plain, signedHeaders(secret, "an-id", now - 600_000, body), body)).toBe(false)
  expect(isAuthentic(plain, {}, body)).toBe(false)
})
