/** What failed at an account, and when that is over (CONTRACT 2.2 sync_error_count, last_error). */
import type { Draft } from "../draft.ts"
import { failuresForgiven } from "../syncs.ts"
import type { ConnectionContext } from "./context.ts"
import { pieceTold } from "./pieces.ts"

/** The longest error that is kept (CONTRACT 2.2). */
export const errorLimit = 1_000

/** The account ran at `at`: what failed until then is over, also where it is told only now. */
export const errorsForgiven = (d: Draft<ConnectionContext>, at: number): void => {
  const sync = failuresForgiven(d.context.facts.sync, at)
  if (sync !== d.context.facts.sync)
    d.set({ facts: { ...d.context.facts, sync }, sync_error_count: sync.failures.length })
  pieceTold(d, "last_error", "", at)
}
