import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import { expect, test } from "vitest"
import { FeedTokens } from "../../src/feed/tokens.ts"

const withSecret = <A, E>(secret: string, use: (tokens: FeedTokens["Service"]) => Effect.Effect<A, E>): Promise<A> =>
  Effect.runPromise(
    FeedTokens.use(use).pipe(Effect.provide([FeedTokens.layer(Redacted.make(secret)), TestClock.layer()]))
  )
const issue = (request: { readonly ttl_s?: number; readonly topics?: ReadonlyArray<string> } = {}) =>
  withSecret("s", (tokens) => tokens.issue({ tenant: "acme", user_id: "ann", ...request }))

test("a token says who, where, which topics, until when", async () => {
  const { token, expires_at } = await issue({ topics: ["inbox"], ttl_s: 60 })
  expect(expires_at).toBe("1970-01-01T00:01:00.000Z")
  expect(await withSecret("s", (tokens) => tokens.verify(token))).toEqual({
    tenant: "acme",
    user_id: "ann",
    name: "ann",
    topics: ["inbox"],
    key: null,
    expires_at: 60_000
  })
})

test("a token ends to the millisecond, after an hour unless it says otherwise", async () => {
  const { token } = await issue()
  const after = (ms: number) =>
    withSecret("s", (tokens) =>
      TestClock.adjust(ms).pipe(
        Effect.andThen(tokens.verify(token)),
        Effect.match({ onFailure: (e) => e.reason, onSuccess: () => "valid" })
      )
    )
  expect([await after(3_599_999), await after(3_600_000)]).toEqual(["valid", "expired"])
})

test("a token of another secret, a changed one and nonsense are refused", async () => {
  const { token } = await issue()
  const [payload, signature] = token.split(".") as [string, string]
  const other = Buffer.from(JSON.stringify({ tenant: "rival" })).toString("base64url")
  const refused = (secret: string, text: string) =>
    withSecret(secret, (tokens) => Effect.flip(tokens.verify(text))).then((error) => error.reason)
  expect(await refused("another", token)).toBe("forged")
  for (const text of [
    "",
    ".",
    "a.b",
    payload,
    `${payload}.`,
    `${other}.${signature}`,
    `${payload}.${signature.slice(2)}`
  ]) {
    expect(await refused("s", text)).toBe("forged")
  }
})
