/**
 * I6: two processes that both believe they own a tenant, on one database, under one load; one of them is killed in between. Whoever
 * finds the other's entry under its key answers ownership_lost and loads again; the sender brings its message to either again.
 */
import { randomBytes } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { TestDatabase } from "../support/databases.ts"
import { databases } from "../support/databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { random } from "../support/seeded.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"

const chats = 4
const messages = 240
const inParallel = 8
const start = Date.UTC(2026, 4, 4)

let data: TestDatabase
let servers: ReadonlyArray<Server>
let acme: Tenant
beforeAll(async () => {
  data = await databases.find(({ name }) => name === "postgres")!.make()
  const shared = { name: "postgres", make: async () => ({ options: data.options, close: async () => {} }) } as const
  const settings = {
    SWITCHBOARD_ENCRYPTION_KEYS: randomBytes(32).toString("base64"),
    SWITCHBOARD_SNAPSHOT_INTERVAL: "300 millis"
  }
  const first = await startServer(shared, settings)
  acme = await first.tenant("acme", fixtureAccount)
  servers = [first, await startServer(shared, settings)]
})
afterAll(async () => {
  for (const server of servers) await server.close()
  await data.close()
})

test("nobody's message is lost or doubled, and the fence is met", async () => {
  const next = random("two processes")
  const refusals = new Map<string, number>()
  const queue = Array.from({ length: messages }, (_, index) =>
    message({ chat: `chat-${index % chats}`, id: `m-${index}`, at: start + index, outbound: next() < 0.3 })
  )
  const bring = async (payload: unknown): Promise<void> => {
    for (;;) {
      const server = servers[next() < 0.5 ? 0 : 1]!
      const answer = await server.webhook(acme, payload).catch(() => null)
      if (answer?.status === 200) return
      const why = answer === null ? "no answer" : String(answer.json.code)
      refusals.set(why, (refusals.get(why) ?? 0) + 1)
    }
  }
  let brought = 0
  let killed = false
  const sender = async (): Promise<void> => {
    for (let payload = queue.shift(); payload !== undefined; payload = queue.shift()) {
      await bring(payload)
      if (next() < 0.2) await bring(payload)
      if (++brought >= messages / 2 && !killed) {
        killed = true
        await servers[1]!.kill()
        await servers[1]!.restart()
      }
    }
  }
  await Promise.all(Array.from({ length: inParallel }, sender))
  expect(killed).toBe(true)
  expect([...refusals.keys()].sort()).toEqual(["no answer", "ownership_lost"])
  console.log(`refused by the fence ${refusals.get("ownership_lost")}, cut by the kill ${refusals.get("no answer")}`)
  // Whoever writes last has loaded what the other wrote; the other learns of it by its next event.
  for (const server of servers) {
    await expect
      .poll(
        async () => {
          await server.webhook(acme, { event: "a kind that nobody knows", account_id: "x" })
          const counts = []
          for (let chat = 0; chat < chats; chat++)
            counts.push(
              (await server.call("GET", `/v1/tenants/acme/actors/conversation/chat-${chat}`, acme.key)).json.context
                .message_count
            )
          return counts
        },
        { timeout: 20_000 }
      )
      .toEqual(Array.from({ length: chats }, () => messages / chats))
  }
}, 120_000)
