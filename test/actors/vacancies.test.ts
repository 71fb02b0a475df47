/** Who has been looked up and is not there is remembered, up to a limit; past it a look-up is repeated, and no event is lost to it. */
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import type { Event } from "../../machines/events.ts"
import { Population } from "../../actors/memory/population.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"
import { inMemory } from "../support/fresh-cluster.ts"

const received = Date.UTC(2026, 4, 4)
const inbound = (chat: string): Event =>
  Result.getOrThrow(translate(message({ chat, id: `first of ${chat}`, at: received }), { received }))[0]!
const record = (record_id: string, addresses: number): Event => ({
  type: "record_put",
  record: {
    record_id,
    kind: "contact",
    pipeline_id: null,
    emails: Array.from({ length: addresses }, (_, n) => `${record_id}-${n}@example.org`),
    phones: [],
    linkedin: [],
    domains: []
  },
  received,
  via: "api"
})

test("the first messages of new chats are applied, however many people of the CRM nobody has written with", async () => {
  const process = startProcess(inMemory())
  try {
    await process.found(received)
    await process.submit(record("one", 4_998))
    await process.submit(record("two", 4_996))
    const chats = Array.from({ length: 12 }, (_, n) => `new-${n}`)
    const answers = await Promise.all(chats.map((chat) => process.submit(inbound(chat))))
    expect(answers.map(({ outcome }) => outcome)).toEqual(chats.map(() => "applied"))
  } finally {
    await process.close()
  }
}, 60_000)

test("the newest ten thousand are remembered", () => {
  const population = new Population()
  for (let n = 0; n <= 10_000; n++) population.markVacant({ kind: "participant", id: String(n) })
  expect([0, 1, 10_000].map((n) => population.isVacant({ kind: "participant", id: String(n) }))).toEqual([
    false,
    true,
    true
  ])
})

test("idle record profiles go to sleep like everybody else, and put nobody out", () => {
  const population = new Population()
  for (let n = 0; n < 200; n++) {
    const id = String(n)
    population.make("record", id, { id, record_id: id, user_id: null, received: 0 }, 0).kept = "yes"
  }
  const present = population.make("participant", "p", { id: "p", key: "k", received: 0 }, 100)
  present.kept = "yes"
  const evictable = population.evictable(50, 0, { actors: 100, weight: Infinity })
  expect(evictable).toHaveLength(200)
  expect(evictable).not.toContain(present)
})
