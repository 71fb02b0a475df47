/**
 * Retention of rows that a wrong clock has dated ahead: they count as received now, or they would be kept for as much longer and
 * take the room of others.
 */
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { clockSlack } from "../../machines/ahead.ts"

/** Dates what lies ahead of `now` (epoch milliseconds) at now. */
export const datedNotAhead = (
  sql: SqlClient,
  { table, column }: { readonly table: string; readonly column: string },
  tenant_id: string,
  now: number
) =>
  sql`
    update ${sql(table)} set ${sql(column)} = ${new Date(now)}
    where tenant_id = ${tenant_id} and ${sql(column)} > ${new Date(now + clockSlack)}`.pipe(Effect.asVoid)
