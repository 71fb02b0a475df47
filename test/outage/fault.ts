/** What can happen to the database, as the harness runs it. */
import type { Server } from "../support/server.ts"
import type { PostgresServer } from "../support/postgres-server.ts"
import type { Proxy } from "./proxy.ts"

/** Where a fault strikes. */
export interface Place {
  readonly postgres: PostgresServer
  readonly proxy: Proxy
  readonly server: Server
  /** The database of the server, past the proxy. */
  readonly url: string
}

export interface Fault {
  readonly name: string
  /** What events may do meanwhile: `wait` for the journal, or be answered `late` or as ever. */
  readonly answers: "wait" | "late" | "as ever"
  /** Whether the server has to be reached through the proxy. */
  readonly throughProxy?: boolean
  /** Whether queries that read tables are refused meanwhile. */
  readonly refusesQueries: boolean
  /** Whether tables other than the journal still take rows. */
  readonly keepsRows?: boolean
  /**
   * Makes it happen; `heal` ends it. `proof` answers with what shows that it struck, or throws: apart, so that a fault that did not
   * show is undone all the same.
   */
  readonly strike: (
    place: Place
  ) => Promise<{ readonly proof: () => Promise<string>; readonly heal: () => Promise<void> }>
  /** A pattern that the server's log must show afterwards. */
  readonly logged?: RegExp
}

/** Stops the harness when a fault did not happen. */
export const mustBe = (what: string, actual: unknown, expected: RegExp): string => {
  if (!expected.test(String(actual))) throw new Error(`the fault did not fire: ${what} was ${String(actual)}`)
  return `${what}: ${String(actual)}`
}
