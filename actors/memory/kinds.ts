/** The kinds of actor: which machine drives one, when it wakes by itself, and how its context is kept. */
import type { AnyStateMachine, StateValue } from "xstate"
import { channelFields } from "../../machines/channel/fields.ts"
import { earlierChats, fromChatList, toChatList } from "../../machines/channel/chats.ts"
import { fromList as seriesFromList, toList as seriesToList } from "../../machines/channel/series.ts"
import { channelMachine, channelState } from "../../machines/channel/machine.ts"
import { fromList as threadsFromList, toList as threadsToList } from "../../machines/channel/threads.ts"
import type { ConnectionContext } from "../../machines/connection/context.ts"
import { derivedDeadline } from "../../machines/connection/derived.ts"
import { connectionFields } from "../../machines/connection/fields.ts"
import { connectionMachine, connectionState } from "../../machines/connection/machine.ts"
import { completeConnection } from "../../machines/connection/kept.ts"
import { budgetDeadline } from "../../machines/connection/sends.ts"
import { tokenDeadline } from "../../machines/connection/tokens.ts"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { completeConversation } from "../../machines/conversation/kept.ts"
import { conversationFields } from "../../machines/conversation/fields.ts"
import { conversationMachine, conversationState } from "../../machines/conversation/machine.ts"
import { fromList, toList } from "../../machines/conversation/message-window.ts"
import { earlier } from "../../machines/instants.ts"
import type { ActorKind } from "../../machines/events.ts"
import type { Fields } from "../../machines/field.ts"
import { participantFields } from "../../machines/participant/fields.ts"
import type { ParticipantContext } from "../../machines/participant/context.ts"
import { participantMachine, participantState } from "../../machines/participant/machine.ts"
import { presenceAhead, presenceDeadline, presenceMachine, presenceState } from "../../machines/presence/machine.ts"
import { recordFields } from "../../machines/record/fields.ts"
import type { RecordContext } from "../../machines/record/machine.ts"
import { recordMachine, recordState } from "../../machines/record/machine.ts"
import { schedulerFields } from "../../machines/scheduler/fields.ts"
import type { SchedulerContext } from "../../machines/scheduler/machine.ts"
import { schedulerAhead, schedulerMachine, schedulerState } from "../../machines/scheduler/machine.ts"
import type { SyncJobContext } from "../../machines/sync-job/context.ts"
import { syncJobFields } from "../../machines/sync-job/fields.ts"
import { longestLease, syncJobDeadline, syncJobMachine, syncJobState } from "../../machines/sync-job/machine.ts"
import { gapDeadline } from "../../machines/connection/gap.ts"
import { tenantAhead } from "../../machines/tenant/ahead.ts"
import { own } from "../../machines/own.ts"
import { isAhead } from "../../machines/ahead.ts"
import { connectionAhead } from "../../machines/connection/ahead.ts"
import { creationDeadline } from "../../machines/tenant/creations.ts"
import { tenantFields } from "../../machines/tenant/fields.ts"
import { packKeys, unpackKeys } from "../../machines/tenant/keys.ts"
import { tenantMachine, tenantState } from "../../machines/tenant/machine.ts"
import type { ChannelContext } from "../../machines/channel/context.ts"
import { noFacts } from "../../machines/channel/context.ts"
import type { PresenceContext } from "../../machines/presence/context.ts"
import type { TenantContext } from "../../machines/tenant/context.ts"

/** The context of each kind of actor. */
export interface Contexts {
  readonly tenant: TenantContext
  readonly connection: ConnectionContext
  readonly channel: ChannelContext
  readonly conversation: ConversationContext
  readonly participant: ParticipantContext
  readonly record: RecordContext
  readonly scheduler: SchedulerContext
  readonly sync_job: SyncJobContext
  readonly presence: PresenceContext
}
export type LivingKind = keyof Contexts

export interface Kind<C> {
  readonly machine: AnyStateMachine
  /**
   * The state that these fields mean: for snapshots written under older state names, and for actors rebuilt from rows.
   */
  stateOf(context: C): StateValue
  readonly fields: Fields
  /** When an actor with this context wakes by itself, epoch milliseconds, or null. */
  deadline(context: C): number | null
  /** Whether the context holds an instant of our own clock that lies ahead of now: `deadline_passed` corrects it. */
  ahead(context: C, now: number): boolean
  /** The context as plain data, for a snapshot, and back. */
  pack(context: C): unknown
  /** `packed`: what `pack` made, of this version or an earlier one; snapshot-codec.ts reads it from bytes. */
  unpack(packed: never): C
}

const asItIs = <C>(context: C): C => context
const never = () => null
const changedAhead = ({ updated_at }: { readonly updated_at: number | null }, now: number) => isAhead(updated_at, now)
const plain = { pack: asItIs, unpack: asItIs, deadline: never, ahead: changedAhead }

/** A kind whose context type its user does not need to know. */
export interface Definition {
  readonly machine: AnyStateMachine
  readonly fields: Fields
  stateOf(context: never): StateValue
  pack(context: never): unknown
  unpack(packed: never): object
}

/** A field of a context by its name. */
export const fieldOf = (context: object, name: string): unknown =>
  own(context as Readonly<Record<string, unknown>>, name)

/** The facts of a packed context, under whichever version they were packed. */
type Packed<C, Facts> = Omit<C, "facts"> & { readonly facts: Facts }

type PackedConversation = Omit<ConversationContext["facts"], "window"> & {
  readonly window: Parameters<typeof fromList>[0]
}
type PackedChannel = Omit<ChannelContext["facts"], "threads" | "chats" | "series"> & {
  readonly threads: Parameters<typeof threadsFromList>[0]
  readonly chats?: Parameters<typeof fromChatList>[0]
  readonly series?: Parameters<typeof seriesFromList>[0]
}

export const kinds: { readonly [K in ActorKind]: Kind<Contexts[K]> } = {
  tenant: {
    ...plain,
    machine: tenantMachine,
    stateOf: tenantState,
    fields: tenantFields,
    deadline: (context: TenantContext) => creationDeadline(context),
    ahead: tenantAhead,
    pack: (context: TenantContext) => ({ ...context, facts: { ...context.facts, keys: packKeys(context.facts.keys) } }),
    unpack: (packed: Packed<TenantContext, { readonly keys: ReturnType<typeof packKeys> }>) => ({
      ...packed,
      facts: { ...packed.facts, keys: unpackKeys(packed.facts.keys) }
    })
  },
  connection: {
    ...plain,
    machine: connectionMachine,
    stateOf: connectionState,
    fields: connectionFields,
    deadline: (context: ConnectionContext) =>
      [tokenDeadline(context), derivedDeadline(context), gapDeadline(context)].reduce(earlier, budgetDeadline(context)),
    ahead: connectionAhead,
    unpack: completeConnection
  },
  channel: {
    ...plain,
    machine: channelMachine,
    stateOf: channelState,
    fields: channelFields,
    pack: (context: ChannelContext) => ({
      ...context,
      facts: {
        ...context.facts,
        threads: threadsToList(context.facts.threads),
        chats: toChatList(context.facts.chats),
        series: seriesToList(context.facts.series)
      }
    }),
    unpack: ({ facts, ...packed }: Packed<ChannelContext, PackedChannel | undefined>) => ({
      ...packed,
      facts:
        facts === undefined
          ? noFacts
          : {
              ...facts,
              threads: threadsFromList(facts.threads),
              chats:
                facts.chats === undefined
                  ? earlierChats(facts.threads as Parameters<typeof earlierChats>[0])
                  : fromChatList(facts.chats),
              series: seriesFromList(facts.series ?? [])
            }
    })
  },
  conversation: {
    ...plain,
    machine: conversationMachine,
    stateOf: conversationState,
    // A merged conversation takes no event, so nothing could correct it.
    ahead: (context: ConversationContext, now) => context.merged_into === null && changedAhead(context, now),
    fields: conversationFields,
    deadline: (context: ConversationContext) => context.snoozed_until,
    pack: (context: ConversationContext) => ({
      ...context,
      facts: { ...context.facts, window: toList(context.facts.window) }
    }),
    unpack: (packed: Packed<ConversationContext, PackedConversation>) =>
      completeConversation({ ...packed, facts: { ...packed.facts, window: fromList(packed.facts.window) } })
  },
  record: { ...plain, machine: recordMachine, stateOf: recordState, fields: recordFields },
  sync_job: {
    ...plain,
    machine: syncJobMachine,
    stateOf: syncJobState,
    fields: syncJobFields,
    deadline: (context: SyncJobContext) => syncJobDeadline(context),
    // One that has ended takes no event, so nothing could correct it.
    ahead: (context: SyncJobContext, now) =>
      context.completed_at === null && (changedAhead(context, now) || isAhead(context.lease_until, now + longestLease))
  },
  participant: {
    ...plain,
    machine: participantMachine,
    stateOf: participantState,
    fields: participantFields,
    ahead: (context: ParticipantContext, now) => context.facts.merged_into === null && changedAhead(context, now)
  },
  scheduler: {
    ...plain,
    machine: schedulerMachine,
    stateOf: schedulerState,
    fields: schedulerFields,
    deadline: (context: SchedulerContext) => context.next_due,
    ahead: schedulerAhead
  }
}

/** Presence has an actor beside its conversation's, and no snapshot (I10). */
export const presenceKind: Kind<PresenceContext> = {
  ...plain,
  machine: presenceMachine,
  stateOf: presenceState,
  fields: {},
  deadline: (context: PresenceContext) => presenceDeadline(context),
  ahead: presenceAhead
}

/** The definition of a kind that may be presence. */
export const kindOf = <K extends LivingKind>(kind: K): Kind<Contexts[K]> =>
  (kind === "presence" ? presenceKind : kinds[kind as ActorKind]) as unknown as Kind<Contexts[K]>
