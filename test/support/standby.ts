/** A streaming standby of a Postgres: it can be left behind, and made the primary. */
import { execFile } from "node:child_process"
import { appendFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { ask } from "./administrator.ts"
import { eventually } from "./eventually.ts"
import { freePort, newFolder, type PostgresServer, serverOn } from "./postgres-server.ts"

const run = promisify(execFile)

export interface Standby {
  readonly port: number
  readonly url: string
  /** Whether it has replayed everything that the primary has written. */
  hasCaughtUp(): Promise<boolean>
  /** Ends the stream: what the primary writes from now on it never sees. Answers how many receivers are left. */
  leaveBehind(): Promise<number>
  /** Makes it the primary. */
  promote(): Promise<void>
  stop(): Promise<void>
}

/** Copies the primary while it is halted, starts both, and waits until the stream runs. */
export const startStandby = async (primary: PostgresServer): Promise<Standby> => {
  const folder = newFolder()
  const port = await freePort()
  await primary.halt()
  // As root the data belongs to the server's own user; the copy keeps that.
  await run("cp", ["-a", primary.folder, folder])
  await writeFile(join(folder, "standby.signal"), "")
  await appendFile(
    join(folder, "postgresql.auto.conf"),
    `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres password=postgres'\n`
  )
  await primary.resume()
  const log: Array<string> = []
  const server = serverOn(folder, port, log)
  const url = `postgres://postgres:postgres@127.0.0.1:${port}`
  // The package waits for the word of a primary, which comes with the promotion.
  const promoted = server.start()
  promoted.catch(() => {})
  const one = async (statement: string, at = url) => Object.values((await ask(`${at}/postgres`, statement))[0] ?? {})[0]
  const receivers = async () =>
    Number(await one("select count(*) from pg_stat_wal_receiver where status = 'streaming'"))
  const streaming = await eventually(
    () => receivers().catch(() => 0),
    (count) => count === 1
  )
  if (streaming !== 1) throw new Error(`the standby does not stream:\n${log.join("\n")}`)
  return {
    port,
    url,
    hasCaughtUp: async () => {
      const written = await one("select pg_current_wal_lsn()::text", primary.url)
      return (await one(`select pg_last_wal_replay_lsn() >= '${String(written)}'::pg_lsn`)) === true
    },
    leaveBehind: async () => {
      await ask(`${url}/postgres`, "alter system set primary_conninfo = ''")
      await ask(`${url}/postgres`, "select pg_reload_conf()")
      return eventually(receivers, (count) => count === 0)
    },
    promote: async () => {
      await ask(`${url}/postgres`, "select pg_promote()")
      await promoted
    },
    stop: async () => {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
