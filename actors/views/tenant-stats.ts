/** The figures of a tenant. Types alone, without the server's: clients of the feed are checked against them. */
import type { ActorKind } from "../../machines/event/actor-kind.ts"
import type { Quantiles } from "./quantiles.ts"

/** Figures of one tenant: the state of the topic `ops`, `GET …/stats`, and what the metrics sum up. */
export interface TenantStats {
  readonly tenant: string
  /** Events admitted and not yet durable. */
  readonly mailbox: number
  readonly mailbox_limit: number
  readonly seq: number
  readonly durable_seq: number
  readonly checkpoint_seq: number
  /** Journal entries that no cut holds, and the age of the oldest in seconds. */
  readonly snapshot_lag: number
  readonly snapshot_lag_s: number
  /** Entries that no cut holds, from which events are refused (I8). */
  readonly snapshot_lag_limit: number
  /** What those entries weigh, in characters. */
  readonly snapshot_lag_weight: number
  /** The weight that its backlog may have at this moment, in characters: as much as it leaves free. */
  readonly snapshot_lag_share: number
  /** Events that wait for a sleeping actor or for a look-up in the rows. */
  readonly looking_up: number
  readonly residents: Readonly<Record<ActorKind, number>>
  /** What they take of the heap, in bytes as it is estimated: those that may sleep, and what stays with the tenant. */
  readonly residents_weight: number
  readonly settled_weight: number
  /** Known and not in memory, where that is known without asking the database. */
  readonly sleeping: { readonly conversation: number }
  readonly dirty: number
  readonly events_applied: number
  readonly events_duplicate: number
  /** Over the last ten seconds. */
  readonly events_applied_per_s: number
  readonly events_duplicate_per_s: number
  /** From admission until the journal entry was durable, over the last half to whole minute. */
  readonly acknowledged_ms: Quantiles
  readonly cuts: number
  readonly last_cut_ms: number
  readonly feed_topics: number
  readonly feed_subscribers: number
  /** Patches kept for resuming subscribers. */
  readonly feed_patches: number
  /** What open topics take of the heap, in bytes as it is estimated. */
  readonly feed_weight: number
  /** ISO 8601, or null. */
  readonly last_webhook_received: string | null
  readonly webhook_failures: number
  /** How many accounts are in each state, and how many need somebody to do something. */
  readonly connections: {
    readonly total: number
    readonly account_status: Readonly<Record<string, number>>
    readonly needs_action: Readonly<Record<string, number>>
  }
  /** By task; instants are ISO 8601. */
  readonly schedule: Readonly<Record<string, TaskFigures>>
  /** By conversation: the names of who types and who looks at this moment; at most 64 conversations. */
  readonly present: Readonly<
    Record<string, { readonly typists: ReadonlyArray<string>; readonly viewers: ReadonlyArray<string> }>
  >
  /** The actors that changed most often in the last minute, the hottest first; at most ten. */
  readonly hottest: ReadonlyArray<{ readonly kind: ActorKind; readonly id: string; readonly events: number }>
}

/** A scheduled task as it stands on the wire. */
export interface TaskFigures {
  readonly next_due: string
  readonly running: string | null
  readonly last_due: string | null
  readonly last_finished: string | null
  readonly last_touched: number
  readonly last_took_ms: number
  readonly last_error: string | null
}
