/** Goes through the mails of an account, the newest first; for a record through those of each of its addresses. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { mailPayload } from "../providers/unipile/rest/shown.ts"
import { identity } from "../providers/text.ts"
import { concluded } from "./concluded.ts"
import { give } from "./give.ts"
import type { Way } from "./leg.ts"

const Cursor = Schema.Struct({
  /** Which of the record's addresses, by its place; 0 for a whole account. */
  address: Schema.Int,
  page: Schema.NullOr(Schema.String)
})
const isCursor = Schema.is(Cursor)

/** The leg when the account's mails have been gone through. */
export const throughMails = Effect.fn("throughMails")(function* (way: Way) {
  const { client, account, tenant, since, wanted } = way
  const { account_id, channel_type } = account
  let leg = way.leg
  let at: typeof Cursor.Type = isCursor(leg.cursor) ? leg.cursor : { address: 0, page: null }
  const shownAccount = yield* client.account(account_id)
  const addresses: ReadonlyArray<string | undefined> = wanted === null ? [undefined] : wanted.emails

  for (const [place, address] of addresses.entries()) {
    if (place < at.address) continue
    const from = place === at.address ? at.page : null
    yield* client.mails(account_id, since, from, address).pipe(
      Stream.runForEach(
        Effect.fnUntraced(function* ({ items, next }) {
          const given = yield* give(
            tenant,
            channel_type,
            items.map((mail) => [mailPayload(shownAccount, mail)])
          )
          const threads = new Set(items.map(({ id, thread_id }) => identity(thread_id) ?? identity(id)))
          at = next === null ? { address: place + 1, page: null } : { address: place, page: next }
          leg = {
            ...leg,
            cursor: at,
            messages_found: leg.messages_found + items.length,
            conversations_found: leg.conversations_found + threads.size,
            unreadable: leg.unreadable + (yield* concluded(tenant, account_id, items, given))
          }
          yield* way.reached(leg, `mails of ${account_id}`)
        })
      )
    )
  }
  return leg
})
