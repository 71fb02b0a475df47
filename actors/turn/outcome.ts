/** How a turn ends, and what came of it. */
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { CrmRecord } from "../../machines/record/record.ts"
import type {
  CommandRefused,
  MessageAppeared,
  OutboundRead,
  RowChanged,
  SendDecided,
  TaskStarted
} from "../../machines/told.ts"
import type { Contexts, LivingKind } from "../memory/kinds.ts"
import type { Living } from "../memory/living.ts"
import type { Address } from "../memory/population.ts"
import type { OutgoingEvent } from "./outgoing-event.ts"

/** The answer to the sender of an event. `decided` is there when a send was asked for. */
export interface Answer {
  readonly outcome: "applied" | "duplicate"
  readonly decided?: SendDecided
}

/** An actor that the turn changed, with its context before; null before means that the turn made it. */
interface ChangeOf<K extends LivingKind> {
  readonly kind: K
  readonly living: Living<K>
  readonly before: Contexts[K] | null
}
export type Change = { readonly [K in LivingKind]: ChangeOf<K> }[LivingKind]

/** The rows of the conversation `from` become those of `into`, by our ids. */
export interface RowJoin {
  readonly from: string
  readonly into: string
  /** How many rows, readings and moves of the turn were decided before. */
  readonly after: { readonly rows: number; readonly reads: number; readonly moves: number }
}

/** A turn's effects outside of its actors, in the order in which they were decided. */
export interface Effects {
  readonly rows: Array<{ readonly from: ConversationContext; readonly change: RowChanged }>
  readonly reads: Array<{ readonly conversation_id: string; readonly read: OutboundRead }>
  readonly appeared: Array<{ readonly conversation_id: string; readonly message: MessageAppeared }>
  readonly tasks: Array<TaskStarted>
  /** Rows of a conversation that name a participant who is another one from now on; by participant id. */
  readonly moves: Array<{ readonly conversation_id: string; readonly from: string; readonly into: string }>
  /** Conversations whose rows are another one's from now on. */
  readonly joins: Array<RowJoin>
  /** Announcements to the CRM. */
  readonly outgoing: Array<OutgoingEvent>
  decided: SendDecided | null
}

export const noEffects = (): Effects => ({
  rows: [],
  reads: [],
  appeared: [],
  tasks: [],
  moves: [],
  joins: [],
  outgoing: [],
  decided: null
})

export interface Done extends Readonly<Effects> {
  readonly type: "done"
  readonly changes: ReadonlyArray<Change>
  /** The CRM record that the turn changed; null in it: it is gone. */
  readonly record: { readonly record_id: string; readonly record: CrmRecord | null } | null
  /** How an event with an Idempotency-Key ended, now or the first time; null for one without. */
  readonly keyed: "applied" | "duplicate" | null
}

export type TurnResult =
  | Done
  /** These actors sleep; wake them and run the turn again. */
  | { readonly type: "asleep"; readonly actors: ReadonlyArray<Address> }
  /** The event needs an actor that does not exist. */
  | { readonly type: "unknown"; readonly actor: Address }
  | { readonly type: "refused"; readonly refusal: CommandRefused }
  /** A send was asked for and not allowed: an answer, not an error. */
  | { readonly type: "declined"; readonly decided: SendDecided }
  | { readonly type: "failed"; readonly cause: unknown }

/** Ends a turn early with a result; the turn itself catches it. */
export class Interruption {
  readonly result: TurnResult
  constructor(result: TurnResult) {
    this.result = result
  }
}
