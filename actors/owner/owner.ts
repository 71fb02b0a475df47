/**
 * The owner of a tenant: the one small interface through which everything outside talks to a tenant's actors (DESIGN §7).
 * Today the owner lives in this process; an owner in another one would stand behind the same interface.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { ActorKind, Event, Person, ProviderEvent, Signal, SyncAccount } from "../../machines/events.ts"
import type { ChannelType } from "../../machines/vocabulary.ts"
import type { ActorUnknown, DatabaseAway, RuleBroken, SubmitError, TenantHalted, TenantUnknown } from "../errors.ts"
import type { Hub } from "../feed/hub.ts"
import type { Scope } from "../tenant/scopes.ts"
import type { SyncJobContext } from "../../machines/sync-job/context.ts"
import type { ProviderAccess } from "../views/syncs.ts"
import type { TimelinePage, TimelineQuery } from "../views/timeline.ts"
import type { TenantStats } from "../views/tenant-stats.ts"
import type { View } from "../views/entities.ts"
import type { Answer } from "../turn/outcome.ts"

/** A live or sleeping actor, looked into (DESIGN §5 inspect). ⚿ fields are masked. */
export interface Inspection {
  readonly kind: ActorKind
  readonly id: string
  readonly machine_state: unknown
  readonly context: View
  readonly seq: number
  readonly resident: boolean
  readonly dirty: boolean
  /** When the actor wakes by itself, ISO 8601, or null. */
  readonly deadline: string | null
  /** The event that last changed it since it came into memory. */
  readonly last_event: { readonly type: string; readonly at: string } | null
}

/** The sealed webhook secret of a tenant, and what else the edge needs to authenticate a webhook. */
export interface Gate {
  readonly is_active: boolean
  /** As the key ring sealed it. */
  readonly webhook_secret: string
  /**
   * The previous secret, sealed, and until when it is accepted (epoch milliseconds); null when none was rotated out.
   */
  readonly previous: { readonly webhook_secret: string; readonly until: number } | null
}

/** A tenant that is in memory: it is asked by callback, without a fiber. */
export interface Resident {
  readonly gate: Gate
  /** As the owner's `submit`, for an event that is no command; `settle` is called exactly once, perhaps before this returns. */
  submit(event: ProviderEvent, settle: (result: Answer | SubmitError) => void): void
}

/** A ⚿ value as its actor holds it: sealed. */
export interface SealedValue {
  /** Our id of the entity. */
  readonly id: string
  readonly sealed: string | null
  /** Where it opens (sealed-place.ts). */
  readonly place: string
  /** The tenant's newest journal entry at this moment. */
  readonly seq: number
}

/** A conversation's thread, as every event about it carries it. */
export interface KnownThread {
  /** Our id of the conversation. */
  readonly id: string
  readonly thread: {
    readonly account_id: string
    readonly channel_type: ChannelType
    readonly external_thread_id: string
    /** The account's own person. */
    readonly owner: Person
  }
  /** Keys of the members, by the provider's id. */
  readonly memberKeys: ReadonlyMap<string, string>
}

/** A member of a conversation. */
export interface KnownMember {
  readonly participant_id: string
  readonly person: Person
  /** The key under which the person is a member, and former keys of the same person. */
  readonly keys: ReadonlyArray<string>
}

/** Why a tenant cannot be asked: it is not there, or it has to be loaded and cannot. */
export type Unreached = TenantUnknown | DatabaseAway | TenantHalted

export class TenantOwner extends Context.Service<
  TenantOwner,
  {
    /** The tenants that exist. */
    readonly list: Effect.Effect<ReadonlyArray<string>>
    /** Makes the tenant if it is not there; a repeat changes its name only. `created` says which. */
    create(
      tenant: string,
      name: string,
      sealedSecret: string
    ): Effect.Effect<{ readonly created: boolean }, SubmitError>
    /** The gate: secrets and state that authenticate a webhook. */
    gate(tenant: string): Effect.Effect<Gate, Unreached>
    /**
     * Waits until the list of tenants is at most a second old, as a request for an unknown tenant does. Refusals for another
     * reason wait too, so that the timing of a refusal does not reveal which tenants exist.
     */
    readonly namesRead: Effect.Effect<void>
    /** The tenants in which an account is registered, usually one; from memory. */
    tenantsOf(account_id: string): Effect.Effect<ReadonlyArray<string>>
    /** The tenant, if it is in memory and was created; else it has to be looked for, which `gate` and `submit` do. */
    resident(tenant: string): Resident | undefined
    /** Applies an event in one turn; returns when its journal entry is durable (I1). A command gets the request's Author and key. */
    submit(tenant: string, event: Event): Effect.Effect<Answer, SubmitError>
    /** Typing and viewing: applied and published at once, never journaled (I10). */
    signal(tenant: string, event: Signal): Effect.Effect<void, Unreached | ActorUnknown>
    /** An entity as it is now; wakes it if it sleeps. Connections and conversations also by the provider's id. */
    view(tenant: string, kind: ActorKind, id: string): Effect.Effect<View, Unreached | ActorUnknown>
    /** Every connection of the tenant as it is now, by the instant of its registration. */
    connections(tenant: string): Effect.Effect<ReadonlyArray<View>, Unreached>
    /** What the journal still holds of a conversation (timeline.ts). */
    timeline(
      tenant: string,
      id: string,
      page: TimelineQuery
    ): Effect.Effect<TimelinePage, Unreached | ActorUnknown | SqlError>
    /** The thread of a conversation. RuleBroken as long as nothing has shown who the account's own person is. */
    thread(tenant: string, conversation: string): Effect.Effect<KnownThread, Unreached | ActorUnknown | RuleBroken>
    /** The member that a participant id names, ours or the provider's. RuleBroken when it names none. */
    member(
      tenant: string,
      conversation: string,
      participant: string
    ): Effect.Effect<KnownMember, Unreached | ActorUnknown | RuleBroken>
    /** Every key that a participant is known by. */
    keysOf(tenant: string, participant: string): Effect.Effect<ReadonlyArray<string>, Unreached | ActorUnknown>
    /** The key of the account's own person, once a payload of its channel has shown one; null: none has. */
    ownerKey(tenant: string, channel: string): Effect.Effect<string | null, Unreached | ActorUnknown>
    /** For looking into an actor, not for deciding: what is decided on has a question of its own here. */
    inspect(tenant: string, kind: ActorKind, id: string): Effect.Effect<Inspection, Unreached | ActorUnknown>
    /** A ⚿ field of an entity, sealed. Whoever opens it writes that into the audit trail. */
    sealed(
      tenant: string,
      kind: ActorKind,
      id: string,
      field: string
    ): Effect.Effect<SealedValue, Unreached | ActorUnknown>
    /** Our id for an id in a path: ours already, or the provider's account or chat id (DESIGN §5). */
    resolve(
      tenant: string,
      kind: "connection" | "conversation" | "participant" | "sync_job",
      id: string
    ): Effect.Effect<string, Unreached | ActorUnknown>
    /**
     * Writes a cut now, so that SQL shows everything acknowledged before. DatabaseAway when that takes more than seconds; the
     * cut itself goes on.
     */
    flush(tenant: string): Effect.Effect<void, Unreached>
    /**
     * Reads the newest messages of a conversation, by our id, for their topic on the feed, unless they are being watched already. From
     * then on they follow every turn, as long as there is the topic.
     */
    watchMessages(tenant: string, conversation_id: string): Effect.Effect<void, Unreached>
    /**
     * Reads a scope of the inbox for its topic on the feed (tenant/scopes.ts), unless it is being watched already. From then on it
     * follows every turn, as long as there is the topic.
     */
    watchScope(tenant: string, scope: Scope): Effect.Effect<void, Unreached>
    /** Tenants in memory with sync jobs that are open, each with all of them, the oldest first; wakes none. */
    readonly openSyncJobs: Effect.Effect<
      ReadonlyArray<{ readonly tenant: string; readonly jobs: ReadonlyArray<SyncJobContext> }>
    >
    /** A sync job as its actor holds it, with what its worker has to know. */
    syncJob(tenant: string, id: string): Effect.Effect<SyncJobContext, Unreached | ActorUnknown>
    /** Accounts that run and can be asked for history. */
    syncableAccounts(tenant: string): Effect.Effect<ReadonlyArray<SyncAccount>, Unreached>
    /** Where and how the provider is asked; the key is sealed. Null: the tenant has set none. */
    providerAccess(tenant: string): Effect.Effect<ProviderAccess | null, Unreached>
    /** The keys of the people of a CRM record, and their registrable domains where it is a company; null: there is no such record. */
    keysOfRecord(
      tenant: string,
      record_id: string
    ): Effect.Effect<{ readonly keys: ReadonlyArray<string>; readonly emails: ReadonlyArray<string> } | null, Unreached>
    /** The tenant's feed. */
    hub(tenant: string): Effect.Effect<Hub, Unreached>
    stats(tenant: string): Effect.Effect<TenantStats, Unreached>
    /** Stats of every tenant that is in memory, for the metrics; wakes none. */
    readonly residentStats: Effect.Effect<ReadonlyArray<TenantStats>>
  }
>()("switchboard/actors/TenantOwner") {}
