/** A consistent cut (I5): references to the immutable snapshots of the changed actors, taken between two turns, encoded later. */
import * as Iterable from "effect/Iterable"
import type { AnyMachineSnapshot } from "xstate"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { ActorKind } from "../../machines/events.ts"
import type { Fields } from "../../machines/field.ts"
import type { AuditEntry } from "../../persistence/registers/audit.ts"
import type { Cut, EntityRow, MemberRow, MessageRows } from "../../persistence/cut/cut.ts"
import type { Identity } from "../memory/identity.ts"
import { kinds } from "../memory/kinds.ts"
import type { Living } from "../memory/living.ts"
import type { RowBatch, RowSpan } from "../tenant/row-changes.ts"
import { encodeSnapshot, stateName } from "../memory/snapshot-codec.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { memberRecord } from "../views/entities.ts"

/** What a cut consists of before it is encoded. */
export interface CutDraft {
  readonly seq: number
  /** Of the events that it takes over. */
  readonly weight: number
  readonly taken: ReadonlyArray<{ readonly living: Living; readonly snapshot: AnyMachineSnapshot }>
  readonly rows: RowBatch
  readonly audit: ReadonlyArray<AuditEntry>
}

/** Takes the cut: no encoding, no I/O. The actors in it count as being written. */
export const takeCut = (runtime: TenantRuntime): CutDraft => {
  const taken = []
  for (const living of runtime.population.all()) {
    if (living.kept !== "no" || living.kind === "presence") continue
    living.kept = "writing"
    taken.push({ living, snapshot: living.snapshot })
  }
  return {
    seq: runtime.seq,
    weight: runtime.uncutWeight,
    taken,
    rows: runtime.rows.take(),
    audit: runtime.audit.take()
  }
}

/** The cut is in the database: actors that have not changed since are clean. */
export const cutWritten = (runtime: TenantRuntime, draft: CutDraft): void => {
  runtime.rows.written(draft.rows)
  for (const { living } of draft.taken) if (living.kept === "writing") living.kept = "yes"
}

/** The cut could not be written: everything in it waits for the next one. */
export const cutFailed = (runtime: TenantRuntime, draft: CutDraft): void => {
  for (const { living } of draft.taken) if (living.kept === "writing") living.kept = "no"
  runtime.rows.putBack(draft.rows)
  runtime.audit.putBack(draft.audit)
}

/** Encodes a taken actor. */
export const entityRow = (kind: ActorKind, snapshot: AnyMachineSnapshot, id: string): EntityRow => ({
  id,
  machine_state: stateName(snapshot.value),
  internals: encodeSnapshot(kinds[kind], snapshot),
  fields: columnValues(kinds[kind].fields, snapshot.context)
})

/** The rows of a conversation's members. */
export const memberRows = (context: ConversationContext, identity: Identity): ReadonlyArray<MemberRow> =>
  Object.values(context.members).map((member) => ({
    conversation_id: context.id,
    participant_id: identity.participant(member.key),
    fields: { ...memberRecord(context, member) }
  }))

/** What was decided about message rows, with the rows' ids. */
export const messageRows = (rows: RowBatch, identity: Identity): MessageRows & Pick<Cut, "joins"> => ({
  ...spanRows(rows, identity),
  joins: rows.joins.map(({ before, from, into }) => ({ before: spanRows(before, identity), from, into }))
})

const spanRows = ({ messages, moves, read_horizons }: RowSpan, identity: Identity): MessageRows => ({
  messages: Iterable.map(messages, (change) => ({
    ...change,
    id: identity.message(change.conversation_id, change.external_message_id)
  })),
  moves,
  read_horizons
})

/** Column values: structured ones in their wire form, so that SQL shows instants as ISO 8601. */
const columnValues = (fields: Fields, context: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { wire }]) => [name, wire === undefined ? context[name] : wire(context[name])])
  )
