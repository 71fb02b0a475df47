/** UniPile's REST client against a made-up UniPile on a real port: what it makes of everything that can go wrong there. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { afterEach, expect, test } from "vitest"
import { Breaker } from "../../src/providers/unipile/rest/breaker.ts"
import { caller } from "../../src/providers/unipile/rest/call.ts"
import type { UniPileClient } from "../../src/providers/unipile/rest/client.ts"
import { uniPileClient } from "../../src/providers/unipile/rest/client.ts"
import type { RestError } from "../../src/providers/unipile/rest/errors.ts"
import { whatsapp } from "../unipile-server/content.ts"
import type { Options, UniPileServer } from "../unipile-server/server.ts"
import { startUniPile } from "../unipile-server/server.ts"

const account = whatsapp({ seed: 1, account_id: "wa-1", chats: 3, messages: 250, newest: Date.UTC(2026, 4, 4) })
const [chat] = account.chats
const chat_id = chat!.chat["id"] as string

let server: UniPileServer
afterEach(() => server.close())

const starts = async (
  more: Pick<Options, "mishap" | "page"> = {},
  { api_key = "good", patience = "20 seconds" as "20 seconds" | "300 millis" } = {}
) => {
  server = await startUniPile({ api_key: "good", accounts: [account], ...more })
  const budgeted: Array<string> = []
  const ask = <A>(question: (client: UniPileClient) => Effect.Effect<A, RestError>) =>
    caller({
      base_url: server.url,
      api_key: Redacted.make(api_key),
      breaker: new Breaker(),
      budget: (account_id) => Effect.sync(() => void budgeted.push(account_id)),
      tries: 4,
      firstRetry: 5,
      patience
    }).pipe(
      Effect.flatMap((call) => question(uniPileClient(call))),
      Effect.match({ onSuccess: (got) => ({ got, error: null }), onFailure: (error) => ({ got: null, error }) }),
      Effect.provide(NodeHttpClient.layerNodeHttp),
      Effect.runPromise
    )
  return { ask, budgeted }
}
const messages = (client: UniPileClient) =>
  Effect.map(Stream.runCollect(client.messages("wa-1", chat_id, null, null)), (pages) =>
    pages.flatMap(({ items }) => items)
  )

test("all pages of a list, in order, each call within the budget of its account", async () => {
  const { ask, budgeted } = await starts()
  expect((await ask(messages)).got).toEqual(chat!.messages)
  expect(budgeted).toEqual(server.asked.map(() => "wa-1"))
  expect(server.asked.length).toBe(Math.ceil(chat!.messages.length / 100))
})

test("a wrong key is one question and one error that names the cure", async () => {
  const { ask } = await starts({}, { api_key: "wrong" })
  const { error } = await ask(messages)
  expect(error).toMatchObject({ _tag: "KeyRefused", status: 401 })
  expect(error?.message).toContain("provider-access")
  expect(server.asked.length).toBe(1)
})

test("429 waits as long as Retry-After says, and goes on", async () => {
  const { ask } = await starts({
    mishap: ({ n }) => (n === 0 ? { status: 429, headers: { "retry-after": "1" } } : null)
  })
  const before = performance.now()
  expect((await ask(messages)).got).toEqual(chat!.messages)
  expect(performance.now() - before).toBeGreaterThanOrEqual(1_000)
})

test("a Retry-After past all patience fails at once", async () => {
  const { ask } = await starts({ mishap: () => ({ status: 429, headers: { "retry-after": "86400" } }) })
  expect((await ask(messages)).error).toMatchObject({ _tag: "ProviderBusy", status: 429, retry_after: 86_400_000 })
  expect(server.asked.length).toBe(1)
})

test.each([
  ["a fault of the provider", { status: 500 }],
  ["a connection that breaks", "hang up"],
  ["an answer that is cut short", "cut short"]
] as const)("after %s the question is asked again", async (_, mishap) => {
  const { ask } = await starts({ mishap: ({ n }) => (n < 2 ? mishap : null) })
  expect((await ask(messages)).got).toEqual(chat!.messages)
  expect(server.asked.length).toBe(2 + Math.ceil(chat!.messages.length / 100))
})

test("an answer that takes too long is not waited for", async () => {
  const { ask } = await starts({ mishap: () => ({ wait: 1_000 }) }, { patience: "300 millis" })
  expect((await ask(messages)).error).toMatchObject({ _tag: "ProviderAway", reason: "no answer in time" })
  expect(server.asked.length).toBe(4)
})

test.each([
  ["ProviderBusy", { status: 503 }],
  ["ProviderAway", "hang up"],
  ["AnswerUnreadable", "cut short"]
] as const)("%s when it never becomes better, after four tries", async (_tag, mishap) => {
  const { ask } = await starts({ mishap: () => mishap })
  expect((await ask(messages)).error).toMatchObject({ _tag })
  expect(server.asked.length).toBe(4)
})

test("an account that is signed out is told from a wrong key", async () => {
  const { ask } = await starts({ mishap: () => ({ status: 401, body: { type: "errors/disconnected_account" } }) })
  expect((await ask(messages)).error).toMatchObject({ _tag: "AccountRefused", account_id: "wa-1" })
  expect(server.asked.length).toBe(1)
})

test("a list that leads back to an earlier cursor ends with an error that names it", async () => {
  const { ask } = await starts({
    page: ({ query }, page) => (query.get("cursor") === "200" ? { ...page, cursor: "100" } : page)
  })
  expect((await ask(messages)).error).toMatchObject({ _tag: "CursorLoops", cursor: "100" })
})

test("a page that comes again under a new cursor ends with an error that names it", async () => {
  let n = 0
  const { ask } = await starts({
    page: (_, page) => ({ ...page, items: chat!.messages.slice(0, 5), cursor: `c${n++}` })
  })
  expect((await ask(messages)).error).toMatchObject({ _tag: "PageRepeats", cursor: "c0" })
})

test("a list without items cannot be read; an empty one ends", async () => {
  const { ask } = await starts({ page: () => ({ object: "List" }) })
  expect((await ask(messages)).error).toMatchObject({ _tag: "AnswerUnreadable" })
  server.now({ page: () => ({ items: [], cursor: null }) })
  expect((await ask(messages)).got).toEqual([])
})

test("an odd cursor or item does not cost the page", async () => {
  const { ask } = await starts({ page: (_, page) => ({ items: [...page["items"].slice(0, 2), null, 7], cursor: {} }) })
  const { got } = await ask(messages)
  expect(got).toHaveLength(4)
})
