/** A real server in which a fault can be armed, and a sender that behaves as a provider does: what is not answered comes again. */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Database } from "../support/databases.ts"
import type { ArmedFault } from "../support/faulty-main.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { startServer } from "../support/server.ts"

/** Webhooks under way at once. */
const inParallel = 8

export const startFaultyServer = async (database: Database) => {
  const directory = await mkdtemp(join(tmpdir(), "switchboard-faults-"))
  const file = join(directory, "fault.json")
  const server = await startServer(
    database,
    { FAULT_FILE: file, SWITCHBOARD_SNAPSHOT_INTERVAL: "300 millis" },
    "test/support/faulty-main.ts"
  )
  const acme = await server.tenant("acme", fixtureAccount)

  /** The outcome, or null when there was no 200: the provider sends it again. */
  const post = async (payload: unknown): Promise<string | null> => {
    try {
      const { status, json } = await server.webhook(acme, payload)
      return status === 200 ? json.outcome : null
    } catch {
      return null
    }
  }

  return {
    ...server,
    get url() {
      return server.url
    },
    acme,
    post,
    arm: (fault: ArmedFault): void => {
      rmSync(`${file}.fired`, { force: true })
      writeFileSync(file, JSON.stringify(fault))
    },
    /** The points that fired since the last arming. */
    fired: (): ReadonlyArray<string> =>
      existsSync(`${file}.fired`) ? readFileSync(`${file}.fired`, "utf8").trim().split("\n") : [],
    disarm: () => rmSync(file, { force: true }),
    /** Posts all, some at a time; answers with those that got no 200. */
    postAll: async <P>(payloads: ReadonlyArray<P>): Promise<ReadonlyArray<P>> => {
      const queue = [...payloads]
      const unanswered: Array<P> = []
      const sender = async () => {
        for (let payload = queue.shift(); payload !== undefined; payload = queue.shift()) {
          if ((await post(payload)) === null) unanswered.push(payload)
        }
      }
      await Promise.all(Array.from({ length: inParallel }, sender))
      return unanswered
    },
    conversation: async (chat: string) =>
      (await server.call("GET", `/v1/tenants/acme/conversations/${chat}`, acme.key)).json,
    close: async () => {
      await server.close()
      await rm(directory, { recursive: true, force: true })
    }
  }
}
export type FaultyServer = Awaited<ReturnType<typeof startFaultyServer>>
