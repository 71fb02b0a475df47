/** Journal entries that no database will ever take, and cuts that fail while the journal works. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Event } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { databases, type TestDatabase } from "../support/databases.ts"
import { type Process, startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"

const received = Date.UTC(2026, 4, 4)
/** Messages of one conversation, by number. */
const messagesOf =
  (chat: string) =>
  (index: number): Event =>
    Result.getOrThrow(translate(message({ chat, id: `${chat}-${index}`, at: received + index }), { received }))[0]!
/** Events that no cut may hold. */
const limit = 30

describe.each(databases)("on $name", (database) => {
  let data: TestDatabase
  let process: Process
  beforeAll(async () => {
    data = await database.make()
    process = startProcess(data.options, { options: { uncut: limit } })
    await process.found(received)
    await process.run(TenantOwner.use((owner) => owner.create("globex", "Globex", "sealed")))
  })
  afterAll(async () => {
    await process.close()
    await data.close()
  })

  const run = (statement: string) => process.run(Effect.flatMap(SqlClient, (sql) => sql.unsafe(statement)))
  /** How it ended: an outcome, or the tag of an error. */
  const end = (tenant: string, event: Event): Promise<string> =>
    process.run(
      TenantOwner.use((owner) => owner.submit(tenant, event)).pipe(
        Effect.match({ onSuccess: ({ outcome }) => outcome, onFailure: ({ _tag }) => _tag })
      )
    )
  const prioritised = async (chat: string): Promise<Event> => {
    const { id } = await process.view(chat)
    const conversation_id = id as string
    return { type: "conversation_prioritised", conversation_id, priority: "high", received: received + 500, via: "api" }
  }
  const renamed = (n: number): Event => ({
    type: "tenant_configured",
    changes: { name: `Globex ${n}` },
    received: received + n,
    via: "api"
  })
  const stats = () => process.run(TenantOwner.use((owner) => owner.stats("acme")))

  it("an entry that can never be written is refused alone: its tenant goes back to its journal, other tenants go on (I1)", async () => {
    const inbound = messagesOf("poisoned")
    expect(await end("acme", inbound(0))).toBe("applied")
    const poison = await prioritised("poisoned")
    await run("alter table journal add constraint poison check (kind <> 'conversation_prioritised')")
    // One batch, the poison in its middle.
    const [before, refused, after, others] = await Promise.all([
      Promise.all([1, 2, 3].map((n) => end("acme", inbound(n)))),
      end("acme", poison),
      Promise.all([4, 5, 6].map((n) => end("acme", inbound(n)))),
      Promise.all([1, 2, 3].map((n) => end("globex", renamed(n))))
    ])
    expect(refused, "the fault fired").toBe("EventIndigestible")
    expect(before).toEqual(["applied", "applied", "applied"])
    expect(after).toEqual(["MemoryDropped", "MemoryDropped", "MemoryDropped"])
    expect(others).toEqual(["applied", "applied", "applied"])
    // Nothing of the refused one is left, and what was built upon it is taken when it comes again.
    expect(await process.view("poisoned")).toMatchObject({ message_count: 4, priority: "normal" })
    for (const n of [4, 5, 6]) expect(await end("acme", inbound(n))).toBe("applied")
    for (let n = 0; n < 7; n++) expect(await end("acme", inbound(n))).toBe("duplicate")
    expect(await process.view("poisoned")).toMatchObject({ message_count: 7, unread_count: 7 })
    expect(await stats()).toMatchObject({ mailbox: 0 })
    await run("alter table journal drop constraint poison")
  })

  it("an entry that cannot even be encoded is refused alone as well", async () => {
    const inbound = messagesOf("odd")
    const odd = { ...inbound(1), note: 2n ** 80n } as unknown as Event
    const ends = await Promise.all([end("acme", inbound(0)), end("acme", odd), end("globex", renamed(7))])
    expect(ends).toEqual(["applied", "EventIndigestible", "applied"])
    expect(await end("acme", inbound(1))).toBe("applied")
    expect(await process.view("odd")).toMatchObject({ message_count: 2 })
  })

  it("cuts that fail while the journal works are not waited for without end: past a limit the tenant refuses, and goes on when they work (I8)", async () => {
    const inbound = messagesOf("cuts")
    await process.run(TenantOwner.use((owner) => owner.flush("acme")))
    await run("alter table members rename to members_away")
    const ends: Array<string> = []
    for (let n = 0; n < 2 * limit; n++) ends.push(await end("acme", inbound(n)))
    const flushed = await process.run(
      TenantOwner.use((owner) => owner.flush("acme")).pipe(
        Effect.match({ onSuccess: () => "written", onFailure: ({ _tag }) => _tag })
      )
    )
    expect(flushed, "the fault fired").toBe("DatabaseAway")
    expect([...new Set(ends)]).toEqual(["applied", "CutBehind"])
    expect(await stats()).toMatchObject({ snapshot_lag: limit, snapshot_lag_limit: limit, mailbox: 0 })
    await run("alter table members_away rename to members")
    await process.run(TenantOwner.use((owner) => owner.flush("acme")))
    expect(await stats()).toMatchObject({ snapshot_lag: 0 })
    const taken = ends.filter((each) => each === "applied").length
    for (let n = 0; n < 2 * limit; n++) {
      expect(await end("acme", inbound(n))).toBe(n < taken ? "duplicate" : "applied")
      if (n % 10 === 0) await process.run(TenantOwner.use((owner) => owner.flush("acme")))
    }
    expect(await process.view("cuts")).toMatchObject({ message_count: 2 * limit, unread_count: 2 * limit })
  })
})
