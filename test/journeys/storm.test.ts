/** A storm of shuffled, repeated, parallel webhooks, and kill -9 right after the last 200: exact counts, every round (I1, I3). */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases } from "../support/databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { random, shuffled } from "../support/seeded.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"

const rounds = 20
const chats = 5
const messages = 200
const inParallel = 16

describe.each(databases)("a storm on $name", (database) => {
  let server: Server
  let acme: Tenant
  beforeAll(async () => {
    server = await startServer(database)
    acme = await server.tenant("acme", fixtureAccount)
  })
  afterAll(() => server.close())

  /** Posts everything, so many at a time; every answer must be a 200. */
  const post = async (payloads: ReadonlyArray<unknown>) => {
    const queue = [...payloads]
    const outcomes: Array<string> = []
    const worker = async () => {
      for (let payload = queue.pop(); payload !== undefined; payload = queue.pop()) {
        const { status, json } = await server.webhook(acme, payload)
        expect(status).toBe(200)
        outcomes.push(json.outcome)
      }
    }
    await Promise.all(Array.from({ length: inParallel }, worker))
    return outcomes
  }

  const counts = async (chat: string) => {
    const { json } = await server.call("GET", `/v1/tenants/acme/conversations/${chat}`, acme.key)
    return [json.message_count, json.unread_count, json.last_message_at]
  }

  it(`${messages} messages over ${chats} chats, a third repeated: exact after kill -9, ${rounds} rounds of ${rounds}`, async () => {
    const next = random("storm")
    for (let round = 0; round < rounds; round++) {
      const start = Date.UTC(2026, 4, 4) + round * 3_600_000
      const made = Array.from({ length: messages }, (_, index) =>
        message({ chat: `chat-${round}-${index % chats}`, id: `m-${round}-${index}`, at: start + index * 1000 })
      )
      const repeated = made.filter(() => next() < 1 / 3)
      const outcomes = await post(shuffled([...made, ...repeated], next))
      await server.kill()
      await server.restart()
      expect(outcomes.filter((outcome) => outcome === "applied")).toHaveLength(messages)
      for (let chat = 0; chat < chats; chat++) {
        const last = new Date(start + (messages - chats + chat) * 1000).toISOString()
        expect(await counts(`chat-${round}-${chat}`), `round ${round}, chat ${chat}`).toEqual([
          messages / chats,
          messages / chats,
          last
        ])
      }
    }
    const { json } = await server.call("GET", "/v1/tenants/acme/conversations?unread=true&limit=200", acme.key)
    const total = json.items.reduce((sum: number, item: any) => sum + item.unread_count, 0)
    expect(total).toBe(rounds * messages)
  }, 600_000)
})
