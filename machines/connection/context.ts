/** What a connection's actor holds: the contract's fields and the facts of its send budget. Times are epoch milliseconds. */
import type { AccountStatus, AuthStatus, ChannelType } from "../vocabulary.ts"
import { initialOf } from "../field.ts"
import type { SyncDesk } from "../sync-desk.ts"
import type { SyncFacts } from "../syncs.ts"
import { noSyncs } from "../syncs.ts"
import { day, dayOf } from "./day.ts"
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

/** An outbound message that was seen and that no confirmation names, under each of its ids. */
export interface Echo {
  readonly ids: ReadonlyArray<string>
  readonly at: number
  /** The reservation whose place it takes; absent: it counts as usage of its own. */
  readonly place?: string
}

/** Places of a reservation that was confirmed without a message id: each is taken by one echo between `from` and `until`. */
export interface Unnamed {
  /** The reservation's. */
  readonly id: string
  readonly from: number
  readonly until: number
  readonly places: number
}

/** The fields that are told piece by piece, each by its own time (pieces.ts). */
export type Piece = "provider_config" | "checkpoint_data" | "hosted_auth_url" | "last_error"

/** History that is still to be fetched (gap.ts). */
export interface Gap {
  /** From when on, epoch milliseconds; null: as far back as the tenant wants of a new account. */
  readonly since: number | null
  /** When it is asked for; null: it was, or the account does not run. */
  readonly due: number | null
}

export interface ConnectionFacts {
  /** Accepted sends of the last hour, oldest first: [instant, how many]. */
  readonly sends: ReadonlyArray<readonly [at: number, count: number]>
  /** The UTC day that messages_sent_today counts, as days since the epoch. */
  readonly today: number
  readonly reservations: Readonly<Record<string, Reservation>>
  readonly echoes: ReadonlyArray<Echo>
  /** Confirmations without a message id, in order (unnamed.ts). Absent: none yet. */
  readonly unnamed?: ReadonlyArray<Unnamed>
  /** Ids of messages that reservations have paid for; they outlive the reservation, because an echo can be late. */
  readonly paid: ReadonlyArray<string>
  /** The newest word on the account, and on its credentials, each with its time; older ones change nothing (standing.ts). */
  readonly word: AccountStatus | null
  readonly status_at: number | null
  readonly auth_word: AuthStatus | null
  readonly auth_at: number | null
  /** When the token of the account ended while it was active; null once there is one that is good. */
  readonly token_end: number | null
  /** The earliest message that came live. */
  readonly first_live_at: number | null
  /** When each piece was told of last (pieces.ts). */
  readonly told: Readonly<Partial<Record<Piece, number>>>
  readonly sync: SyncFacts
  /** Which job of the account is open. Absent: there was none yet. */
  readonly desk?: SyncDesk
  /** The gap, and what of it the open job fetches. Absent or null: none. */
  readonly gap?: Gap | null
  readonly fetching?: Gap | null
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
  last_rate_limit_reset: dayOf(input.received) * day,
  created_at: input.received,
  updated_at: input.received,
  facts: {
    sends: [],
    today: dayOf(input.received),
    reservations: {},
    echoes: [],
    paid: [],
    word: null,
    status_at: null,
    auth_word: null,
    auth_at: null,
    token_end: null,
    first_live_at: null,
    told: {},
    sync: noSyncs,
    tenant_limits: { hour: null, day: null }
  }
})
