/**
 * The database client: any Postgres 15 or newer by its URL, else the embedded one under the data directory (DESIGN §4). Knows
 * how to reach it and nothing of its contents.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import * as Reactivity from "effect/reactivity/Reactivity"
import { chmodSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { lockDataDirectory } from "./data-directory-lock.ts"
import { DatabaseUnavailable } from "./database-unavailable.ts"
import { EventsClient } from "./events-client.ts"
import { JournalClient } from "./journal-client.ts"
import { keepVacuumed } from "./pglite/autovacuum.ts"
import { startPglite } from "./pglite/server.ts"
import { describe } from "./sql-state.ts"

export interface DatabaseOptions {
  /** Some: that Postgres. None: the embedded one. */
  readonly url: Option.Option<Redacted.Redacted>
  /** Where the embedded one keeps its files; `memory://` keeps nothing, for tests. */
  readonly dataDir: string
  /** Path of a dump (tar) of a data directory that the one in memory begins with; left out: it begins empty. */
  readonly dump?: string | undefined
}

/** As the server counts its versions: 15.0. */
const oldestServer = 150000

const hostOf = (url: string): string => {
  try {
    const { host, pathname } = new URL(url)
    return `${host}${pathname}`
  } catch {
    return "DATABASE_URL"
  }
}

/** One statement that shows that the server is there, new enough, and takes writes. */
/**
 * Bytes of a row that is read. The client's own limit of 16 MiB is less than a kept payload or the snapshot of a crowded conversation
 * may have, and to meet it breaks the connection.
 */
const longestRow = 256 * 2 ** 20

const proven = (client: PgClient.PgClient, where: string) =>
  Effect.gen(function* () {
    const rows = yield* client<{ version: string; writable: boolean }>`
      select current_setting('server_version_num') as version, current_setting('transaction_read_only') = 'off' as writable`
    const version = Number(rows[0]?.version)
    if (version < oldestServer) {
      const problem = `its version is ${Math.floor(version / 10000)}`
      return yield* new DatabaseUnavailable({ where, problem, cure: "use Postgres 15 or newer" })
    }
    // Said here: what the migrations would say of it is hard to understand.
    if (rows[0]?.writable !== true) {
      const cure = "connect to the primary, or look at default_transaction_read_only"
      return yield* new DatabaseUnavailable({ where, problem: "it takes only read-only transactions", cure })
    }
    return client
  }).pipe(Effect.catchTag("SqlError", (error) => Effect.fail(unreachable(where, error))))

const unreachable = (where: string, error: SqlError) =>
  new DatabaseUnavailable({
    where,
    problem: describe(error),
    cure: "check that it runs and that its address and credentials are right"
  })

/**
 * Bounds that the server itself keeps for our sessions, so that a process that froze, or whose network is gone, lets go of its
 * locks without anybody's help: milliseconds, but for the keepalives, which are seconds and a count.
 */
const sessionBounds = (statement: number): Readonly<Record<string, string>> => ({
  idle_in_transaction_session_timeout: "5000",
  lock_timeout: "30000",
  statement_timeout: String(statement),
  tcp_keepalives_idle: "20",
  tcp_keepalives_interval: "5",
  tcp_keepalives_count: "3",
  tcp_user_timeout: "35000"
})
/** A statement of a cut or of a task; the cut as a whole is given five minutes (actors/owner/shell.ts). */
const longestStatement = 300_000
/** A journal statement: what the last, longest try of an append waits for (actors/journal/group-commit.ts). */
const longestAppend = 60_000

/** Connections for tasks and questions. */
const asking = 6
/** Connections for cuts, wakes and look-ups: one more than cuts are written at once (snapshots.ts). */
const eventful = 4
/** Connections for the journal: it uses one, and a second while the first has gone silent. */
const journaling = 2

const server = Effect.fnUntraced(function* (url: Redacted.Redacted, maxConnections: number, statement: number) {
  const where = hostOf(Redacted.value(url))
  const client = yield* PgClient.make({
    url,
    maxConnections,
    maxMessageSize: longestRow,
    applicationName: "switchboard",
    keepAlive: "20 seconds",
    startupParameters: sessionBounds(statement)
  }).pipe(Effect.mapError((error) => unreachable(where, error)))
  return yield* proven(client, where)
})

/** Opens the files of the embedded Postgres to this process's user alone, as a Postgres server demands it, at every start. */
const keptPrivate = (directory: string) =>
  Effect.try({
    try: () => {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      chmodSync(directory, 0o700)
    },
    catch: (cause) =>
      new DatabaseUnavailable({
        where: directory,
        problem: `it cannot be closed to other users: ${String(cause)}`,
        cure: "make the data directory belong to the user that runs Switchboard"
      })
  })

const embedded = Effect.fnUntraced(function* (dataDir: string, dump: string | undefined) {
  const directory = dataDir === "memory://" ? null : join(dataDir, "postgres")
  if (directory !== null) {
    yield* lockDataDirectory(dataDir)
    yield* keptPrivate(directory)
  }
  const stream = yield* startPglite(directory, dump)
  const client = yield* PgClient.make({
    stream,
    ssl: false,
    username: "postgres",
    database: "postgres",
    applicationName: "switchboard",
    // There is one backend; its one session stays open, so that prepared statements stay prepared.
    minConnections: 1,
    maxConnections: 1,
    maxMessageSize: longestRow
  }).pipe(Effect.mapError((error) => unreachable(dataDir, error)))
  yield* proven(client, dataDir)
  yield* Effect.provideService(keepVacuumed, SqlClient, client)
  return client
})

/**
 * The client as a layer. Closing its scope closes all connections, and the embedded Postgres cleanly.
 * Fails with DatabaseUnavailable when the database cannot be reached, or another process holds the data directory.
 */
export const layerDatabase = (
  options: DatabaseOptions
): Layer.Layer<PgClient.PgClient | SqlClient | JournalClient | EventsClient, DatabaseUnavailable> =>
  Option.match(options.url, {
    onSome: (url) =>
      Layer.mergeAll(
        PgClient.layerFrom(server(url, asking, longestStatement)),
        Layer.effect(EventsClient, server(url, eventful, longestStatement)).pipe(Layer.provide(Reactivity.layer)),
        Layer.effect(JournalClient, server(url, journaling, longestAppend)).pipe(Layer.provide(Reactivity.layer))
      ),
    onNone: () =>
      Layer.merge(Layer.effect(JournalClient, SqlClient), Layer.effect(EventsClient, SqlClient)).pipe(
        Layer.provideMerge(PgClient.layerFrom(embedded(options.dataDir, options.dump)))
      )
  })
