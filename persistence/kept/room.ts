/** How much of a tenant's payloads is kept before further ones are refused (I8), and how full that is. */
import type { Fragment } from "effect/sql/Statement"
import type { SqlClient } from "effect/sql/SqlClient"

/** What a tenant may have in quarantine, or in waiting. */
export interface Room {
  readonly payloads: number
  readonly bytes: number
}

/** What is kept of all tenants together. */
export interface Held {
  readonly payloads: number
  readonly bytes: number
  /** When the oldest came, epoch milliseconds; null when there is none. */
  readonly oldest: number | null
}

/**
 * Whether one more payload has room among the rows of `held`, a table with a condition. Approximate among those that come at once.
 * It counts the rows: 10 ms at ten thousand.
 */
export const hasRoom = (sql: SqlClient, held: Fragment, size: number, room: Room): Fragment => sql`(
  select count(*) < ${room.payloads}::bigint and coalesce(sum(size_bytes), 0) + ${size}::bigint <= ${room.bytes}::bigint
  from ${held})`

/** The figures over the rows of `held`. */
export const heldIn = (sql: SqlClient, held: Fragment) => sql<{
  readonly payloads: number
  readonly bytes: number
  readonly oldest: Date | null
}>`
  select count(*)::integer as payloads, coalesce(sum(size_bytes), 0)::float8 as bytes, min(received_at) as oldest
  from ${held}`
