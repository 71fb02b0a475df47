import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Journal, type JournalEntry } from "../../persistence/journal/journal.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { TenantRows } from "../../persistence/registers/tenants.ts"
import { databases, openPersistence, type Persistence } from "../support/databases.ts"

const entry = (tenant_id: string, seq: number, body = `${tenant_id} ${seq}`): JournalEntry => ({
  tenant_id,
  seq,
  at: 1_700_000_000_123 + seq,
  kind: "message_received",
  body: new TextEncoder().encode(body)
})

const range = (tenant_id: string, from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => entry(tenant_id, from + index))

/** A journal as another process has it: same database, its own writer. */
const otherProcess = <A, E>(effect: Effect.Effect<A, E, Journal>) =>
  effect.pipe(Effect.provide(Layer.fresh(Journal.layer)))

const bodies = (entries: ReadonlyArray<{ readonly body: Uint8Array }>) =>
  entries.map(({ body }) => new TextDecoder().decode(body))

describe.each(databases)("the journal on $name", (database) => {
  let persistence: Persistence
  beforeAll(async () => {
    persistence = await openPersistence(database)
  })
  afterAll(() => persistence.close())

  test("entries of many tenants are appended together and read back in order", () =>
    persistence.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        expect(yield* journal.append([entry("g2", 2), ...range("g1", 1, 3), entry("g2", 1)])).toEqual({ lost: [] })
        expect(yield* journal.read("g1", 1, 10)).toEqual(
          range("g1", 2, 3).map(({ tenant_id: _, ...rest }) => ({ ...rest, writer: expect.any(String) }))
        )
        expect((yield* journal.read("g2", 0, 1)).map(({ seq }) => seq)).toEqual([1])
        expect(yield* journal.head("g1")).toBe(3)
        expect(yield* journal.head("nobody")).toBe(0)
        expect(yield* journal.append([])).toEqual({ lost: [] })
      })
    ))

  test("long entries are read so many at a time that those before the last are short together (I8)", () =>
    persistence.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        const lengths = [400, 400, 400, 3_000, 10, 10]
        yield* journal.append(lengths.map((length, n) => entry("long", n + 1, "x".repeat(length))))
        const seqs = (after: number) =>
          Effect.map(journal.read("long", after, 4, 1_000), (entries) => entries.map(({ seq }) => seq))
        expect(yield* seqs(0)).toEqual([1, 2, 3])
        expect(yield* seqs(3)).toEqual([4])
        expect(yield* seqs(4)).toEqual([5, 6])
        expect(yield* seqs(6)).toEqual([])
        expect(yield* journal.read("long", 0, 100)).toHaveLength(6)
      })
    ))

  test("an append stands on the entry before it: over a hole nothing is written, and others' entries are (I6)", () =>
    persistence.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        const sql = yield* SqlClient
        yield* journal.append(range("hole", 1, 5))
        yield* sql`delete from journal where tenant_id = 'hole' and seq > 3`
        const bases = new Map([
          ["hole", { seq: 5 }],
          ["whole", { seq: 0 }]
        ])
        expect(yield* journal.append([entry("hole", 6), entry("whole", 1)], bases)).toEqual({ lost: ["hole"] })
        expect(yield* journal.head("hole")).toBe(3)
        expect(yield* journal.head("whole")).toBe(1)
        expect(yield* journal.append([entry("hole", 4)], new Map([["hole", { seq: 3 }]]))).toEqual({ lost: [] })
      })
    ))

  test("an entry of another writer in the place of the own one is no base, and one known by its checkpoint alone is", () =>
    persistence.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        const sql = yield* SqlClient
        yield* otherProcess(Journal.use((other) => other.append(range("taken", 1, 2))))
        const own = new Map([["taken", { seq: 2 }]])
        expect(yield* journal.append([entry("taken", 3)], own)).toEqual({ lost: ["taken"] })
        const [last] = yield* journal.read("taken", 1, 1)
        const loaded = new Map([["taken", { seq: 2, writer: last!.writer }]])
        expect(yield* journal.append([entry("taken", 3)], loaded)).toEqual({ lost: [] })
        yield* sql`insert into checkpoints (tenant_id, seq, at) values ('trimmed', 7, now())`
        const known = (seq: number) => new Map([["trimmed", { seq, writer: null }]])
        expect(yield* journal.append([entry("trimmed", 9)], known(8))).toEqual({ lost: ["trimmed"] })
        expect(yield* journal.append([entry("trimmed", 8)], known(7))).toEqual({ lost: [] })
      })
    ))

  test("a memory that the journal has gone past, or behind, is overtaken", () =>
    persistence.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        yield* journal.append([...range("even", 1, 2), ...range("ahead", 1, 2)])
        yield* otherProcess(Journal.use((other) => other.append([entry("ahead", 3)])))
        const bases = new Map([
          ["even", { seq: 2 }],
          ["ahead", { seq: 2 }],
          ["empty", { seq: 0 }],
          ["gone", { seq: 4 }]
        ])
        expect([...(yield* journal.overtaken(bases))].sort()).toEqual(["ahead", "gone"])
      })
    ))

  test("small and large seqs go in one append", () =>
    persistence.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        const large = 2 ** 40
        yield* journal.append([entry("big", 1), entry("big", large)])
        expect(yield* journal.head("big")).toBe(large)
      })
    ))

  test("a tenant whose key another writer holds is lost and writes nothing; the others are written (I6)", () =>
    persistence.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        yield* otherProcess(Journal.use((other) => other.append([entry("mine", 2, "the other's")])))
        const appended = yield* journal.append([...range("mine", 1, 3), ...range("free", 1, 2)])
        expect(appended).toEqual({ lost: ["mine"] })
        expect(bodies(yield* journal.read("mine", 0, 10))).toEqual(["the other's"])
        expect(yield* journal.head("free")).toBe(2)
      })
    ))

  test("an append repeated because its answer was lost counts as written, once", () =>
    persistence.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        yield* journal.append(range("again", 1, 2))
        expect(yield* journal.append([...range("again", 1, 4), entry("beside", 1)])).toEqual({ lost: [] })
        expect((yield* journal.read("again", 0, 10)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
      })
    ))

  test("another event under a key of this very process is not taken for a repetition", () =>
    persistence.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        yield* journal.append([entry("self", 1, "first")])
        expect(yield* journal.append([entry("self", 1, "second")])).toEqual({ lost: ["self"] })
        expect(bodies(yield* journal.read("self", 0, 10))).toEqual(["first"])
      })
    ))

  test("of two writers that race for the same keys, exactly one wins each tenant", () =>
    persistence.run(
      Effect.gen(function* () {
        const tenants = Array.from({ length: 10 }, (_, index) => `race${index}`)
        const appendAll = (order: ReadonlyArray<string>, mark: string) =>
          Journal.use((journal) =>
            Effect.forEach(order, (tenant) => journal.append([entry(tenant, 1, mark), entry(tenant, 2, mark)]))
          )
        const [a, b] = yield* Effect.all(
          [otherProcess(appendAll(tenants, "a")), otherProcess(appendAll(tenants.toReversed(), "b"))],
          { concurrency: 2 }
        )
        const lostByA = a.flatMap(({ lost }) => lost)
        const lostByB = b.flatMap(({ lost }) => lost)
        expect([...lostByA, ...lostByB].toSorted()).toEqual(tenants)
        const journal = yield* Journal
        for (const tenant of tenants) {
          const winner = lostByA.includes(tenant) ? "b" : "a"
          expect(bodies(yield* journal.read(tenant, 0, 10))).toEqual([winner, winner])
        }
      })
    ))

  test("trimming leaves what is new and what no cut has reached; the head stays", () =>
    persistence.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        const snapshots = yield* Snapshots
        yield* journal.append(range("trim", 1, 10))
        expect(yield* journal.trim("trim", entry("trim", 99).at)).toBe(0)
        yield* snapshots.write({
          tenant_id: "trim",
          seq: 8,
          at: 0,
          entities: {},
          members: [],
          messages: [],
          read_horizons: []
        })
        expect(yield* journal.trim("trim", entry("trim", 6).at)).toBe(5)
        expect((yield* journal.read("trim", 0, 20)).map(({ seq }) => seq)).toEqual([6, 7, 8, 9, 10])
        const sql = yield* SqlClient
        yield* sql`delete from journal where tenant_id = 'trim'`
        expect(yield* journal.head("trim")).toBe(8)
      })
    ))

  test("a tenant is listed from its first journal entry on", () =>
    persistence.run(
      Effect.gen(function* () {
        const journal = yield* Journal
        yield* journal.append([...range("listed-b", 1, 3), entry("listed-a", 1)])
        const listed = yield* TenantRows.use((tenants) => tenants.list)
        expect(listed.filter((tenant) => tenant.startsWith("listed"))).toEqual(["listed-a", "listed-b"])
        expect(new Set(listed).size).toBe(listed.length)
      })
    ))
})
