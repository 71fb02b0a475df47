/** Where history comes from: items in order, each with the place where it stands, so that a run can go on behind it. */
import type * as Stream from "effect/Stream"
import type { SourceUnreadable } from "../faults.ts"

/** One thing that a source tells. */
export interface Item {
  /** An event for POST …/history, or a step of its own (a registration, say). */
  readonly told: Told
  /** Where it stands, for people: `line 12`, `messages 4711`. */
  readonly place: string
  /** Where a later run goes on once this item is done. */
  readonly cursor: unknown
  /** How much of the source is read with it, in the unit of `total`. */
  readonly done: number
}

export type Told =
  | { readonly kind: "event"; readonly event: Readonly<Record<string, unknown>> }
  | { readonly kind: "put"; readonly path: string; readonly body: object }

/** Something that was wrong in a source, and did not stop it. */
export interface Finding {
  readonly place: string
  readonly what: string
}

export interface Source {
  /** Tells one source from another, so that nobody goes on in the wrong one. */
  readonly name: string
  /** How much there is: bytes, or rows. */
  readonly total: number
  /** From behind the cursor on; null: from the beginning. */
  readonly items: (cursor: unknown) => Stream.Stream<Item, SourceUnreadable>
  /** What was found wrong up to now. */
  readonly findings: () => ReadonlyArray<Finding>
}
