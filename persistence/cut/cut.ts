/** A consistent cut of one tenant (I5), as it goes to the database. */
import * as Schema from "effect/Schema"
import type { ActorKind } from "../../machines/events.ts"
import type { CrmRecord } from "../../machines/record/record.ts"
import type { MessageChange } from "../../machines/message/fields.ts"
import type { AuditEntry } from "../registers/audit.ts"

/** One actor's row. `fields` are context values: instants as epoch milliseconds; a missing one is written as its initial value. */
export interface EntityRow {
  readonly id: string
  readonly machine_state: string
  readonly internals: Uint8Array
  readonly fields: Record<string, unknown>
}

/** One member of one conversation. */
export interface MemberRow {
  readonly conversation_id: string
  readonly participant_id: string
  readonly fields: Record<string, unknown>
}

/** A change of a message's row, with the id of the row. */
export interface CutMessage extends MessageChange {
  readonly id: string
}

/** Changes of message rows. */
export interface MessageRows {
  /** In the order in which they were decided. `id` is written with a new row only. */
  readonly messages: Iterable<CutMessage>
  /**
   * In order: rows of the conversation that name the participant `from` name `into` from now on; the member `from` is removed.
   */
  readonly moves?: ReadonlyArray<{ readonly conversation_id: string; readonly from: string; readonly into: string }>
  /** Every outbound message of the conversation sent at or before `at` has been read at `read_at`, or earlier. Epoch milliseconds. */
  readonly read_horizons: ReadonlyArray<{
    readonly conversation_id: string
    readonly at: number
    readonly read_at: number
  }>
}

/** A conversation was merged into another one: its rows move there, after the changes that came before. */
export interface JoinedRows {
  readonly before: MessageRows
  readonly from: string
  readonly into: string
}

/**
 * Changed actors and rows of one tenant, taken between two turns. What there may be much of is iterated once, as it is written, so that
 * nothing but the portion under way is encoded (I8) and the event loop has its turn between two portions.
 */
export interface Cut extends MessageRows {
  readonly tenant_id: string
  /** The journal entry after which the cut was taken. */
  readonly seq: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly entities: Partial<Record<ActorKind, Iterable<EntityRow>>>
  readonly members: Iterable<MemberRow>
  /** Merges of conversations, in order; all other changes of rows came after the last of them. */
  readonly joins?: ReadonlyArray<JoinedRows>
  /** CRM records that changed; null: removed. */
  readonly records?: ReadonlyArray<{ readonly record_id: string; readonly record: CrmRecord | null }>
  /** Announcements to the CRM; one that is stored already is left as it is. `at` is epoch milliseconds. */
  readonly outgoing?: ReadonlyArray<{
    readonly id: string
    readonly type: string
    readonly at: number
    /** What it is about; each endpoint gets the announcements of one stream in the order of their places. */
    readonly stream: string
    readonly place: number
    readonly body: string
  }>
  /** Lines of the audit trail since the last cut. */
  readonly audit?: ReadonlyArray<AuditEntry>
}

/**
 * Another process has written a newer cut, so this one no longer owns the tenant (I6). Nothing of the cut was written.
 */
export class CutOutrun extends Schema.TaggedError<CutOutrun>()("CutOutrun", {
  tenant_id: Schema.String,
  seq: Schema.Number
}) {
  override get message(): string {
    return `the checkpoint of tenant ${this.tenant_id} is past ${this.seq}: drop the tenant from memory and load it again`
  }
}
