import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { ActorKind } from "../../machines/events.ts"
import type { Field, Fields } from "../../machines/field.ts"
import type { MessageChange } from "../../machines/message/fields.ts"
import type { Cut, EntityRow } from "../../persistence/cut/cut.ts"
import { fromColumns } from "../../persistence/database/field-values.ts"
import { type MessagePage, Messages } from "../../persistence/lists/messages.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { entityTables, memberTable } from "../../persistence/database/tables.ts"
import { databases, openPersistence, type Persistence } from "../support/databases.ts"

const cutOf = (tenant_id: string, seq: number, parts: Partial<Cut> = {}): Cut => ({
  tenant_id,
  seq,
  at: 1_700_000_000_000 + seq,
  entities: {},
  members: [],
  messages: [],
  read_horizons: [],
  ...parts
})

/** A value of the field's type that is not its initial one. */
const sample = (field: Field<any>, seed: number): unknown => {
  switch (field.column) {
    case "text":
      return `text '${seed}' "quoted" \\ \n ü 🙂 %_`
    case "integer":
      return seed * 1_000 + 7
    case "boolean":
      return field.initial !== true
    case "timestamptz":
      return 1_700_000_000_000 + seed
    case "double precision":
      return seed + 0.125
    case "uuid":
      return randomUUID()
    case "jsonb":
      return Array.isArray(field.initial)
        ? [{ value: "👍", at: seed }]
        : { seed, nested: { list: [null, "a", 1.5, true] } }
  }
}

const samplesOf = (fields: Fields, seed: number): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, field], index) => [name, sample(field, seed + index)]))

const initialsOf = (fields: Fields): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.initial]))

const actor = (
  kind: ActorKind,
  tenant_id: string,
  fields: Record<string, unknown>,
  internals = randomUUID()
): EntityRow => ({
  id: kind === "tenant" ? tenant_id : randomUUID(),
  machine_state: "open",
  internals: new TextEncoder().encode(internals),
  fields
})

const kinds = Object.keys(entityTables) as Array<ActorKind>

describe.each(databases)("snapshots on $name", (database) => {
  let persistence: Persistence
  beforeAll(async () => {
    persistence = await openPersistence(database)
  })
  afterAll(() => persistence.close())

  const rowsOf = (table: string, tenant_id: string) =>
    SqlClient.use((sql) => sql<Record<string, unknown>>`select * from ${sql(table)} where tenant_id = ${tenant_id}`)

  test.each(kinds)("every field of a %s comes back as it was written, and is overwritten by the next cut", (kind) =>
    persistence.run(
      Effect.gen(function* () {
        const snapshots = yield* Snapshots
        const { table, fields } = entityTables[kind]
        const tenant_id = `round-${kind}`
        const first = actor(kind, tenant_id, samplesOf(fields, 1))
        yield* snapshots.write(cutOf(tenant_id, 1, { entities: { [kind]: [first] } }))
        const [row] = yield* rowsOf(table, tenant_id)
        expect(fromColumns(fields, row!)).toEqual(first.fields)
        expect(row).toMatchObject({ id: first.id, seq: 1n, machine_state: "open" })

        const bare = { ...actor(kind, tenant_id, initialsOf(fields)), id: first.id, machine_state: "closed" }
        yield* snapshots.write(cutOf(tenant_id, 2, { entities: { [kind]: [bare] } }))
        const again = yield* rowsOf(table, tenant_id)
        expect(again).toHaveLength(1)
        expect(fromColumns(fields, again[0]!)).toEqual(bare.fields)
        expect(again[0]).toMatchObject({ seq: 2n, machine_state: "closed" })
        expect(yield* Stream.runCollect(snapshots.loadAll(tenant_id, kind))).toEqual([
          { id: bare.id, internals: bare.internals }
        ])
      })
    )
  )

  test("every field of a member comes back as it was written", () =>
    persistence.run(
      Effect.gen(function* () {
        const snapshots = yield* Snapshots
        const key = { conversation_id: randomUUID(), participant_id: randomUUID() }
        for (const [seq, fields] of [samplesOf(memberTable.fields, 1), initialsOf(memberTable.fields)].entries()) {
          yield* snapshots.write(cutOf("members", seq, { members: [{ ...key, fields }] }))
          const rows = yield* rowsOf("members", "members")
          expect(rows).toHaveLength(1)
          expect(rows[0]).toMatchObject(key)
          expect(fromColumns(memberTable.fields, rows[0]!)).toEqual(fields)
        }
      })
    ))

  test("only the actors that are asked for are loaded, of their tenant only", () =>
    persistence.run(
      Effect.gen(function* () {
        const snapshots = yield* Snapshots
        const actors = Array.from({ length: 1200 }, () => {
          const row = actor("participant", "many", {})
          return { ...row, internals: new Uint8Array([0, 255, ...row.internals]) }
        })
        yield* snapshots.write(cutOf("many", 1, { entities: { participant: actors } }))
        yield* snapshots.write(cutOf("other", 1, { entities: { participant: [actors[0]!] } }))
        expect(yield* Stream.runCollect(snapshots.loadAll("many", "participant"))).toHaveLength(1200)
        const [one, two] = [actors[7]!, actors[1100]!]
        const loaded = yield* snapshots.load("many", "participant", [one.id, randomUUID(), two.id])
        expect(loaded.left).toEqual([])
        expect(new Map(loaded.actors.map(({ id, internals }) => [id, internals]))).toEqual(
          new Map([one, two].map(({ id, internals }) => [id, internals]))
        )
        expect(yield* snapshots.load("other", "participant", [one.id])).toEqual({ actors: [], left: [] })
        expect(yield* snapshots.load("many", "participant", [])).toEqual({ actors: [], left: [] })
      })
    ))

  test("heavy actors are read a few at a time, each of them once, and one that is heavier than that alone (I8)", () =>
    persistence.run(
      Effect.gen(function* () {
        const snapshots = yield* Snapshots
        const sizes = [7, 7, 7, 20, 1, 1, 1].map((mebibytes) => mebibytes * 2 ** 20)
        const actors = sizes.map((size, n) => ({
          ...actor("participant", "heavy", {}),
          internals: new Uint8Array(size).fill(n + 1)
        }))
        for (const [seq, one] of actors.entries())
          yield* snapshots.write(cutOf("heavy", seq + 1, { entities: { participant: [one] } }))
        expect(yield* snapshots.weigh("heavy", ["participant", "connection"])).toEqual({
          actors: 7,
          bytes: 44 * 2 ** 20
        })
        const came: Array<string> = []
        let pages = 0
        for (let wanted = actors.map(({ id }) => id); wanted.length > 0; pages++) {
          const { actors: found, left } = yield* snapshots.load("heavy", "participant", wanted)
          expect(found.length).toBeGreaterThan(0)
          const before = found.toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, -1)
          expect(before.reduce((sum, { internals }) => sum + internals.length, 0)).toBeLessThan(16 * 2 ** 20)
          expect(found.length + left.length).toBe(wanted.length)
          came.push(...found.map(({ id }) => id))
          wanted = [...left]
        }
        expect(pages).toBeGreaterThan(1)
        expect(came.toSorted()).toEqual(actors.map(({ id }) => id).toSorted())
        const all = yield* Stream.runCollect(snapshots.loadAll("heavy", "participant"))
        expect(all.map(({ id }) => id)).toEqual(came.toSorted())
      })
    ))

  test("internals larger than one statement's share are written all the same", () =>
    persistence.run(
      Effect.gen(function* () {
        const snapshots = yield* Snapshots
        const actors = Array.from({ length: 4 }, (_, n) => ({
          ...actor("participant", "large", {}),
          internals: new Uint8Array(3_000_000).fill(n + 1)
        }))
        yield* snapshots.write(cutOf("large", 1, { entities: { participant: actors } }))
        const loaded = yield* Stream.runCollect(snapshots.loadAll("large", "participant"))
        expect(loaded.map(({ internals }) => [internals.length, internals[0]]).toSorted()).toEqual(
          actors.map(({ internals }) => [internals.length, internals[0]])
        )
      })
    ))

  test("a value that Postgres cannot hold does not stop the cut", () =>
    persistence.run(
      Effect.gen(function* () {
        const snapshots = yield* Snapshots
        const fields = {
          channel_id: randomUUID(),
          subject: "a\u0000b \ud800 \\u0000",
          message_count: 1e15,
          last_message_at: 8.64e15,
          metadata: { "k\u0000": ["\udc00"] }
        }
        yield* snapshots.write(cutOf("odd", 1, { entities: { conversation: [actor("conversation", "odd", fields)] } }))
        const [row] = yield* rowsOf("conversations", "odd")
        expect(row).toMatchObject({
          subject: "a\ufffdb \ufffd \\u0000",
          message_count: 2 ** 31 - 1,
          last_message_at: new Date("9999-12-31T23:59:59.999Z"),
          metadata: { "k\ufffd": ["\ufffd"] }
        })
      })
    ))

  test("a cut behind another writer's is refused whole (I6); one at the same seq is taken", () =>
    persistence.run(
      Effect.gen(function* () {
        const snapshots = yield* Snapshots
        const row = actor("channel", "guard", { name: "new" })
        yield* snapshots.write(cutOf("guard", 7, { entities: { channel: [row] } }))
        const late = cutOf("guard", 6, { entities: { channel: [{ ...row, fields: { name: "late" } }] } })
        const outrun = yield* Effect.flip(snapshots.write(late))
        expect(outrun).toMatchObject({ _tag: "CutOutrun", tenant_id: "guard", seq: 6 })
        expect((yield* rowsOf("channels", "guard"))[0]).toMatchObject({ name: "new", seq: 7n })
        yield* snapshots.write(cutOf("guard", 7))
        expect(yield* snapshots.checkpoint("guard")).toBe(7)
        expect(yield* snapshots.checkpoint("nobody")).toBe(0)
      })
    ))

  test("a cut that breaks leaves nothing behind, its checkpoint included (I5)", () =>
    persistence.run(
      Effect.gen(function* () {
        const snapshots = yield* Snapshots
        const good = actor("channel", "broken", { name: "good" })
        const bad = { ...actor("conversation", "broken", {}), id: "not a uuid" }
        yield* Effect.flip(snapshots.write(cutOf("broken", 3, { entities: { channel: [good], conversation: [bad] } })))
        expect(yield* snapshots.checkpoint("broken")).toBe(0)
        expect(yield* rowsOf("channels", "broken")).toEqual([])
      })
    ))

  describe("of messages", () => {
    const conversation_id = randomUUID()
    const channel_id = randomUUID()
    const change = (external_message_id: string, fields: MessageChange["fields"]) => ({
      id: randomUUID(),
      external_message_id,
      conversation_id,
      channel_id,
      fields
    })
    const recallAll = (tenant_id: string, ids: ReadonlyArray<string>) =>
      Effect.map(
        Messages.use((messages) => messages.recall(tenant_id, [{ conversation_id, ids }])),
        ([rows]) => rows!
      )

    test("only the columns that a change names change; an absent row is made with the defaults", () =>
      persistence.run(
        Effect.gen(function* () {
          const snapshots = yield* Snapshots
          const whole = change("m1", {
            provider_message_id: "p1",
            content: "hello",
            direction: "outbound",
            status: "sent",
            sent_at: 1_000,
            reactions: [{ value: "👍", participant_id: "x", at: 5 }],
            metadata: { quoted: true }
          })
          yield* snapshots.write(cutOf("partial", 1, { messages: [whole] }))
          yield* snapshots.write(
            cutOf("partial", 2, {
              messages: [change("m1", { status: "delivered" }), change("m2", { content: null }), change("m3", {})]
            })
          )
          const [m1] = yield* recallAll("partial", ["m1"])
          expect(m1).toMatchObject({ ...whole.fields, id: whole.id, status: "delivered", conversation_id, channel_id })
          const [m3] = yield* recallAll("partial", ["m3"])
          expect(m3).toMatchObject({
            status: "pending",
            direction: "inbound",
            reactions: [],
            is_event: false,
            sent_at: null
          })
        })
      ))

    test("several changes of one message in one cut are one, and the last word on a column counts", () =>
      persistence.run(
        Effect.gen(function* () {
          const snapshots = yield* Snapshots
          const messages = [
            change("m1", { content: "first", status: "sent" }),
            change("m1", { status: "delivered" }),
            change("m1", { content: "edited", edited_at: 9_000 })
          ]
          yield* snapshots.write(cutOf("merge", 1, { messages }))
          const rows = yield* recallAll("merge", ["m1"])
          expect(rows).toHaveLength(1)
          expect(rows[0]).toMatchObject({
            id: messages[0]!.id,
            content: "edited",
            status: "delivered",
            edited_at: 9_000
          })
        })
      ))

    test("a message is recalled by either of its ids, in its conversation only", () =>
      persistence.run(
        Effect.gen(function* () {
          const snapshots = yield* Snapshots
          const messages = [
            change("e1", { provider_message_id: "p1" }),
            change("e2", { provider_message_id: "p2" }),
            change("e3", {})
          ]
          yield* snapshots.write(cutOf("recall", 1, { messages }))
          const recalled = yield* recallAll("recall", ["p1", "e3", "nobody"])
          expect(recalled.map((message) => message.external_message_id).toSorted()).toEqual(["e1", "e3"])
          const elsewhere = yield* Messages.use((service) =>
            service.recall("recall", [{ conversation_id: randomUUID(), ids: ["e1"] }])
          )
          expect(elsewhere).toEqual([[]])
        })
      ))

    test("a read horizon raises the outbound messages up to it, those of the same cut included, and nothing else", () =>
      persistence.run(
        Effect.gen(function* () {
          const snapshots = yield* Snapshots
          const outbound = (id: string, sent_at: number, status: "sent" | "failed" | "delivered") =>
            change(id, { direction: "outbound", sent_at, status })
          yield* snapshots.write(cutOf("horizon", 1, { messages: [outbound("old", 1_000, "failed")] }))
          const messages = [
            outbound("at", 2_000, "sent"),
            outbound("after", 2_001, "delivered"),
            change("theirs", { direction: "inbound", received_at: 1_500, status: "delivered" }),
            { ...outbound("elsewhere", 1_000, "sent"), conversation_id: randomUUID() }
          ]
          yield* snapshots.write(
            cutOf("horizon", 2, { messages, read_horizons: [{ conversation_id, at: 2_000, read_at: 5_000 }] })
          )
          const rows = yield* rowsOf("messages", "horizon")
          expect(Object.fromEntries(rows.map((row) => [row["external_message_id"], row["status"]]))).toEqual({
            old: "read",
            at: "read",
            after: "delivered",
            theirs: "delivered",
            elsewhere: "sent"
          })
          const readAt = Object.fromEntries(rows.map((row) => [row["external_message_id"], row["read_at"]]))
          expect(readAt).toMatchObject({ old: new Date(5_000), at: new Date(5_000), after: null })
        })
      ))

    test("messages of one instant stand as they arrived, across pages too; those from before that was kept stand first", () =>
      persistence.run(
        Effect.gen(function* () {
          const snapshots = yield* Snapshots
          const arrivals = [12, 3, 40, 7, 2 ** 40, 25]
          const messages = arrivals.map((arrival) => change(`a${arrival}`, { received_at: 5_000, arrival }))
          yield* snapshots.write(
            cutOf("instant", 1, { messages: [...messages, change("old", { received_at: 5_000 })] })
          )
          const seen: Array<string> = []
          let before: string | null = null
          do {
            const page: MessagePage = yield* Messages.use((service) =>
              service.page("instant", conversation_id, { before, limit: 2 })
            )
            seen.push(...page.items.map((item) => item.external_message_id))
            before = page.next
          } while (before !== null)
          expect(seen).toEqual([`a${2 ** 40}`, "a40", "a25", "a12", "a7", "a3", "old"])
        })
      ))

    test("pages go from the newest to the oldest, without a gap or a repetition", () =>
      persistence.run(
        Effect.gen(function* () {
          const snapshots = yield* Snapshots
          const messages = Array.from({ length: 25 }, (_, n) =>
            change(
              `m${n}`,
              n % 2 === 0 ? { sent_at: 1_000 + Math.floor(n / 3) } : { received_at: 1_000 + Math.floor(n / 3) }
            )
          )
          yield* snapshots.write(cutOf("pages", 1, { messages: [...messages, change("timeless", {})] }))
          const seen: Array<string> = []
          const times: Array<number> = []
          let before: string | null = null
          do {
            const page: MessagePage = yield* Messages.use((service) =>
              service.page("pages", conversation_id, { before, limit: 7 })
            )
            expect(page.items.length).toBe(page.next === null ? 26 % 7 : 7)
            for (const item of page.items) {
              seen.push(item.external_message_id)
              times.push(item.sent_at ?? item.received_at ?? 0)
            }
            before = page.next
          } while (before !== null)
          expect(new Set(seen).size).toBe(26)
          expect(times).toEqual(times.toSorted((a, b) => b - a))
          const invalid = yield* Effect.flip(
            Messages.use((service) => service.page("pages", conversation_id, { before: "nonsense", limit: 7 }))
          )
          expect(invalid).toMatchObject({ _tag: "InvalidCursor" })
        })
      ))
  })
})
