/**
 * Named places on the way of an event at which a test can make something go wrong: end the process, or break the statement.
 * In production nothing stands at any of them, and nothing can be put there from outside: the default is replaced only by
 * whoever builds the layers.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"

export const faultPoints = [
  /** The statement that makes events durable has not been sent. */
  "before_journal",
  /** They are durable; nobody has been told. */
  "after_journal",
  /** In the transaction of a cut: the checkpoint has moved and actors are written, messages are not. */
  "amid_cut",
  /** All rows of a cut are written, and not committed. */
  "before_cut_commit",
  /** A cut is committed; the tenant does not know it yet. */
  "after_cut_commit",
  /** Sleeping actors are about to be read. */
  "wake",
  /** Rows of messages that left a conversation's window are about to be read. */
  "recall",
  /** A tenant is loading: a page of its journal is about to be read. */
  "replay",
  /** An unreadable payload is about to be kept. */
  "before_quarantine",
  /** A payload of an unknown account is about to be kept. */
  "before_waiting"
] as const
export type FaultPoint = (typeof faultPoints)[number]

/** What happens at a point: nothing, unless a test says otherwise. */
export const FaultPoints = Context.Reference<(point: FaultPoint) => Effect.Effect<void, SqlError>>(
  "switchboard/persistence/FaultPoints",
  { defaultValue: () => () => Effect.void }
)
