/** Days that a cut makes stale, and calculations that overlap (CONTRACT 2.8). What the figures are: test/actors/analytics.test.ts. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { SqlClient } from "effect/sql/SqlClient"
import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { MessageFields } from "../../machines/message/fields.ts"
import { Analytics } from "../../persistence/figures/analytics.ts"
import type { CutMessage } from "../../persistence/cut/cut.ts"
import { EventsClient } from "../../persistence/database/events-client.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { databases, openPersistence, type Persistence } from "../support/databases.ts"

const at = Date.UTC(2026, 3, 10, 0, 30)
const hour = 3_600_000
const [channel_id, conversation_id] = [randomUUID(), randomUUID()]

const change = (external_message_id: string, fields: Partial<MessageFields>): CutMessage => ({
  id: randomUUID(),
  external_message_id,
  channel_id,
  conversation_id,
  fields
})
const inbound = (id: string, received_at: number) => change(id, { direction: "inbound", received_at, created_at: at })
const outbound = (id: string, sent_at: number) => change(id, { direction: "outbound", sent_at, created_at: at })

describe.each(databases)("on $name", (database) => {
  let persistence: Persistence
  beforeAll(async () => {
    persistence = await openPersistence(database)
  })
  afterAll(() => persistence.close())

  const cut = (tenant_id: string, seq: number, ...messages: ReadonlyArray<CutMessage>) =>
    Snapshots.use((snapshots) =>
      snapshots.write({ tenant_id, seq, at, entities: {}, members: [], messages, read_horizons: [] })
    )
  const stale = (tenant_id: string) =>
    SqlClient.use(
      (sql) =>
        sql<{ readonly date: string }>`
          select date::text as date from analytics_stale where tenant_id = ${tenant_id} order by date`
    ).pipe(Effect.map((rows) => rows.map(({ date }) => date)))
  const refresh = (tenant_id: string) => Analytics.use((analytics) => analytics.refresh(tenant_id, at))
  const received = (tenant_id: string) =>
    Analytics.use((analytics) =>
      analytics.list(tenant_id, { from: "2026-01-01", to: "2026-12-31", channel: null })
    ).pipe(Effect.map((rows) => rows.map((row) => [row.date, row.messages_received])))

  test("a cut marks the days whose figures it changes, and no others", () =>
    persistence.run(
      Effect.gen(function* () {
        yield* cut("marks", 1, inbound("in", at))
        expect(yield* stale("marks")).toEqual(["2026-04-10"])
        expect(yield* refresh("marks")).toEqual({ days: 1, rows: 2 })
        expect(yield* stale("marks")).toEqual([])
        expect(yield* refresh("marks")).toEqual({ days: 0, rows: 0 })
        // A reply may answer what came the day before.
        yield* cut("marks", 2, outbound("out", at + hour))
        expect(yield* stale("marks")).toEqual(["2026-04-09", "2026-04-10"])
        yield* refresh("marks")
        yield* cut("marks", 3, change("out", { status: "read", updated_at: at }), change("in", { content: "edited" }))
        expect(yield* stale("marks")).toEqual([])
        yield* cut("marks", 4, change("in", { deleted_at: at, content: null }))
        expect(yield* stale("marks")).toEqual(["2026-04-10"])
        yield* refresh("marks")
        // Moved to another day: both are other than they were.
        yield* cut("marks", 5, change("in", { received_at: at + 48 * hour, deleted_at: null }))
        expect(yield* stale("marks")).toEqual(["2026-04-10", "2026-04-12"])
        yield* refresh("marks")
        expect(yield* received("marks")).toEqual([
          ["2026-04-09", 0],
          ["2026-04-10", 0],
          ["2026-04-12", 1]
        ])
      })
    ))

  test("a draft counts nowhere until its echo takes over the row", () =>
    persistence.run(
      Effect.gen(function* () {
        yield* cut(
          "draft",
          1,
          inbound("in", at),
          change("d", { direction: "outbound", is_local_only: true, created_at: at })
        )
        yield* refresh("draft")
        const sent = Analytics.use((analytics) =>
          analytics.list("draft", { from: "2026-04-10", to: "2026-04-10", channel: null })
        ).pipe(Effect.map((rows) => rows[0]!.messages_sent))
        expect(yield* sent).toBe(0)
        yield* cut("draft", 2, change("d", { is_local_only: false, sent_at: at + hour }))
        yield* refresh("draft")
        expect(yield* sent).toBe(1)
      })
    ))

  test("a cut that fails marks nothing", () =>
    persistence.run(
      Effect.gen(function* () {
        yield* cut("fails", 5, inbound("first", at))
        yield* refresh("fails")
        expect((yield* Effect.exit(cut("fails", 4, inbound("second", at))))._tag).toBe("Failure")
        expect(yield* stale("fails")).toEqual([])
      })
    ))

  test("more than a month of stale days is calculated in portions, the newest first", () =>
    persistence.run(
      Effect.gen(function* () {
        const days = Array.from({ length: 40 }, (_, index) => inbound(`m${index}`, at + index * 24 * hour))
        yield* cut("many", 1, ...days)
        expect(yield* refresh("many")).toEqual({ days: 31, rows: 62 })
        expect((yield* received("many"))[0]).toEqual(["2026-04-19", 1])
        expect(yield* refresh("many")).toEqual({ days: 9, rows: 18 })
        expect(yield* refresh("many")).toEqual({ days: 0, rows: 0 })
      })
    ))

  test("channel null is the whole tenant, and also unique", () =>
    persistence.run(
      Effect.gen(function* () {
        yield* cut("unique", 1, inbound("m", at))
        yield* refresh("unique")
        const again = SqlClient.use(
          (sql) => sql`insert into analytics (tenant_id, date, seq) values ('unique', '2026-04-10', 1)`
        )
        expect((yield* Effect.exit(again))._tag).toBe("Failure")
      })
    ))

  // The embedded database has one connection: nothing overlaps there.
  test.runIf(database.name === "postgres")("a mark that a cut under way renews is not lost to a calculation", () =>
    persistence.run(
      Effect.gen(function* () {
        const sql = yield* EventsClient
        yield* cut("race", 1, inbound("first", at))
        const [written, commit] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        const underWay = yield* sql
          .withTransaction(
            cut("race", 2, inbound("second", at)).pipe(
              Effect.andThen(Deferred.succeed(written, undefined)),
              Effect.andThen(Deferred.await(commit))
            )
          )
          .pipe(Effect.forkChild)
        yield* Deferred.await(written)
        // It sees one message and wants the mark, which the cut holds.
        const calculation = yield* refresh("race").pipe(Effect.forkChild)
        yield* Effect.sleep("200 millis")
        yield* Deferred.succeed(commit, undefined)
        yield* Fiber.join(underWay)
        yield* Fiber.join(calculation)
        expect(yield* stale("race")).toEqual(["2026-04-10"])
        yield* refresh("race")
        expect(yield* received("race")).toEqual([["2026-04-10", 2]])
      })
    )
  )
})
