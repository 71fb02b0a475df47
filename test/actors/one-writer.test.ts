/** Two owners of one tenant on one database: the second to append finds out by the journal's key, and nothing is lost or doubled (I6). */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Event } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import type { TestDatabase } from "../support/databases.ts"
import { databases } from "../support/databases.ts"
import type { Process } from "../support/process.ts"
import { startProcess } from "../support/process.ts"
import { random } from "../support/seeded.ts"
import { message } from "../support/whatsapp.ts"

const received = Date.UTC(2026, 4, 4)
const messages = 120

const inbound = (index: number): Event =>
  Result.getOrThrow(translate(message({ chat: "chat", id: `m-${index}`, at: received + index }), { received }))[0]!

describe("one writer per tenant", () => {
  let data: TestDatabase
  let first: Process
  let second: Process

  beforeAll(async () => {
    data = await databases.find(({ name }) => name === "postgres")!.make()
    const often = { options: { snapshotInterval: "50 millis" } } as const
    first = startProcess(data.options, often)
    await first.found(received)
    second = startProcess(data.options, often)
  })
  afterAll(async () => {
    await Promise.all([first.close(), second.close()])
    await data.close()
  })

  it("both take events by turns; every one that was answered counts once in the end", async () => {
    const next = random("one writer")
    let losses = 0
    /** Sends until it is answered, as a provider does; a refusal says that it was not applied. */
    const send = async (process: Process, event: Event): Promise<void> => {
      const end = await process.run(TenantOwner.use((owner) => Effect.result(owner.submit("acme", event))))
      if (Result.isSuccess(end)) return
      expect(end.failure._tag).toBe("OwnershipLost")
      losses++
      return send(next() < 0.5 ? first : second, event)
    }
    for (let index = 0; index < messages; index += 4) {
      await Promise.all([0, 1, 2, 3].map((offset) => send(next() < 0.5 ? first : second, inbound(index + offset))))
    }
    expect(losses, "the fence was met").toBeGreaterThan(0)
    // Whoever writes last has loaded what the other wrote.
    await send(first, inbound(messages))
    const view = await first.view("chat")
    expect([view["message_count"], view["unread_count"]]).toEqual([messages + 1, messages + 1])
    await first.run(TenantOwner.use((owner) => owner.flush("acme")))
    const rows = await first.run(
      Effect.flatMap(SqlClient, (sql) => sql<{ count: number }>`select count(*)::integer as count from messages`)
    )
    expect(rows).toEqual([{ count: messages + 1 }])
  })
})
