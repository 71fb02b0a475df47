/** Connections of an administrator, past Switchboard: with these the faults are made, and seen from outside. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as PgConnection from "@effect/sql-pg/PgConnection"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { SqlError } from "effect/sql/SqlError"
import { sqlStateOf } from "../../persistence/database/sql-state.ts"

type Rows = ReadonlyArray<Record<string, unknown>>

/** One connection that stays open until it is closed. */
export const openAdministrator = async (url: string) => {
  const scope = Scope.makeUnsafe()
  const connection = await Effect.runPromise(
    Scope.provide(PgConnection.make({ url: Redacted.make(url), applicationName: "administrator" }), scope)
  )
  return {
    ask: async (statement: string): Promise<Rows> => (await Effect.runPromise(connection.query(statement, []))).rows,
    close: () => Effect.runPromise(Scope.close(scope, Exit.void))
  }
}
export type Administrator = Awaited<ReturnType<typeof openAdministrator>>

/** One statement on a connection of its own. */
export const ask = (url: string, statement: string): Promise<Rows> =>
  PgClient.PgClient.pipe(
    Effect.flatMap((sql) => sql.unsafe<Record<string, unknown>>(statement)),
    Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 })),
    Effect.runPromise
  )

/** How it fails: its SQLSTATE or the socket's code; "none" when it works. */
export const stateOf = async (asked: Promise<unknown>): Promise<string> => {
  try {
    await asked
    return "none"
  } catch (error) {
    return error instanceof SqlError ? (sqlStateOf(error) ?? `unknown: ${error.message}`) : String(error)
  }
}

/** How that statement fails now on a connection of its own. */
export const failureOf = (url: string, statement: string): Promise<string> => stateOf(ask(url, statement))

/** Ends every connection of Switchboard; answers how many. */
export const terminate = async (administrator: Administrator): Promise<number> =>
  (
    await administrator.ask(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'switchboard'"
    )
  ).length
