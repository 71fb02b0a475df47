/**
 * A message's id is its own within its conversation, no more (CONTRACT 2.6): what the rows keep, what becomes of rows written by
 * the version before, and of those of two conversations that become one.
 */
import * as PgMigrator from "@effect/sql-pg/PgMigrator"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { MessageChange } from "../../machines/message/fields.ts"
import { addFieldColumns } from "../../persistence/database/columns.ts"
import type { Cut } from "../../persistence/cut/cut.ts"
import { layerDatabase } from "../../persistence/database/database.ts"
import { Messages } from "../../persistence/lists/messages.ts"
import { migrations } from "../../persistence/migrations/all.ts"
import { Recounts } from "../../persistence/figures/recounts.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { databases, openPersistence, openPersistenceOn, type Persistence } from "../support/databases.ts"

const at = Date.UTC(2026, 5, 10)
const tenant_id = "acme"
const channel_id = randomUUID()

const change = (conversation_id: string, external_message_id: string, fields: MessageChange["fields"] = {}) => ({
  id: randomUUID(),
  external_message_id,
  conversation_id,
  channel_id,
  fields: { direction: "inbound" as const, received_at: at, created_at: at, status: "delivered" as const, ...fields }
})

let seq = 0
const cutOf = (parts: Partial<Cut>): Cut => ({
  tenant_id,
  seq: ++seq,
  at,
  entities: {},
  members: [],
  messages: [],
  read_horizons: [],
  ...parts
})
const write = (parts: Partial<Cut>) => Snapshots.use((snapshots) => snapshots.write(cutOf(parts)))
const idsIn = (conversation_id: string) =>
  Effect.map(
    Messages.use((messages) => messages.page(tenant_id, conversation_id, { before: null, limit: 50 })),
    ({ items }) =>
      items.map((row) => [row.external_message_id, row.content]).sort(([one], [other]) => (one! < other! ? -1 : 1))
  )
const conversation = (id: string, external_thread_id: string, fields: object = {}) => ({
  id,
  machine_state: "active",
  internals: new Uint8Array(),
  fields: { channel_id, connection_id: channel_id, external_thread_id, created_at: at, ...fields }
})

describe.each(databases)("on $name", (database) => {
  let persistence: Persistence
  beforeAll(async () => {
    persistence = await openPersistence(database)
  })
  afterAll(() => persistence.close())

  test("two chats that number their messages alike keep a row each, and changes find their own", () =>
    persistence.run(
      Effect.gen(function* () {
        const [a, b] = [randomUUID(), randomUUID()]
        yield* write({
          messages: [
            change(a, "42", { content: "for a" }),
            change(b, "42", { content: "for b", direction: "outbound", sent_at: at, received_at: null })
          ]
        })
        yield* write({ messages: [{ ...change(b, "42"), fields: { edited_at: at + 1, content: "edited" } }] })
        yield* write({ read_horizons: [{ conversation_id: b, at, read_at: at + 5 }] })
        expect([yield* idsIn(a), yield* idsIn(b)]).toEqual([[["42", "for a"]], [["42", "edited"]]])
        const messages = yield* Messages
        const found = yield* messages.recall(tenant_id, [
          { conversation_id: a, ids: ["42"] },
          { conversation_id: randomUUID(), ids: ["42"] },
          { conversation_id: b, ids: ["42"] }
        ])
        expect(found.map((rows) => rows.length)).toEqual([1, 0, 1])
        const [inA, inB] = [found[0]![0], found[2]![0]]
        expect([inA!.status, inB!.status]).toEqual(["delivered", "read"])
      })
    ))

  test("a name is looked for in every chat of its account, and a chat by the network's id", () =>
    persistence.run(
      Effect.gen(function* () {
        const [a, b, merged] = [randomUUID(), randomUUID(), randomUUID()]
        yield* write({
          entities: {
            conversation: [
              conversation(a, "thread-a", { metadata: { provider_chat_id: "net-a" } }),
              conversation(b, "thread-b"),
              conversation(merged, "thread-m", { merged_into: b })
            ]
          },
          messages: [
            change(a, "u1", { provider_message_id: "7" }),
            change(b, "u2", { provider_message_id: "7" }),
            change(a, "u3"),
            change(merged, "u4")
          ]
        })
        const messages = yield* Messages
        const known = (...names: ReadonlyArray<string>) =>
          Effect.map(messages.threadsKnowing(tenant_id, [{ channel_id, names }]), ([threads]) => threads)
        expect(yield* known("7")).toEqual(["thread-a", "thread-b"])
        expect(yield* known("u3")).toEqual(["thread-a"])
        expect(yield* known("u4")).toEqual(["thread-b"])
        expect(yield* known("nobody's")).toEqual([])
        expect(
          yield* messages.threadsKnowing(tenant_id, [
            { channel_id, names: ["7"] },
            { channel_id: randomUUID(), names: ["7"] },
            { channel_id, names: ["nobody's", "u4"] }
          ])
        ).toEqual([["thread-a", "thread-b"], [], ["thread-b"]])
        expect(
          yield* messages.threadsOfChat(tenant_id, [
            { channel_id, chat: "net-b" },
            { channel_id, chat: "net-a" }
          ])
        ).toEqual([[], ["thread-a"]])
      })
    ))

  test("mails are found by their Message-ID, and by the ids of their mailbox", () =>
    persistence.run(
      Effect.gen(function* () {
        const a = randomUUID()
        yield* write({
          entities: { conversation: [conversation(a, "<root@x>")] },
          messages: [
            change(a, "E1", {
              provider_message_id: "17",
              metadata: { message_id: "<Ab@X.example>" },
              contact_email: "jo@acme.example",
              content: "hello"
            }),
            change(a, "E2", { provider_message_id: "18" })
          ]
        })
        const messages = yield* Messages
        const named = (message_ids: ReadonlyArray<string>, names: ReadonlyArray<string>) =>
          Effect.map(messages.mailsNamed(tenant_id, [{ channel_id, message_ids, names }]), ([rows]) => rows)
        const e1 = {
          external_thread_id: "<root@x>",
          message_id: "<Ab@X.example>",
          names: ["E1", "17"],
          contact_email: "jo@acme.example",
          content: "hello",
          at
        }
        expect(yield* named(["<Ab@x.example>"], [])).toEqual([e1])
        expect(yield* named([], ["17"])).toEqual([e1])
        expect(yield* named([], ["18"])).toMatchObject([{ names: ["E2", "18"], message_id: null }])
        expect(yield* named(["<other@x>"], ["E"])).toEqual([])
      })
    ))

  test("rows of a conversation that becomes part of another one go along, and none takes another's place", () =>
    persistence.run(
      Effect.gen(function* () {
        const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()]
        yield* write({
          messages: [
            change(a, "1", { content: "a1" }),
            change(a, "2", { content: "a2" }),
            change(b, "1", { content: "b1" })
          ]
        })
        const before = {
          messages: [change(a, "3", { content: "a3" }), change(b, "2", { content: "b2" })],
          read_horizons: []
        }
        yield* write({
          joins: [
            { before, from: a, into: b },
            { before: { messages: [], read_horizons: [] }, from: b, into: c }
          ],
          messages: [change(c, "3", { content: "edited later" })]
        })
        expect([yield* idsIn(a), yield* idsIn(b)]).toEqual([[], []])
        expect(yield* idsIn(c)).toEqual([
          ["1", "b1"],
          [`1 ${a}`, "a1"],
          ["2", "b2"],
          [`2 ${a}`, "a2"],
          ["3", "edited later"]
        ])
        const sql = yield* SqlClient
        expect(yield* sql`select date::text from analytics_stale where tenant_id = ${tenant_id}`).toContainEqual({
          date: "2026-06-10"
        })
      })
    ))

  test("a database of the version before keeps its rows under the new key, and a second start changes nothing", async () => {
    const made = await database.make("empty")
    const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => Number.parseInt(name, 10) < 81))
    const [conversation_id, other] = [randomUUID(), randomUUID()]
    await Effect.runPromise(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* PgMigrator.make({})({ loader: PgMigrator.fromRecord(before), table: "migrations" })
        // A table that came later is there for as long as all get their columns.
        yield* sql`create table sync_jobs ()`
        yield* addFieldColumns
        yield* sql`drop table sync_jobs`
        yield* sql`create index messages_external on messages (tenant_id, conversation_id, external_message_id)`
        yield* sql`create index messages_provider on messages (tenant_id, conversation_id, provider_message_id)`
        for (const n of [1, 2, 3])
          yield* sql`
            insert into messages (tenant_id, id, channel_id, conversation_id, external_message_id, content, sender_participant_id, received_at, created_at)
            values (${tenant_id}, ${randomUUID()}, ${channel_id}, ${conversation_id}, ${String(n)}, ${`text ${n}`}, null, ${new Date(at)}, ${new Date(at)})`
      }).pipe(Effect.provide(layerDatabase(made.options)))
    )
    for (const start of ["first", "second"]) {
      const opened = await openPersistenceOn(made.options)
      await opened.run(
        Effect.gen(function* () {
          expect(yield* idsIn(conversation_id)).toEqual([
            ["1", "text 1"],
            ["2", "text 2"],
            ["3", "text 3"]
          ])
          yield* write({ messages: [change(other, "1", { content: `elsewhere, ${start}` })] })
          expect(yield* idsIn(other)).toEqual([["1", `elsewhere, ${start}`]])
          const sql = yield* SqlClient
          const indexes = yield* sql<{
            indexname: string
          }>`select indexname from pg_indexes where tablename = 'messages'`
          const names = indexes.map(({ indexname }) => indexname)
          expect(names).toEqual(expect.arrayContaining(["messages_named", "messages_aliased", "messages_mail"]))
          expect(names.filter((name) => ["messages_external", "messages_provider"].includes(name))).toEqual([])
          expect(yield* Recounts.use((recounts) => recounts.conversations(tenant_id, 0))).toEqual([])
        })
      )
      await opened.close()
    }
    await made.close()
  })
})
