/**
 * Reads the newest messages of a conversation for those who watch them, right at the moment at which it answers: the rows as they are,
 * and upon them whatever turns have decided that no row tells yet. No cut is waited for.
 */
import * as Effect from "effect/Effect"
import type { Messages } from "../../persistence/lists/messages.ts"
import { DatabaseAway } from "../errors.ts"
import { LiveWindow, readMessages } from "../tenant/live-messages.ts"
import { promptly } from "../owner/patience.ts"
import type { TenantShell } from "../owner/shell.ts"

/** Where a merge is on its way to the rows, they are read again after a cut; so often at the most. */
const tries = 3

export const messagesRead = Effect.fnUntraced(function* (
  messages: Messages["Service"],
  { runtime, flush }: TenantShell,
  conversation_id: string
): Effect.fn.Return<void, DatabaseAway> {
  const { rows, identity } = runtime
  for (let n = 0; n < tries; n++) {
    const following = rows.followRows()
    const isRead = yield* promptly(
      messages.page(runtime.tenant, conversation_id, { before: null, limit: readMessages })
    ).pipe(
      Effect.map(({ items, next }) => {
        const window = new LiveWindow(conversation_id, items, next === null)
        if (!window.catchUp(rows.since(following), identity)) return false
        runtime.messages.open(window)
        return true
      }),
      Effect.ensuring(Effect.sync(() => rows.unfollow(following))),
      Effect.catchTag("SqlError", () => Effect.fail(new DatabaseAway({}))),
      Effect.catchTag("InvalidCursor", Effect.die)
    )
    if (isRead) return
    yield* flush
  }
  return yield* new DatabaseAway({})
})
