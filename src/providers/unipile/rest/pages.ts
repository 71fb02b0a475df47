/**
 * Lists of UniPile, page by page: each names the cursor of the next. A list that leads back to a cursor, or gives a page once more,
 * ends with an error that names it instead of never.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { identity, record } from "../../text.ts"
import type { Call } from "./call.ts"
import type { RestError } from "./errors.ts"
import { AnswerUnreadable, CursorLoops, PageRepeats } from "./errors.ts"

/** Objects of one page, and where the next begins; null: it was the last. */
export interface Page {
  readonly items: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly next: string | null
}

/** Objects of a page; UniPile allows 250. */
export const pageSize = 100
/** Cursors are longer than ids, and kept with the job: longer than this is none. */
const longestCursor = 4_096

const pageOf = (path: string, body: unknown): Effect.Effect<Page, AnswerUnreadable> => {
  const { items, cursor } = record(body)
  if (!Array.isArray(items)) return Effect.fail(new AnswerUnreadable({ path, problem: "it has no list of items" }))
  const next = typeof cursor === "string" && cursor !== "" && cursor.length <= longestCursor ? cursor : null
  if (typeof cursor === "string" && cursor.length > longestCursor)
    return Effect.fail(new AnswerUnreadable({ path, problem: `its cursor has ${cursor.length} characters` }))
  return Effect.succeed({ items: items.map(record), next })
}

/** What tells one page from another. */
const printOf = ({ items }: Page): string => items.map(({ id }) => identity(id) ?? "").join(" ")

/** The pages of a list from a cursor on; null: from the beginning. */
export const pages = (
  call: Call,
  path: string,
  params: Parameters<Call>[1],
  account_id: string,
  from: string | null
): Stream.Stream<Page, RestError> => {
  const known = new Set<string>(from === null ? [] : [from])
  let before = ""
  return Stream.paginate(
    from,
    Effect.fnUntraced(function* (cursor: string | null) {
      const asked = { limit: pageSize, ...params, cursor: cursor ?? undefined }
      const page = yield* Effect.flatMap(call(path, asked, account_id), (body) => pageOf(path, body))
      const print = printOf(page)
      if (page.items.length > 0 && print === before) return yield* new PageRepeats({ path, cursor: cursor ?? "" })
      before = print
      if (page.next !== null && known.has(page.next)) return yield* new CursorLoops({ path, cursor: page.next })
      if (page.next !== null) known.add(page.next)
      return [[page], page.next === null ? Option.none<string>() : Option.some<string | null>(page.next)] as const
    })
  )
}
