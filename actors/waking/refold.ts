/**
 * Folds a tenant's journal again from its first entry, beside the living tenant (I2), to find what an actor with an unreadable
 * snapshot was at a cut. Journals, publishes and writes nothing.
 */
import * as Effect from "effect/Effect"
import type { AnyMachineSnapshot } from "xstate"
import { Journal } from "../../persistence/journal/journal.ts"
import { decodeEvent } from "../journal/event-codec.ts"
import { Inbox } from "../views/inbox.ts"
import type { Address } from "../memory/population.ts"
import { noTotals } from "../views/summary.ts"
import type { RuntimeHost } from "../tenant/host.ts"
import { TenantRuntime } from "../tenant/runtime.ts"

/** Entries read at once. */
const pageSize = 500
/** Longer journals are not folded: every actor of the tenant would stand in memory twice (I8). */
export const refoldLimit = 200_000

const noHost: RuntimeHost = {
  wake: () => {},
  recall: () => {},
  locate: () => {},
  journal: () => {},
  fence: () => {},
  startTask: () => {},
  rearm: () => {},
  cutSoon: () => {}
}

/**
 * The actor as of the entry `seq`; null when no entry made it, or when the entries have more than `mostBytes` together and are
 * too heavy to be folded in memory. The journal must be complete up to there.
 */
export const refolded = Effect.fn("refolded")(function* (
  tenant: string,
  address: Address,
  seq: number,
  mostBytes: number
) {
  const journal = yield* Journal
  const inbox = new Inbox(noTotals, [])
  const scratch = new TenantRuntime(tenant, { seq: 0, inbox }, { mailbox: 0 }, noHost)
  let bytes = 0
  for (let at = 0; at < seq;) {
    const page = yield* journal.read(tenant, at, Math.min(pageSize, seq - at))
    bytes += page.reduce((sum, { body }) => sum + body.byteLength, 0)
    if (bytes > mostBytes) return null
    for (const entry of page) {
      // An entry that could not be applied before cannot be now; it is in quarantine (load-tenant.ts).
      yield* Effect.ignore(Effect.try(() => fold(scratch, entry.seq, entry.body)))
      scratch.rows.written(scratch.rows.take())
      scratch.audit.take()
    }
    if (page.length === 0) break
    at = page[page.length - 1]!.seq
    yield* Effect.yieldNow
  }
  const living = scratch.population.get(address.kind, address.id)
  return living === undefined ? null : (living.snapshot as AnyMachineSnapshot)
})

const fold = (scratch: TenantRuntime, seq: number, body: Uint8Array): void => {
  const event = decodeEvent(body)
  for (let asleep = scratch.replay(seq, event); asleep.length > 0; asleep = scratch.replay(seq, event)) {
    for (const sleeper of asleep) scratch.population.markVacant(sleeper)
  }
}
