/**
 * Loads a tenant: its rows at the last cut, then the journal after it is replayed (I2). Sleeping actors are woken only when a
 * journal entry needs them.
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { SqlError } from "effect/sql/SqlError"
import type { ActorKind } from "../../machines/events.ts"
import { Conversations } from "../../persistence/lists/conversations.ts"
import { CrmRecords } from "../../persistence/registers/crm-records.ts"
import type { JournaledEntry } from "../../persistence/journal/journal.ts"
import { Journal, lostKind, readBytes } from "../../persistence/journal/journal.ts"
import { SyncJobs } from "../../persistence/registers/sync-jobs.ts"
import { Quarantine } from "../../persistence/kept/quarantine.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { actorWeight, bareActor } from "../memory/actor-weight.ts"
import { TenantHalted } from "../errors.ts"
import { decodeEvent, NewerVersion } from "../journal/event-codec.ts"
import { completedEntry } from "../prepare/locate.ts"
import { Inbox, inboxLimit } from "../views/inbox.ts"
import { RecordIndex, recordsWeight } from "../memory/record-index.ts"
import type { SharedWeight } from "../tenant/shared-bounds.ts"
import type { RuntimeHost } from "../tenant/host.ts"
import type { RuntimeLimits } from "../tenant/state.ts"
import { TenantRuntime } from "../tenant/runtime.ts"
import { hydrate, unreadable, wakeActors } from "./wake.ts"

/** Kinds that are never passivated. */
const settled: ReadonlyArray<ActorKind> = ["tenant", "connection", "channel", "scheduler"]
/** Journal entries that are read at once. */
const pageSize = 500

export const loadTenant = Effect.fn("loadTenant")(function* (
  tenant: string,
  limits: RuntimeLimits,
  host: RuntimeHost,
  now: number
) {
  const snapshots = yield* Snapshots
  for (;;) {
    const runtime = yield* loadOnce(tenant, limits, host, now)
    // Another process wrote a cut meanwhile, so this memory mixes rows of two cuts: everything is read again (I6).
    if ((yield* snapshots.checkpoint(tenant)) === runtime.checkpointSeq) return runtime
    runtime.lose()
  }
})

const loadOnce = Effect.fnUntraced(function* (tenant: string, limits: RuntimeLimits, host: RuntimeHost, now: number) {
  const snapshots = yield* Snapshots
  const crmRecords = yield* CrmRecords
  const conversations = yield* Conversations
  const seq = yield* snapshots.checkpoint(tenant)
  if (limits.settled !== undefined) yield* fits(tenant, limits.settled)
  const inbox = new Inbox(yield* conversations.totals(tenant), yield* conversations.recent(tenant, inboxLimit))
  const records = new RecordIndex(yield* crmRecords.list(tenant))
  const runtime = new TenantRuntime(tenant, { seq, inbox, records }, limits, host)
  for (const { id, until } of yield* conversations.snoozed(tenant)) runtime.deadlines.asleep(id, until)
  yield* loadAndReplay(runtime, seq, now).pipe(Effect.onError(() => Effect.sync(() => runtime.lose())))
  return runtime
})

/**
 * Fails when what is never passivated does not fit into memory: loading it would end the process, and all other tenants with it.
 * The limit is twice the share, so that what was accepted with this heap can always be loaded again.
 */
const fits = Effect.fnUntraced(function* (tenant: string, settledShare: SharedWeight) {
  const snapshots = yield* Snapshots
  const records = yield* CrmRecords
  const { actors, bytes } = yield* snapshots.weigh(tenant, settled)
  const book = yield* records.weigh(tenant)
  const weight = actors * bareActor + actorWeight(bytes) + recordsWeight(book.records, book.bytes)
  const room = Math.max(2 * settledShare.limit - settledShare.held, settledShare.limit)
  if (weight <= room) return
  const megabytes = (size: number) => Math.ceil(size / 2 ** 20)
  return yield* halted(
    tenant,
    `its connections, channels and records take some ${megabytes(weight)} MiB of memory, and there is room for ${megabytes(room)}`,
    "start the process with a larger heap (NODE_OPTIONS=--max-old-space-size=…)"
  )
})

/** Loads the actors that are never passivated, then replays the journal after the cut. */
const loadAndReplay = Effect.fnUntraced(function* (runtime: TenantRuntime, seq: number, now: number) {
  const snapshots = yield* Snapshots
  const journal = yield* Journal
  const { tenant } = runtime
  for (const kind of settled) {
    yield* Stream.runForEach(snapshots.loadAll(tenant, kind), (actor) =>
      Effect.flatMap(hydrate(runtime, kind, actor, now), (isRead) =>
        isRead ? Effect.void : halted(tenant, unreadable({ kind, id: actor.id }), cure)
      )
    )
  }
  // A job that is open waits for a worker, who looks in memory.
  const open = yield* SyncJobs.use((jobs) => jobs.open(tenant))
  if (open.length > 0)
    yield* wakeActors(
      runtime,
      open.map((id) => ({ kind: "sync_job", id }) as const),
      now
    )
  let replayed = 0
  // The entry at the checkpoint is read as well: the next append names its writer as its base.
  for (let page = yield* journal.read(tenant, seq - 1, pageSize); page.length > 0;) {
    for (const entry of page) {
      if (entry.seq > seq) {
        yield* follows(runtime, entry)
        yield* replay(runtime, entry, now).pipe(
          Effect.catchDefect((defect): Effect.Effect<void, SqlError | TenantHalted, Quarantine> =>
            defect instanceof NewerVersion
              ? halted(tenant, `entry ${entry.seq} of its journal: ${defect.message}`, cure)
              : // An entry that this version cannot apply must not keep the tenant down, and must not vanish (I9).
                quarantineEntry(runtime, entry, String(defect))
          )
        )
        replayed++
      }
      runtime.loadedUpTo({ seq: entry.seq, writer: entry.writer })
    }
    page = isLast(page) ? [] : yield* journal.read(tenant, runtime.seq, pageSize)
  }
  if (replayed > 0)
    yield* Effect.logInfo(`Tenant ${tenant}: ${replayed} journal entries after the cut at ${seq} applied again`)
})

/** Whether the page was the last: neither its length nor its bytes were used up. */
const isLast = (page: ReadonlyArray<JournaledEntry>): boolean =>
  page.length < pageSize && page.reduce((sum, { body }) => sum + body.byteLength, 0) < readBytes

const cure = "docs/operations.md says what to do, under A tenant that is halted"

const halted = (tenant: string, problem: string, whatToDo: string) =>
  Effect.fail(new TenantHalted({ tenant, problem, cure: whatToDo }))

/** Halts at a hole: state is a fold of every entry (I2). */
const follows = ({ tenant, seq }: TenantRuntime, entry: JournaledEntry) =>
  entry.seq === seq + 1
    ? Effect.void
    : halted(
        tenant,
        `entries ${seq + 1} to ${entry.seq - 1} of its journal are missing, and later ones are there`,
        cure
      )

const replay = Effect.fnUntraced(function* (runtime: TenantRuntime, { seq, kind, body }: JournaledEntry, now: number) {
  if (kind === lostKind) {
    runtime.seq = runtime.durableSeq = seq
    return yield* Effect.logWarning(`Tenant ${runtime.tenant}: entry ${seq} of its journal was given up as lost`)
  }
  const event = yield* completedEntry(runtime, decodeEvent(body))
  for (let asleep = runtime.replay(seq, event); asleep.length > 0; asleep = runtime.replay(seq, event)) {
    const [broken] = yield* wakeActors(runtime, asleep, now)
    if (broken !== undefined) return yield* Effect.die(new Error(unreadable(broken)))
  }
})

const quarantineEntry = Effect.fnUntraced(function* (
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
