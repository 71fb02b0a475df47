/** A snapshot that cannot be read costs one actor its bytes and nobody anything else: it is built again, and its tenant goes on (DESIGN §10). */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { databases, openPersistenceOn } from "../support/databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"

const start = Date.UTC(2026, 4, 4)
/** Each start of the embedded database costs seconds; what differs between the kinds is no database's business. */
const tablesOn = {
  pglite: ["tenants"],
  postgres: ["tenants", "connections", "channels", "schedulers", "participants"]
} as const
const garbage = Buffer.from("not a snapshot")

describe.each(databases)("a snapshot that cannot be read, on $name", (database) => {
  let server: Server
  let acme: Tenant
  beforeAll(async () => {
    server = await startServer(database)
    acme = await server.tenant("acme", fixtureAccount)
  })
  afterAll(() => server.close())

  const read = async (path: string) => (await server.call("GET", `/v1/tenants/acme/${path}`, acme.key)).json
  const post = async (...payloads: ReadonlyArray<unknown>) => {
    const outcomes = []
    for (const payload of payloads) outcomes.push((await server.webhook(acme, payload)).json.outcome)
    return outcomes
  }
  /** Everything is in the cut; then somebody damages the database. */
  const damaged = async (damage: (sql: SqlClient) => Effect.Effect<unknown, unknown>) => {
    await server.stop()
    const persistence = await openPersistenceOn(server.options)
    await persistence.run(Effect.orDie(Effect.flatMap(SqlClient, damage)))
    await persistence.close()
    await server.restart()
  }
  /** What must come out the same; when it was last changed or looked at is another matter. */
  const kept = ({ updated_at: _, last_accessed_at: __, ...fields }: any) => ({
    ...fields,
    members: fields.members
      ?.map(({ updated_at: ___, ...member }: any) => member)
      .sort((a: any, b: any) => (a.participant_id < b.participant_id ? -1 : 1))
  })
  const talk = (chat: string) => [
    message({ chat, id: `${chat}-1`, at: start }),
    message({ chat, id: `${chat}-2`, at: start + 1000 }),
    message({ chat, id: `${chat}-3`, at: start + 2000, outbound: true }),
    message({ chat, id: `${chat}-4`, at: start + 3000 }),
    message({ chat, id: `${chat}-2`, at: start + 4000, event: "message_deleted" })
  ]

  it("comes back from the whole journal exactly as it was; its bytes are in quarantine; others never notice", async () => {
    await post(...talk("whole"), ...talk("other"))
    await server.call("POST", "/v1/tenants/acme/conversations/whole/read", acme.key, {
      user_id: "u",
      message_id: "whole-1"
    })
    const before = kept(await read("conversations/whole"))
    await damaged((sql) => sql`update conversations set internals = ${garbage} where external_thread_id = 'whole'`)
    expect(await post(talk("whole")[0], message({ chat: "other", id: "other-5", at: start + 5000 }))).toEqual([
      "duplicate",
      "applied"
    ])
    expect(kept(await read("conversations/whole"))).toEqual(before)
    expect(await post(message({ chat: "whole", id: "whole-5", at: start + 5000 }))).toEqual(["applied"])
    expect(await read("conversations/whole")).toMatchObject({ message_count: 4, unread_count: 2 })
    expect(server.output).toMatch(/snapshot of conversation .* cannot be read .*; built again from journal/)
    await damaged((sql) =>
      sql<{ body: Uint8Array }>`select body from quarantine where source = 'snapshot'`.pipe(
        Effect.map((rows) => expect(rows.map(({ body }) => Buffer.from(body))).toEqual([garbage]))
      )
    )
    // The next cut wrote it again: now it wakes as everybody else does.
    expect(await read("conversations/whole")).toMatchObject({ message_count: 4, unread_count: 2 })
    expect(server.output).not.toContain("built again")
  })

  it("comes back from its rows with the same counters where the journal has been trimmed", async () => {
    await post(...talk("trimmed"))
    const before = kept(await read("conversations/trimmed"))
    await damaged((sql) =>
      Effect.andThen(
        sql`delete from journal where seq <= (select min(seq) from checkpoints) and seq < 5`,
        sql`update conversations set internals = ${garbage} where external_thread_id = 'trimmed'`
      )
    )
    expect(kept(await read("conversations/trimmed"))).toEqual(before)
    expect(server.output).toContain("built again from rows")
    // Repeats may teach it again who was shown when; they count nothing. A deletion finds its message, a new one counts once.
    await post(...talk("trimmed"))
    expect(kept(await read("conversations/trimmed"))).toEqual(before)
    expect(await post(...talk("trimmed"))).toEqual(talk("trimmed").map(() => "duplicate"))
    expect(
      await post(message({ chat: "trimmed", id: "trimmed-1", at: start + 6000, event: "message_deleted" }))
    ).toEqual(["applied"])
    expect(await post(message({ chat: "trimmed", id: "trimmed-5", at: start + 7000 }))).toEqual(["applied"])
    expect(await read("conversations/trimmed")).toMatchObject({ message_count: 3, unread_count: 2 })
  })

  it.each(tablesOn[database.name])("of all %s does not keep the tenant down, and its figures stay", async (table) => {
    const figures = async () => {
      const [channel, connection, { items }] = [
        await read(`actors/channel/${fixtureAccount}`),
        await read(`connections/${fixtureAccount}`),
        await read("participants?limit=50")
      ]
      return [channel.context.message_count, items.length, connection.messages_sent_count, connection.account_status]
    }
    const before = await figures()
    await damaged((sql) => sql`update ${sql(table)} set internals = ${garbage}`)
    expect(await post(message({ chat: `after-${table}`, id: `after-${table}-1`, at: start + 8000 }))).toEqual([
      "applied"
    ])
    expect(await figures()).toEqual([before[0] + 1, before[1] + 1, ...before.slice(2)])
    expect(server.output).toContain("built again from rows")
    expect((await post(...talk("trimmed"))).every((outcome) => outcome === "duplicate")).toBe(true)
  })
})
