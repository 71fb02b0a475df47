/**
 * The connections that events become durable on. They are the journal's alone: cuts, tasks and questions that all wait for a lock
 * take every connection of the pool, and answers to webhooks must not wait for those. The embedded Postgres has one connection
 * for everything.
 */
import * as Context from "effect/Context"
import type { SqlClient } from "effect/sql/SqlClient"

export class JournalClient extends Context.Service<JournalClient, SqlClient>()(
  "switchboard/persistence/JournalClient"
) {}
