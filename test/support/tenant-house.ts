/** A tenant on a real database under the test's clock: owners that end when they are told to, and questions to SQL. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { TestClock } from "effect/testing"
import { GroupCommit } from "../../actors/journal/group-commit.ts"
import { ownerLayer } from "../../actors/owner/local-owner.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { ShellOptions } from "../../actors/owner/shell.ts"
import type { Event } from "../../machines/events.ts"
import { layerDatabase } from "../../persistence/database/database.ts"
import { layer as layerPersistence } from "../../persistence/layer.ts"
import { layerMigrated } from "../../persistence/database/migrated.ts"
import { type ScheduleRun, ScheduleRuns } from "../../persistence/registers/schedule-runs.ts"
import type { ScheduledTask } from "../../machines/vocabulary.ts"
import type { Database } from "./databases.ts"
import { eventually } from "./eventually.ts"

const options: ShellOptions = { mailbox: 10_000, snapshotInterval: "1 hour", idle: 24 * 3_600_000, residents: 50_000 }

const emptied = SqlClient.use((sql) =>
  sql<{ readonly name: string }>`
    select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'migrations'`.pipe(
    Effect.flatMap((tables) => sql.unsafe(`truncate ${tables.map(({ name }) => name).join(", ")}`))
  )
)

/** The tenant is `acme`; the clock stands at `now` (epoch milliseconds) until it is moved. */
export const openTenantHouse = async (database: Database, now: number) => {
  const data = await database.make()
  const migrated = layerMigrated.pipe(Layer.provideMerge(layerDatabase(data.options)))
  // The database lives in real time; only who stands on it has the test's clock.
  const runtime = ManagedRuntime.make(
    TestClock.layer({ warningDelay: "1 hour" }).pipe(Layer.provideMerge(layerPersistence), Layer.provideMerge(migrated))
  )
  const run = runtime.runPromise
  const ends: Array<() => Promise<void>> = []
  await run(TestClock.setTime(now))

  const owner = async (changed: Partial<ShellOptions> = {}) => {
    const scope = Scope.makeUnsafe()
    const layer = ownerLayer({ ...options, ...changed }).pipe(Layer.provide(GroupCommit.layer))
    const context = await run(Layer.buildWithScope(Layer.fresh(layer), scope))
    let ended: Promise<void> | null = null
    const end = () => (ended ??= run(Scope.close(scope, Exit.void)))
    ends.push(end)
    const ask = <A, E>(use: (owner: TenantOwner["Service"]) => Effect.Effect<A, E>) =>
      run(TenantOwner.use(use).pipe(Effect.provide(context)))
    await ask((each) => each.create("acme", "Acme", "sealed"))
    return {
      end,
      ask,
      tell: (...events: ReadonlyArray<Event>) =>
        ask((each) => Effect.forEach(events, (event) => each.submit("acme", event), { concurrency: 100 }))
    }
  }

  const runsOf = (task: ScheduledTask): Promise<ReadonlyArray<ScheduleRun>> =>
    run(ScheduleRuns.use((runs) => Effect.map(runs.list("acme", 200), (all) => all.filter((one) => one.task === task))))

  return {
    run,
    owner,
    runsOf,
    /** Rows of a statement without parameters. */
    rows: (statement: string): Promise<ReadonlyArray<any>> => run(SqlClient.use((sql) => sql.unsafe(statement))),
    /** Asks for a task and waits for its end; `received` must be another one each time. */
    runNow: async (at: TenantHouseOwner, task: ScheduledTask, received: number): Promise<ScheduleRun> => {
      await at.tell({ type: "task_requested", task, received, via: "api" })
      const runs = await eventually(
        async () => (await runsOf(task)).filter((one) => one.due === received),
        (all) => all.length > 0
      )
      return runs[0]!
    },
    /** As new: owners end, rows go, the clock stands where it stood. Starting an embedded database for each test costs seconds. */
    reset: async () => {
      while (ends.length > 0) await ends.pop()!()
      await run(emptied)
      await run(TestClock.setTime(now))
    },
    close: async () => {
      while (ends.length > 0) await ends.pop()!()
      await runtime.dispose()
      await data.close()
    }
  }
}
export type TenantHouse = Awaited<ReturnType<typeof openTenantHouse>>
export type TenantHouseOwner = { readonly tell: (...events: ReadonlyArray<Event>) => Promise<unknown> }
