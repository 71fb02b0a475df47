/**
 * A tenant comes into memory: its rows at the last cut, then the journal after it, applied again (I2). Who sleeps is woken only
 * when the journal names them.
 */
import * as Effect from "effect/Effect"
import type { ActorKind } from "../machines/events.ts"
import { Conversations } from "../persistence/conversations.ts"
import { CrmRecords } from "../persistence/crm-records.ts"
import { Journal } from "../persistence/journal.ts"
import { Quarantine } from "../persistence/quarantine.ts"
import { Snapshots } from "../persistence/snapshots.ts"
import { decodeEvent } from "./event-codec.ts"
import { completedEntry } from "./locate.ts"
import { Inbox, inboxLimit } from "./inbox.ts"
import { RecordIndex } from "./record-index.ts"
import type { Aside, RuntimeLimits } from "./tenant-runtime.ts"
import { TenantRuntime } from "./tenant-runtime.ts"
import { rouse, unreadable, wakeActors } from "./wake.ts"

/** Kinds that are in memory as long as their tenant is. */
const settled: ReadonlyArray<ActorKind> = ["tenant", "connection", "channel", "scheduler"]
/** Journal entries that are read at once. */
const pageSize = 500

export const loadTenant = Effect.fn("loadTenant")(function* (
  tenant: string,
  limits: RuntimeLimits,
  aside: Aside,
  now: number
) {
  const snapshots = yield* Snapshots
  for (;;) {
    const runtime = yield* loadOnce(tenant, limits, aside, now)
    // A cut of another writer in between would leave rows of two cuts in one memory; then all of it is read again (I6).
    if ((yield* snapshots.checkpoint(tenant)) === runtime.checkpointSeq) return runtime
    runtime.lose()
  }
})

const loadOnce = Effect.fnUntraced(function* (tenant: string, limits: RuntimeLimits, aside: Aside, now: number) {
  const snapshots = yield* Snapshots
  const crmRecords = yield* CrmRecords
  const conversations = yield* Conversations
  const seq = yield* snapshots.checkpoint(tenant)
  const inbox = new Inbox(yield* conversations.totals(tenant), yield* conversations.recent(tenant, inboxLimit))
  const records = new RecordIndex(yield* crmRecords.list(tenant))
  const runtime = new TenantRuntime(tenant, { seq, inbox, records }, limits, aside)
  yield* brought(runtime, seq, now).pipe(Effect.onError(() => Effect.sync(() => runtime.lose())))
  return runtime
})

/** Who stays in memory, and the journal after the cut. */
const brought = Effect.fnUntraced(function* (runtime: TenantRuntime, seq: number, now: number) {
  const snapshots = yield* Snapshots
  const journal = yield* Journal
  const { tenant } = runtime
  for (const kind of settled) {
    for (const actor of yield* snapshots.loadAll(tenant, kind)) yield* rouse(runtime, kind, actor, now)
  }
  let replayed = 0
  for (let page = yield* journal.read(tenant, seq, pageSize); page.length > 0;) {
    for (const entry of page) {
      yield* replay(runtime, entry.seq, entry.body, now).pipe(
        // An entry that this version cannot apply must not keep the tenant down, and must not vanish (I9).
        Effect.catchDefect((defect) => keepIndigestible(runtime, entry, String(defect)))
      )
      replayed++
    }
    page = page.length < pageSize ? [] : yield* journal.read(tenant, runtime.seq, pageSize)
  }
  if (replayed > 0)
    yield* Effect.logInfo(`Tenant ${tenant}: ${replayed} journal entries after the cut at ${seq} applied again`)
})

const replay = Effect.fnUntraced(function* (runtime: TenantRuntime, seq: number, body: Uint8Array, now: number) {
  const event = yield* completedEntry(runtime, decodeEvent(body))
  for (let asleep = runtime.replay(seq, event); asleep.length > 0; asleep = runtime.replay(seq, event)) {
    const [broken] = yield* wakeActors(runtime, asleep, now)
    if (broken !== undefined) return yield* Effect.die(new Error(unreadable(broken)))
  }
})

const keepIndigestible = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  entry: { readonly seq: number; readonly at: number; readonly body: Uint8Array },
  detail: string
) {
  const quarantine = yield* Quarantine
  runtime.seq = runtime.durableSeq = entry.seq
  yield* Effect.logError(
    `Tenant ${runtime.tenant}: journal entry ${entry.seq} cannot be applied and is quarantined: ${detail}`
  )
  yield* quarantine.add({
    tenant_id: runtime.tenant,
    source: "journal",
    reason: `journal entry ${entry.seq}: ${detail}`,
    body: entry.body,
    received_at: entry.at
  })
})
