/**
 * Reads a scope of the inbox for those who watch it: totals and list as of a cut, and upon them the changes of every turn since. The cut
 * is one that took everything from before the changes were noted, so none is missing and none counts twice.
 */
import * as Effect from "effect/Effect"
import type { Snapshots } from "../../persistence/cut/snapshots.ts"
import type { Conversations } from "../../persistence/lists/conversations.ts"
import { DatabaseAway } from "../errors.ts"
import type { Scope } from "../tenant/scopes.ts"
import { Inbox, inboxLimit } from "../views/inbox.ts"
import { promptly } from "../owner/patience.ts"
import type { TenantShell } from "../owner/shell.ts"

export interface InboxRows {
  readonly conversations: Conversations["Service"]
  readonly snapshots: Snapshots["Service"]
}

/** Where a cut was written between two statements, they are read again; so often at the most. */
const tries = 5

export const scopeRead = Effect.fnUntraced(function* (
  { conversations, snapshots }: InboxRows,
  { runtime, flush }: TenantShell,
  scope: Scope
): Effect.fn.Return<void, DatabaseAway> {
  const { scopes, tenant } = runtime
  const noting = scopes.note()
  const read = Effect.gen(function* () {
    yield* flush
    for (let n = 0; n < tries; n++) {
      const seq = yield* snapshots.checkpoint(tenant)
      const parts = yield* Effect.forEach(scopes.lacking(scope), (part) =>
        Effect.map(
          Effect.all([conversations.totals(tenant, part), conversations.recent(tenant, inboxLimit, part)]),
          ([totals, recent]) => ({ part, inbox: new Inbox(totals, recent) })
        )
      )
      if ((yield* snapshots.checkpoint(tenant)) !== seq) continue
      for (const { part, inbox } of parts) scopes.open(part, inbox, seq, noting)
      scopes.shown(scope)
      return
    }
    return yield* new DatabaseAway({})
  })
  yield* promptly(read).pipe(
    Effect.catchTag("SqlError", () => Effect.fail(new DatabaseAway({}))),
    Effect.ensuring(Effect.sync(() => scopes.endNote(noting)))
  )
})
