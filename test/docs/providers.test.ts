/** docs/providers.md leaves out no event, field, state or converter, and what it shows to be posted or written works. */
import * as Result from "effect/Result"
import { readFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { expect, test } from "vitest"
import { ProviderAccountStatus } from "../../machines/vocabulary.ts"
import { switchboardFormat } from "../../src/providers/generic/format.ts"
import { generic } from "../../src/providers/generic/provider.ts"
import type { Provider } from "../../src/providers/provider.ts"

const page = readFileSync(new URL("../../docs/providers.md", import.meta.url), "utf8")
const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, "g"))].map(([, text]) => text!)
const received = Date.UTC(2026, 8, 1)

/** Every path of a table, those of rows included. */
const pathsIn = (table: object): ReadonlyArray<string> =>
  Object.entries(table).flatMap(([name, cell]) =>
    name === "from" ? [cell as string] : typeof cell === "object" && cell !== null ? pathsIn(cell) : []
  )

test("the page names every event, field and state of the own format", () => {
  const { kind, kinds } = switchboardFormat
  const fields = Object.values(kinds).flatMap((declared) => pathsIn(declared.fields))
  expect(fields.length).toBeGreaterThan(50)
  const states = ProviderAccountStatus.literals.map((status) => status.toLowerCase())
  const unnamed = [kind, ...Object.keys(kinds), ...fields, ...states].filter(
    (name) => !new RegExp(`[\`"]${name}[\`"]`).test(page)
  )
  expect(unnamed).toEqual([])
})

test("the body that the page posts is a message, for the address and with the header that it shows", () => {
  const [shell = ""] = blocks("sh")
  const body: unknown = JSON.parse(/webhooks\/generic[^']*'([^']*)'/.exec(shell)![1]!)
  const [event] = Result.getOrThrow(generic.webhook.translate(body, { received, channel_type: "whatsapp" }))
  expect(event).toMatchObject({ type: "message_received", sender: { key: "phone:+447700900123" } })
  expect(shell).toContain(`/webhooks/${generic.name} -H "${generic.secretHeader}: `)
})

test("the provider that the page writes reads what it declares", async () => {
  const source = stripTypeScriptTypes(blocks("ts")[0]!)
    .replaceAll('from "../', `from "${new URL("../../src/providers/", import.meta.url).href}`)
    .replaceAll(/import type .*\n/g, "")
  const { pigeon } = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as { pigeon: Provider }
  const message = { sid: "M-1", direction: "outbound-api", body: "Coo", peer: { number: "+447700900123" } }
  const body = {
    meta: { type: "message.new" },
    created: 1_777_886_000,
    line: { sid: "L-1" },
    message,
    conversation: { sid: "C-1" }
  }
  const [event] = Result.getOrThrow(pigeon.webhook.translate(body, { received, channel_type: "whatsapp" }))
  expect(event).toMatchObject({
    type: "message_received",
    account_id: "L-1",
    external_thread_id: "C-1",
    at: 1_777_886_000_000,
    people: [{ key: "phone:+447700900123" }],
    message: { external_message_id: "M-1", direction: "outbound", content: "Coo" }
  })
  expect(blocks("ts")[1]).toContain(", pigeon] as const")
})
