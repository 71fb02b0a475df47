/** What a connection's actor holds: the contract's fields and the facts of its send budget. Times are epoch milliseconds. */
import type { ChannelType } from "../vocabulary.ts"
import { initialOf } from "../field.ts"
import type { SyncFacts } from "../syncs.ts"
import { noSyncs } from "../syncs.ts"
import type { ConnectionFields } from "./fields.ts"
import { connectionFields } from "./fields.ts"

/** Places held for sends that the CRM is about to make. */
export interface Reservation {
  readonly id: string
  readonly at: number
  readonly count: number
  readonly idempotency_key: string | null
  readonly confirmed: boolean
  /** Ids under which its echoes come. */
  readonly message_ids: ReadonlyArray<string>
}

/** The fields that are told piece by piece, each by its own time (pieces.ts). */
export type Piece = "provider_config" | "checkpoint_data" | "hosted_auth_url" | "last_error"

export interface ConnectionFacts {
  /** Accepted sends of the last hour, oldest first: [instant, how many]. */
  readonly sends: ReadonlyArray<readonly [at: number, count: number]>
  /** The UTC day that messages_sent_today counts, as days since the epoch. */
  readonly today: number
  readonly reservations: Readonly<Record<string, Reservation>>
  /** Echoes that counted as usage of their own, under each of their ids. */
  readonly echoes: ReadonlyArray<{ readonly ids: ReadonlyArray<string>; readonly at: number }>
  /** Ids of messages that reservations have paid for; they outlive the reservation, because an echo can be late. */
  readonly paid: ReadonlyArray<string>
  /** Time of the newest account status, and of the newest that told of the credentials; older ones change nothing. */
  readonly status_at: number | null
  readonly auth_at: number | null
  /** When each piece was told of last (pieces.ts). */
  readonly told: Readonly<Partial<Record<Piece, number>>>
  readonly sync: SyncFacts
  /** What the tenant's preferences allow; null: they say nothing (limits.ts). */
  readonly tenant_limits: { readonly hour: number | null; readonly day: number | null }
}

export interface ConnectionContext extends ConnectionFields {
  readonly id: string
  readonly facts: ConnectionFacts
}

export interface ConnectionInput {
  readonly id: string
  readonly channel_id: string
  readonly account_id: string
  readonly channel_type: ChannelType
  readonly received: number
}

export const freshConnection = (input: ConnectionInput): ConnectionContext => ({
  ...initialOf(connectionFields),
  id: input.id,
  channel_id: input.channel_id,
  account_id: input.account_id,
  channel_type: input.channel_type,
  created_at: input.received,
  updated_at: input.received,
  facts: {
    sends: [],
    today: Math.floor(input.received / 86_400_000),
    reservations: {},
    echoes: [],
    paid: [],
    status_at: null,
    auth_at: null,
    told: {},
    sync: noSyncs,
    tenant_limits: { hour: null, day: null }
  }
})
