/** A statement breaks at each of the named points, and is tried again: senders wait or come again, and all counts once (I1, I9). */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { FaultPoint } from "../../persistence/database/fault-points.ts"
import { databases } from "../support/databases.ts"
import { message } from "../support/whatsapp.ts"
import type { FaultyServer } from "./faulty-server.ts"
import { startFaultyServer } from "./faulty-server.ts"

const start = Date.UTC(2026, 4, 4)
/** A cut that failed is tried again after five seconds. */
const times = 1
/** Past a conversation's window (512 to 640), so that its oldest messages are remembered by their rows only. */
const pastTheWindow = 700

describe.each(databases)("a statement that breaks on $name", (database) => {
  let server: FaultyServer
  beforeAll(async () => {
    server = await startFaultyServer(database)
  })
  afterAll(() => server.close())

  const counts = async (chat: string) => {
    const { message_count, unread_count } = await server.conversation(chat)
    return [message_count, unread_count]
  }
  const firedAll = (point: FaultPoint) =>
    expect.poll(server.fired, { timeout: 20_000 }).toEqual(Array.from({ length: times }, () => point))

  it.each(["before_journal", "after_journal", "amid_cut", "before_cut_commit", "after_cut_commit"] as const)(
    "at %s is tried again; every sender gets its 200, and each message counts once, in memory and in SQL",
    async (point) => {
      const payloads = Array.from({ length: 30 }, (_, index) =>
        message({ chat: `chat-${point}`, id: `${point}-${index}`, at: start + index })
      )
      server.arm({ point, action: "fail", times })
      expect(await server.postAll(payloads)).toEqual([])
      // A cut is tried again when the next one is due.
      await firedAll(point)
      expect(await server.postAll(payloads.slice(0, 5))).toEqual([])
      expect(await counts(`chat-${point}`)).toEqual([30, 30])
      const rows = async () => {
        const { json } = await server.call("GET", "/v1/tenants/acme/conversations?limit=200", server.acme.key)
        return json.items.find((each: any) => each.external_thread_id === `chat-${point}`)?.message_count
      }
      expect(await rows()).toBe(30)
    }
  )

  it("at wake and at recall, the event waits for the database, is answered, and counts as it should", async () => {
    const payloads = Array.from({ length: pastTheWindow }, (_, index) =>
      message({ chat: "long", id: `l-${index}`, at: start + index })
    )
    expect(await server.postAll(payloads)).toEqual([])
    await server.stop()
    await server.restart()
    server.arm({ point: "wake", action: "fail", times })
    expect(await server.post(message({ chat: "long", id: "l-new", at: start + pastTheWindow }))).toBe("applied")
    expect(server.fired()).toHaveLength(times)
    server.arm({ point: "recall", action: "fail", times })
    // Older than anything in memory: only its row knows that it has been here.
    expect(await server.post(payloads[0])).toBe("duplicate")
    expect(server.fired()).toHaveLength(times)
    expect(await counts("long")).toEqual([pastTheWindow + 1, pastTheWindow + 1])
  })

  it.each([
    ["before_quarantine", { event: "a kind that nobody knows", account_id: "x" }, "quarantined"],
    ["before_waiting", message({ chat: "early", id: "early-1", at: start, account: "unregistered" }), "waiting"]
  ] as const)(
    "at %s, the sender gets 503 and Retry-After, never a 200 for what is not kept",
    async (point, payload, outcome) => {
      server.arm({ point, action: "fail", times: 1 })
      const refused = await server.webhook(server.acme, payload)
      expect(server.fired()).toEqual([point])
      expect(refused.status).toBe(503)
      expect(refused.json.code).toBe("database_unavailable")
      expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0)
      expect(await server.post(payload)).toBe(outcome)
    }
  )
})
