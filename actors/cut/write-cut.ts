/** Writes what changed since the last cut, in one transaction, off the turn (I5). One cut of a tenant at a time. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Iterable from "effect/Iterable"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { ActorKind } from "../../machines/events.ts"
import type { EntityRow, MemberRow } from "../../persistence/cut/cut.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import type { CutDraft } from "./cut-builder.ts"
import { cutFailed, cutWritten, entityRow, memberRows, messageRows, takeCut } from "./cut-builder.ts"
import type { RowBatch } from "../tenant/row-changes.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"

/**
 * Writes nothing when nothing changed. When the database fails, everything waits for the next cut. `patience`: time limit of
 * each statement, in milliseconds; null: that of the session.
 */
export const writeCut = Effect.fnUntraced(function* (runtime: TenantRuntime, patience: number | null = null) {
  const snapshots = yield* Snapshots
  const draft = takeCut(runtime)
  if (draft.taken.length === 0 && isEmpty(draft.rows)) return runtime.rows.written(draft.rows)
  const started = yield* Clock.currentTimeMillis
  yield* Effect.gen(function* () {
    // A cut never runs ahead of the journal: what it holds must not be lost to another writer's entries (I6).
    yield* journaled(runtime)
    const cut = {
      tenant_id: runtime.tenant,
      seq: draft.seq,
      at: started,
      entities: entityRows(runtime, draft),
      members: memberRowsOf(runtime, draft),
      ...messageRows(draft.rows, runtime.identity),
      audit: draft.audit,
      records: draft.rows.records,
      outgoing: draft.rows.outgoing
    }
    yield* snapshots.write(cut, patience)
  }).pipe(Effect.onError(() => Effect.sync(() => cutFailed(runtime, draft))))
  cutWritten(runtime, draft)
  runtime.cutHolds(draft.seq, draft.weight)
  const took = (yield* Clock.currentTimeMillis) - started
  runtime.figures.cut(took, runtime.seq > draft.seq, performance.now())
})

const isEmpty = (rows: RowBatch): boolean => Object.values(rows).every((changes) => changes.length === 0)

const journaled = (runtime: TenantRuntime): Effect.Effect<void> =>
  Effect.callback((resume) =>
    runtime.whenDurable(
      () => resume(Effect.void),
      () => resume(Effect.interrupt)
    )
  )

/** By kind; an actor is encoded when its row is written. */
const entityRows = (runtime: TenantRuntime, { taken }: CutDraft): Partial<Record<ActorKind, Iterable<EntityRow>>> => {
  const kinds = Map.groupBy(taken, ({ living }) => living.kind as ActorKind)
  return Object.fromEntries(
    [...kinds].map(([kind, ofKind]) => [
      kind,
      Iterable.map(ofKind, ({ living, snapshot }) => {
        const row = entityRow(kind, snapshot, living.id)
        runtime.population.weigh(living, row.internals.byteLength)
        return row
      })
    ])
  )
}

const memberRowsOf = (runtime: TenantRuntime, { taken }: CutDraft): Iterable<MemberRow> =>
  Iterable.flatMap(taken, ({ living, snapshot }) =>
    living.kind === "conversation" ? memberRows(snapshot.context as ConversationContext, runtime.identity) : []
  )
