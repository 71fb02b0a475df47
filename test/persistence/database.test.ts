import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { SqlClient } from "effect/sql/SqlClient"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { type DatabaseOptions, layerDatabase } from "../../persistence/database/database.ts"
import { layerMigrated } from "../../persistence/database/migrated.ts"
import { fieldTables } from "../../persistence/database/tables.ts"
import { databases, type TestDatabase } from "../support/databases.ts"
import { copyInitialised } from "../support/fresh-cluster.ts"

const on = <A, E>(options: DatabaseOptions, effect: Effect.Effect<A, E, SqlClient>) =>
  Effect.runPromise(Effect.provide(effect, layerDatabase(options), { local: true }))

const failureOf = async (options: DatabaseOptions) => {
  const exit = await Effect.runPromiseExit(
    Effect.provide(
      SqlClient.use((sql) => sql`select 1`),
      layerDatabase(options)
    )
  )
  return Exit.isFailure(exit) ? Option.getOrUndefined(Cause.findErrorOption(exit.cause)) : undefined
}

describe.each(databases)("the client on $name", (database) => {
  let made: TestDatabase
  beforeAll(async () => {
    made = await database.make()
  })
  afterAll(() => made.close())

  test("the wire carries large values, errors, streams, interruptions and transactions, one after the other", () =>
    on(
      made.options,
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const large = "ü".repeat(5_000_000)
        expect(yield* sql`select ${large}::text as large`).toEqual([{ large }])

        const wrong = yield* Effect.flip(sql`select * from nowhere`)
        expect(wrong.reason._tag).toBe("SqlSyntaxError")
        const late = yield* Effect.flip(sql`select 1 / (i - 500) from generate_series(1, 1000) i`)
        expect(late._tag).toBe("SqlError")

        const streamed = yield* Stream.runCollect(sql`select i from generate_series(1, 3000) i`.stream)
        expect(streamed.length).toBe(3000)
        const first = yield* Stream.runCollect(Stream.take(sql`select i from generate_series(1, 3000) i`.stream, 1))
        expect(first).toEqual([{ i: 1 }])

        yield* sql`create table kept (n integer)`
        yield* Effect.flip(sql.withTransaction(Effect.andThen(sql`insert into kept values (1)`, sql`select 1 / 0`)))
        const inside = sql.withTransaction(sql`insert into kept values (2)`.pipe(Effect.andThen(Effect.never)))
        yield* Effect.timeoutOption(inside, "200 millis")
        yield* Effect.timeoutOption(sql`select count(*) from generate_series(1, 5000000)`, "50 millis")
        yield* sql.withTransaction(sql`insert into kept values (3)`)
        expect(yield* sql`select n from kept`).toEqual([{ n: 3 }])

        const parallel = yield* Effect.forEach(
          Array.from({ length: 50 }, (_, n) => n),
          (n) => Effect.result(n % 7 === 0 ? sql`select ${n} / 0` : sql`select ${n}::integer as n`),
          { concurrency: "unbounded" }
        )
        for (const [n, result] of parallel.entries()) {
          if (n % 7 === 0) expect(result._tag).toBe("Failure")
          else expect(result).toMatchObject({ success: [{ n }] })
        }
      })
    ))

  test("two processes that migrate at the same moment both find every column, and a third time changes nothing", async () => {
    const columns = Effect.gen(function* () {
      const sql = yield* SqlClient
      return yield* sql<{ readonly place: string }>`
        select table_name || '.' || column_name as place from information_schema.columns where table_schema = 'public'`
    })
    const migrated = (sql: Layer.Layer<SqlClient, unknown>) => Layer.fresh(layerMigrated).pipe(Layer.provideMerge(sql))
    await Effect.runPromise(
      Effect.gen(function* () {
        const client = layerDatabase(made.options)
        const shared = yield* Layer.build(client)
        const clients = database.name === "postgres" ? [client, client] : [0, 1].map(() => Layer.succeedContext(shared))
        yield* Effect.all(
          clients.map((sql) => Effect.scoped(Layer.build(migrated(Layer.fresh(sql))))),
          { concurrency: 2 }
        )
        const before = yield* Effect.provide(columns, shared)
        const places = new Set(before.map(({ place }) => place))
        for (const { table, fields } of fieldTables) {
          for (const name of Object.keys(fields)) expect(places).toContain(`${table}.${name}`)
        }
        yield* Layer.build(migrated(Layer.succeedContext(shared)))
        expect(yield* Effect.provide(columns, shared)).toHaveLength(before.length)
      }).pipe(Effect.scoped)
    )
  })
})

/** Times that the process is killed; each takes the two seconds of a start. */
const rounds = 5

describe("the embedded database", () => {
  let dataDir: string
  const options = () => ({ url: Option.none(), dataDir })
  const children = new Set<ChildProcess>()
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "switchboard-data-"))
    await copyInitialised(dataDir)
  })
  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL")
    children.clear()
    await rm(dataDir, { recursive: true, force: true })
  })

  /** Starts the restless writer and hands each thing that it says to `hear`, until that answers true; then kills it. */
  const killWhen = async (hear: (said: Record<string, any>) => boolean | Promise<boolean>): Promise<void> => {
    const writer = join(import.meta.dirname, "../support/restless-writer.ts")
    const child = spawn(process.execPath, [writer, dataDir], { stdio: ["ignore", "pipe", "inherit"] })
    children.add(child)
    const exited = once(child, "exit")
    let killed = false
    for await (const line of createInterface({ input: child.stdout })) {
      if (killed || !(await hear(JSON.parse(line) as Record<string, any>))) continue
      killed = true
      child.kill("SIGKILL")
    }
    expect(await exited).toEqual([null, "SIGKILL"])
  }

  test("what was acknowledged is there after kill -9, again and again, and a cut is there whole or not at all (I1, I5)", async () => {
    let acknowledged = 0
    for (let round = 1; round <= rounds; round++) {
      const goal = acknowledged + 7 + round
      await killWhen((said) => {
        if (said["head"] !== undefined) {
          expect(said["head"]).toBeGreaterThanOrEqual(acknowledged)
          expect(said["entries"]).toBe(said["head"])
          expect(said["cut"]).toEqual(round === 1 ? {} : { [said["checkpoint"]]: 200 })
        }
        acknowledged = said["acknowledged"] ?? said["head"] ?? acknowledged
        return acknowledged >= goal
      })
    }
    expect(acknowledged).toBeGreaterThanOrEqual(7 * rounds)
  })

  test("a second process is told who holds the directory", () =>
    killWhen(async (said) => {
      if (said["acknowledged"] === undefined) return false
      const failure = await failureOf(options())
      expect(failure).toMatchObject({ _tag: "DatabaseUnavailable" })
      expect((failure as Error).message).toMatch(/process \d+ uses it; stop that process/)
      return true
    }))

  test("the lock of a dead process, or of an earlier one with the same pid, is taken over", async () => {
    const dead = spawn(process.execPath, ["-e", ""])
    await once(dead, "exit")
    for (const lock of [`${dead.pid}\n`, `${process.pid} 1\n`, `${process.ppid} 1\n`]) {
      await writeFile(join(dataDir, "switchboard.lock"), lock)
      expect(
        await on(
          options(),
          SqlClient.use((sql) => sql`select 1 as one`)
        )
      ).toEqual([{ one: 1 }])
    }
  })

  test("one process cannot open its own directory twice, and can again once it is closed", async () => {
    await on(
      options(),
      Effect.gen(function* () {
        expect(yield* Effect.promise(() => failureOf(options()))).toMatchObject({ _tag: "DatabaseUnavailable" })
        yield* SqlClient.use((sql) => sql`create table left_behind as select 1 as one`)
      })
    )
    expect(
      await on(
        options(),
        SqlClient.use((sql) => sql`select * from left_behind`)
      )
    ).toEqual([{ one: 1 }])
  })

  test("commits are synced to the disk", () =>
    on(
      options(),
      Effect.gen(function* () {
        const sql = yield* SqlClient
        expect(
          yield* sql`select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`
        ).toEqual([{ fsync: "on", commit: "on" }])
      })
    ))
})

describe("a server that cuts connections", () => {
  test("costs the statements under way, and the next ones open new connections", async () => {
    const { options, close } = await databases.find(({ name }) => name === "postgres")!.make()
    await on(
      options,
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const kill = sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()`
        yield* Effect.all([sql`select pg_sleep(0.01)`, sql`select pg_sleep(0.01)`], { concurrency: 2 })
        const lost = yield* Effect.flip(kill)
        expect(lost._tag).toBe("SqlError")
        const after = yield* Effect.all(
          Array.from({ length: 5 }, () => sql`select 1 as one`),
          { concurrency: 5 }
        )
        expect(after).toEqual(Array.from({ length: 5 }, () => [{ one: 1 }]))
      })
    )
    await close()
  })
})

describe("a database that is not there", () => {
  test("is named without its password", async () => {
    const url = Redacted.make("postgres://someone:hidden@127.0.0.1:1/nothing")
    const failure = (await failureOf({ url: Option.some(url), dataDir: "unused" })) as Error
    expect(failure).toMatchObject({ _tag: "DatabaseUnavailable", where: "127.0.0.1:1/nothing" })
    expect(failure.message).not.toContain("hidden")
  })
})
