/** A page of a list that is ordered by when its rows were received, and by id. */
import { toCursor } from "./cursor.ts"

export interface Page<A> {
  readonly items: ReadonlyArray<A>
  readonly next_cursor: string | null
}

/** A page of `limit` rows, from one row more than that if there is one. `received_at` is epoch milliseconds. */
export const pageOf = <A extends { readonly id: string; readonly received_at: number }>(
  rows: ReadonlyArray<A>,
  limit: number
): Page<A> => {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  const isLast = rows.length <= limit || last === undefined
  return { items, next_cursor: isLast ? null : toCursor({ at: last.received_at, id: last.id }) }
}
