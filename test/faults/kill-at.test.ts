/** I1: the process dies at each of the named points; whatever was answered is there, whatever was not comes again, all counts once. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { FaultPoint } from "../../persistence/database/fault-points.ts"
import { databases } from "../support/databases.ts"
import { message } from "../support/whatsapp.ts"
import type { FaultyServer } from "./faulty-server.ts"
import { startFaultyServer } from "./faulty-server.ts"

/** Points that every message passes, on its way to the journal or in the cut after it. */
const onTheWay: ReadonlyArray<FaultPoint> = [
  "before_journal",
  "after_journal",
  "amid_cut",
  "before_cut_commit",
  "after_cut_commit"
]
const start = Date.UTC(2026, 4, 4)

describe.each(databases)("kill -9 on $name", (database) => {
  let server: FaultyServer
  beforeAll(async () => {
    server = await startFaultyServer(database)
  })
  afterAll(() => server.close())

  const killed = async () => {
    await server.ended()
    await server.restart()
  }
  const counts = async (chat: string) => {
    const { message_count, unread_count } = await server.conversation(chat)
    return [message_count, unread_count]
  }

  it.each(database.name === "pglite" ? onTheWay.slice(1, 4) : onTheWay)(
    "at %s loses nothing and doubles nothing",
    async (point) => {
      const payloads = Array.from({ length: 40 }, (_, index) =>
        message({ chat: `chat-${point}`, id: `${point}-${index}`, at: start + index })
      )
      await server.postAll(payloads.slice(0, 10))
      server.arm({ point, action: "kill", times: 1 })
      const unanswered = await server.postAll(payloads.slice(10))
      await killed()
      expect(server.fired()).toEqual([point])
      expect(await server.postAll([...unanswered, ...payloads.slice(0, 5)])).toEqual([])
      expect(await counts(`chat-${point}`)).toEqual([40, 40])
      // What the rows say is what memory says.
      const { json } = await server.call("GET", "/v1/tenants/acme/conversations?unread=true&limit=200", server.acme.key)
      const row = json.items.find((each: any) => each.external_thread_id === `chat-${point}`)
      expect([row.message_count, row.unread_count]).toEqual([40, 40])
    }
  )

  it("at wake, an event about a sleeping conversation comes again and counts once", async () => {
    const [first, second] = ["a", "b"].map((id, index) =>
      message({ chat: "sleeper", id: `s-${id}`, at: start + index })
    )
    await server.post(first)
    await server.stop()
    await server.restart()
    server.arm({ point: "wake", action: "kill", times: 1 })
    expect(await server.post(second)).toBeNull()
    await killed()
    expect(server.fired()).toEqual(["wake"])
    expect(await server.post(second)).toBe("applied")
    expect(await counts("sleeper")).toEqual([2, 2])
  })

  it("at replay, a start that dies in the middle of loading is followed by one that loads everything", async () => {
    const payloads = Array.from({ length: 20 }, (_, index) =>
      message({ chat: "replayed", id: `r-${index}`, at: start + index })
    )
    expect(await server.postAll(payloads)).toEqual([])
    await server.kill()
    server.arm({ point: "replay", action: "kill", times: 1 })
    await expect(server.restart()).rejects.toThrow("before it listened")
    expect(server.fired()).toEqual(["replay"])
    await server.restart()
    expect(await counts("replayed")).toEqual([20, 20])
  })

  it.each([
    ["before_quarantine", { event: "a kind that nobody knows", account_id: "x" }, "quarantined"],
    ["before_waiting", message({ chat: "early", id: "early-1", at: start, account: "unregistered" }), "waiting"]
  ] as const)(
    "at %s, the payload was not answered and is kept when it comes again",
    async (point, payload, outcome) => {
      server.arm({ point, action: "kill", times: 1 })
      expect(await server.post(payload)).toBeNull()
      await killed()
      expect(server.fired()).toEqual([point])
      expect(await server.post(payload)).toBe(outcome)
    }
  )
})
