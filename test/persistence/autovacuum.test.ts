/** The embedded Postgres has no autovacuum of its own: what ours keeps true, and that it is needed. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { EntityRow } from "../../persistence/cut/cut.ts"
import { autovacuum } from "../../persistence/database/pglite/autovacuum.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { openPersistence, type Persistence } from "../support/databases.ts"
import { pglite } from "../support/fresh-databases.ts"

let persistence: Persistence
beforeAll(async () => {
  persistence = await openPersistence(pglite)
})
afterAll(() => persistence.close())

const tenant_id = "acme"
const conversations = Array.from({ length: 5_000 }, (): EntityRow => ({
  id: randomUUID(),
  machine_state: "open",
  internals: new Uint8Array(500),
  fields: {}
}))
let seq = 0
const cut = Effect.suspend(() =>
  Snapshots.use((snapshots) =>
    snapshots.write({
      tenant_id,
      seq: ++seq,
      at: 1_700_000_000_000 + seq,
      entities: { conversation: conversations },
      members: [],
      messages: [],
      read_horizons: []
    })
  )
)
const wakeOne = Effect.suspend(() =>
  Snapshots.use((snapshots) =>
    Effect.map(snapshots.load(tenant_id, "conversation", [conversations[seq]!.id]), ({ actors }) => actors)
  )
)
/** Any statement that names its row by the key. */
const lookUpOne = Effect.suspend(() =>
  SqlClient.use(
    (sql) =>
      sql`select id from conversations where tenant_id = ${tenant_id} and id = any(${[conversations[seq]!.id]}::uuid[])`
  )
)
const ask = <A extends object>(statement: (sql: SqlClient) => Effect.Effect<ReadonlyArray<A>, unknown>) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient
    // Postgres counts with a delay of up to a second.
    yield* sql`select pg_stat_force_next_flush()`
    return (yield* statement(sql))[0]!
  })
/** Pages of the table and its indexes that statements have looked at. */
const pagesSeen = ask(
  (sql) => sql<{ readonly pages: number }>`
    select (heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read)::integer as pages
    from pg_statio_user_tables where relname = 'conversations'`
)
const pagesOf = (look: Effect.Effect<ReadonlyArray<unknown>, unknown, Snapshots | SqlClient>) =>
  Effect.gen(function* () {
    const { pages } = yield* pagesSeen
    expect(yield* look).toHaveLength(1)
    return (yield* pagesSeen).pages - pages
  })

test("looking up one conversation of thousands reads a few pages, although its statement was planned when there were none; so does waking it", () =>
  persistence.run(
    Effect.gen(function* () {
      // As often as Postgres wants to see a statement before it keeps its plan.
      for (let times = 0; times < 10; times++) yield* Effect.all([lookUpOne, wakeOne])
      yield* cut
      expect(yield* pagesOf(lookUpOne), "the plan of the empty table is kept").toBeGreaterThan(200)
      expect(yield* autovacuum).toContain("conversations")
      for (const look of [lookUpOne, wakeOne]) expect(yield* pagesOf(look)).toBeLessThan(20)
    })
  ))

test("a table that only changes stays as large as it is", () =>
  persistence.run(
    Effect.gen(function* () {
      const size = ask(
        (sql) => sql<{ readonly bytes: number }>`select pg_table_size('conversations')::integer as bytes`
      )
      const changed = Effect.gen(function* () {
        for (let times = 0; times < 4; times++) {
          yield* cut
          yield* pagesSeen
          yield* autovacuum
        }
        return (yield* size).bytes
      })
      const settled = yield* changed
      expect(yield* changed).toBeLessThan(settled * 1.1)
    })
  ))

test("nothing is done where nothing has changed", () =>
  persistence.run(
    Effect.gen(function* () {
      yield* pagesSeen
      yield* autovacuum
      yield* pagesSeen
      expect(yield* autovacuum).toEqual([])
    })
  ))

test("nobody has to ask for it: an open embedded database looks by itself", () =>
  persistence.run(
    Effect.gen(function* () {
      const sql = yield* SqlClient
      yield* sql`create table fresh as select n from generate_series(1, 2000) as n`
      const analysed = ask(
        (sql) => sql<{ readonly times: number }>`
          select analyze_count::integer as times from pg_stat_user_tables where relname = 'fresh'`
      )
      while ((yield* analysed).times === 0) yield* Effect.sleep("500 millis")
    })
  ))
