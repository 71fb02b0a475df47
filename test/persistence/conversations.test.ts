import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { noTotals } from "../../actors/views/summary.ts"
import type { ConversationFields } from "../../machines/conversation/fields.ts"
import { type ConversationPage, type ConversationQuery, Conversations } from "../../persistence/lists/conversations.ts"
import type { EntityRow } from "../../persistence/cut/cut.ts"
import { Participants } from "../../persistence/lists/participants.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { foldRows, layerFolding } from "../../persistence/cut/unfolded-rows.ts"
import { databases, openPersistence, type Persistence } from "../support/databases.ts"

const day = 24 * 60 * 60 * 1000
const now = 1_700_000_000_000

const conversation = (external_thread_id: string, fields: Partial<ConversationFields>): EntityRow => ({
  id: randomUUID(),
  machine_state: "open",
  internals: new Uint8Array([1]),
  fields: { channel_id: randomUUID(), connection_id: randomUUID(), external_thread_id, ...fields }
})

describe.each(databases)("conversations on $name", (database) => {
  let persistence: Persistence
  beforeAll(async () => {
    persistence = await openPersistence(database)
  })
  afterAll(() => persistence.close())

  const write = (
    tenant_id: string,
    conversations: ReadonlyArray<EntityRow>,
    people: ReadonlyArray<[string, string | null, string | null]> = []
  ) =>
    Snapshots.use((snapshots) => {
      const participants = people.map(() => randomUUID())
      return snapshots.write({
        tenant_id,
        seq: 1,
        at: now,
        messages: [],
        read_horizons: [],
        entities: {
          conversation: conversations,
          participant: people.map(([, , name], n) => ({
            id: participants[n]!,
            machine_state: "known",
            internals: new Uint8Array(),
            fields: { name }
          }))
        },
        members: people.map(([conversation_id, name], n) => ({
          conversation_id,
          participant_id: participants[n]!,
          fields: { name }
        }))
      })
    })

  const threads = (tenant_id: string, query: Omit<ConversationQuery, "limit">) =>
    Conversations.use((service) => service.list(tenant_id, { limit: 100, ...query })).pipe(
      Effect.map(({ items }) => items.map((item) => item["external_thread_id"]))
    )

  test("pages go from the newest to the oldest, those without a message last, without a gap or a repetition", () =>
    persistence.run(
      Effect.gen(function* () {
        const rows = Array.from({ length: 23 }, (_, n) =>
          conversation(`t${n}`, { last_message_at: n < 17 ? now + Math.floor(n / 4) : null })
        )
        yield* write("pages", rows)
        const seen: Array<unknown> = []
        let cursor: string | null = null
        do {
          const page: ConversationPage = yield* Conversations.use((service) =>
            service.list("pages", { limit: 5, cursor })
          )
          seen.push(...page.items)
          cursor = page.next_cursor
        } while (cursor !== null)
        const expected = rows
          .map(({ id, fields }) => ({ id, at: (fields["last_message_at"] as number | null) ?? -Infinity }))
          .toSorted((a, b) => b.at - a.at || (a.id < b.id ? -1 : 1))
          .map(({ id }) => id)
        expect(seen.map((item) => (item as { id: string }).id)).toEqual(expected)
        const recent = yield* Conversations.use((service) => service.recent("pages", 3))
        expect(recent.map((item) => item["id"])).toEqual(expected.slice(0, 3))
        expect(recent[0]).toMatchObject({ last_message_at: now + 4, unread_count: 0, readers: {}, subject: null })
        const invalid = yield* Effect.flip(
          Conversations.use((service) => service.list("pages", { limit: 5, cursor: "bm90IGEgY3Vyc29y" }))
        )
        expect(invalid).toMatchObject({ _tag: "InvalidCursor" })
      })
    ))

  test("each filter narrows the list, and they narrow it together", () =>
    persistence.run(
      Effect.gen(function* () {
        const connection_id = randomUUID()
        yield* write("filters", [
          conversation("a", { unread_count: 3, priority: "high", last_message_at: now, connection_id }),
          conversation("b", { unread_count: 1, status: "archived", is_hot: true, last_message_at: now - 1 }),
          conversation("c", { conversation_type: "group", is_hot: true, last_message_at: now - 2, connection_id })
        ])
        expect(yield* threads("filters", {})).toEqual(["a", "b", "c"])
        expect(yield* threads("filters", { unread: true })).toEqual(["a"])
        expect(yield* threads("filters", { unread: true, status: "archived" })).toEqual(["b"])
        expect(yield* threads("filters", { unread: false })).toEqual(["c"])
        expect(yield* threads("filters", { priority: "high" })).toEqual(["a"])
        expect(yield* threads("filters", { status: "archived" })).toEqual(["b"])
        expect(yield* threads("filters", { hot: true })).toEqual(["b", "c"])
        expect(yield* threads("filters", { hot: false })).toEqual(["a"])
        expect(yield* threads("filters", { type: "group" })).toEqual(["c"])
        expect(yield* threads("filters", { connection: connection_id })).toEqual(["a", "c"])
        expect(yield* threads("filters", { hot: true, unread: true })).toEqual([])
        expect(yield* threads("elsewhere", {})).toEqual([])
      })
    ))

  test("a search finds part of a subject, of a member's name or of a participant's, and takes its signs as they are", () =>
    persistence.run(
      Effect.gen(function* () {
        const rows = [
          conversation("subject", { subject: "Offer 100% off_er\\", last_message_at: now }),
          conversation("member", { last_message_at: now - 1 }),
          conversation("participant", { last_message_at: now - 2 })
        ]
        yield* write("search", rows, [
          [rows[1]!.id, "Ada Lovelace", null],
          [rows[1]!.id, null, "Somebody"],
          [rows[2]!.id, null, "Adam Ant"]
        ])
        expect(yield* threads("search", { q: "ADA" })).toEqual(["member", "participant"])
        expect(yield* threads("search", { q: "offer" })).toEqual(["subject"])
        expect(yield* threads("search", { q: "100%" })).toEqual(["subject"])
        expect(yield* threads("search", { q: "%" })).toEqual(["subject"])
        expect(yield* threads("search", { q: "f_e" })).toEqual(["subject"])
        expect(yield* threads("search", { q: "O_f" })).toEqual([])
        expect(yield* threads("search", { q: "\\" })).toEqual(["subject"])
      })
    ))

  test("a search does not care for case, accents or how they were typed, and signs that folding makes stand for themselves", () =>
    persistence.run(
      Effect.gen(function* () {
        const rows = [
          conversation("subject", { subject: "Stra\u00dfe 50\uff05 \u00d8rsted", last_message_at: now }),
          conversation("member", { last_message_at: now - 1 }),
          conversation("participant", { last_message_at: now - 2 })
        ]
        yield* write("accents", rows, [
          [rows[1]!.id, "Jose\u0301 Nu\u0301n\u0303ez", null],
          [rows[2]!.id, null, "\uff2a\uff2f\uff33\u00c9 Ruiz"]
        ])
        const names = ["Jos\u00e9 N\u00fa\u00f1ez", "jose nunez", "N\u00da\u00d1EZ", "nun\u0303ez", " nunez "]
        for (const q of names) expect(yield* threads("accents", { q })).toEqual(["member"])
        expect(yield* threads("accents", { q: "jos\u00e9" })).toEqual(["member", "participant"])
        for (const q of ["strasse", "STRASSE", "stra\u00dfe", "orsted", "50%"])
          expect(yield* threads("accents", { q })).toEqual(["subject"])
        expect(yield* threads("accents", { q: "\uff05" })).toEqual(["subject"])
        expect(yield* threads("accents", { q: "\uff3f" })).toEqual([])
        const people = (q: string) =>
          Participants.use((service) => service.list("accents", { q, limit: 10 })).pipe(
            Effect.map(({ items }) => items.map((item) => item["name"]))
          )
        expect(yield* people("jose\u0301")).toEqual(["\uff2a\uff2f\uff33\u00c9 Ruiz"])
      })
    ))

  test("rows of a version before folded columns are found by the letter at once, and without accents after the next start", async () => {
    const q = "nunez"
    await persistence.run(
      Effect.gen(function* () {
        const rows = [
          conversation("subject", { subject: "For N\u00fa\u00f1ez", last_message_at: now }),
          conversation("member", { last_message_at: now - 1 })
        ]
        yield* write("before", rows, [[rows[1]!.id, "N\u00fa\u00f1ez", "N\u00fa\u00f1ez"]])
        const sql = yield* SqlClient
        yield* sql`update conversations set subject_folded = null where tenant_id = 'before'`
        yield* sql`update members set name_folded = null where tenant_id = 'before'`
        yield* sql`update participants set name_folded = null, search_folded = null where tenant_id = 'before'`
        expect(yield* threads("before", { q: "N\u00fa\u00f1" })).toEqual(["subject", "member"])
        expect(yield* threads("before", { q })).toEqual([])
        yield* foldRows
        expect(yield* threads("before", { q })).toEqual(["subject", "member"])
        expect((yield* Participants.use((service) => service.list("before", { q, limit: 10 }))).items).toHaveLength(1)
        const left = yield* sql<{ readonly left: number }>`
          select (select count(*) from conversations where subject_folded is null)::integer
            + (select count(*) from members where name_folded is null)::integer
            + (select count(*) from participants where search_folded is null)::integer as left`
        expect(left).toEqual([{ left: 0 }])
      })
    )
  })

  test("a start fills them in by itself, more than one portion of them", async () => {
    await persistence.run(
      Effect.gen(function* () {
        const rows = Array.from({ length: 1_100 }, (_, n) => conversation(`t${n}`, { subject: `N\u00fa\u00f1ez ${n}` }))
        yield* write("many", rows)
        yield* SqlClient.use((sql) => sql`update conversations set subject_folded = null where tenant_id = 'many'`)
      })
    )
    await persistence.run(
      Effect.gen(function* () {
        yield* Layer.build(Layer.fresh(layerFolding))
        yield* Effect.repeat(
          SqlClient.use(
            (sql) => sql<{ n: number }>`
            select count(*)::integer as n from conversations where tenant_id = 'many' and subject_folded is null`
          ),
          { until: ([row]) => row!.n === 0 }
        )
      }).pipe(Effect.scoped, Effect.timeout("60 seconds"))
    )
  })

  test("totals add up what is unread in the inbox, and count what is filed away apart", () =>
    persistence.run(
      Effect.gen(function* () {
        yield* write("totals", [
          conversation("a", { unread_count: 3 }),
          conversation("b", { unread_count: 2 }),
          conversation("c", {}),
          conversation("d", { unread_count: 7, status: "spam" }),
          conversation("e", { unread_count: 8, status: "archived" }),
          conversation("f", { unread_count: 9, status: "deleted" }),
          conversation("g", { unread_count: 4, snoozed_until: 1 })
        ])
        const service = yield* Conversations
        expect(yield* service.totals("totals")).toEqual({
          unread_count: 5,
          unread_conversations: 2,
          conversations: 3,
          archived: 1,
          spam: 1,
          deleted: 1,
          snoozed: 1
        })
        expect(yield* service.totals("nobody")).toEqual(noTotals)
      })
    ))

  test("a hot conversation that nobody opened for a day may be cold", () =>
    persistence.run(
      Effect.gen(function* () {
        const never = conversation("never", { is_hot: true })
        const long = conversation("long", { is_hot: true, last_accessed_at: now - day })
        const today = conversation("today", { is_hot: true, last_accessed_at: now - day + 1 })
        yield* write("cold", [never, long, today, conversation("cool", {})])
        const ids = yield* Conversations.use((service) => service.coldCandidates("cold", now))
        expect(ids.toSorted()).toEqual([never.id, long.id].toSorted())
      })
    ))
})
