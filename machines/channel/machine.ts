/**
 *   ● pending        ─a► authenticated, expired, failed  stays b
 *     authenticated  ─a► pending, expired, failed  stays b
 *     expired        ─a► pending, authenticated, failed  stays b
 *     failed         ─a► pending, authenticated, expired  stays b
 *
 *   a  auth_changed
 *   b  connection_registered, deadline_passed, fact_arrived, calendar_settled, channel_sync_settings_set,
 *      channel_described, channel_activity_set, channel_recounted, message_appeared, message_named, messages_recounted
 *
 * A channel: the tenant's view of one provider account, and its totals (CONTRACT 2.3).
 */
import { setup } from "xstate"
import { changeCorrected, changedAt } from "../ahead.ts"
import type { Rules, StepTold } from "../chart.ts"
import { deciding, leads, stays } from "../chart.ts"
import { Draft } from "../draft.ts"
import { later } from "../instants.ts"
import type {
  ChannelActivitySet,
  ChannelDescribed,
  ChannelRecounted,
  ChannelSyncSettingsSet,
  ConnectionRegistered,
  DeadlinePassed,
  FactArrived
} from "../events.ts"
import { initialOf } from "../field.ts"
import { shortened } from "../shortened.ts"
import { recounted, redated } from "../recount.ts"
import type { AuthChanged, CalendarSettled, MessageAppeared, MessageNamed, MessagesRecounted } from "../told.ts"
import type { AuthStatus } from "../vocabulary.ts"
import { calendarSettled, factArrived, factsFound, messageNamed } from "./arrivals.ts"
import { channelFields } from "./fields.ts"
import type { ChannelContext, ChannelInput } from "./context.ts"
import { noFacts } from "./context.ts"

export type ChannelEvent =
  | ConnectionRegistered
  | DeadlinePassed
  | FactArrived
  | ChannelSyncSettingsSet
  | ChannelDescribed
  | ChannelActivitySet
  | ChannelRecounted
  | MessageAppeared
  | MessageNamed
  | MessagesRecounted
  | AuthChanged
  | CalendarSettled

const nameLimit = 100

const rules: Rules<Draft<ChannelContext>, ChannelEvent> = {
  connection_registered: (d, event) =>
    d.set({
      name: shortened(event.account_name, nameLimit),
      created_by: event.user_id,
      ...(same(event.connection_config, d.context.connection_config)
        ? {}
        : { connection_config: event.connection_config }),
      is_active: event.is_active ?? d.context.is_active
    }),
  deadline_passed: changeCorrected,
  fact_arrived: factArrived,
  calendar_settled: calendarSettled,
  channel_sync_settings_set: (d, event) => {
    if (!same(event.sync_settings, d.context.sync_settings)) d.set({ sync_settings: event.sync_settings })
  },
  channel_described: (d, event) => d.set({ description: event.description }),
  channel_activity_set: (d, event) => d.set({ is_active: event.is_active }),
  message_appeared: (d, event) => {
    messageNamed(d, event)
    if (event.is_event) return
    d.set({
      message_count: d.context.message_count + (event.counts ? 1 : 0),
      last_message_at: later(d.context.last_message_at, event.at)
    })
  },
  messages_recounted: (d, { by }) => d.set({ message_count: d.context.message_count + by }),
  message_named: factsFound,
  auth_changed: (d, event) =>
    d.set({ auth_status: event.auth_status, last_sync_at: later(d.context.last_sync_at, event.synced_at) }),
  channel_recounted: (d, { found, right }) =>
    d.set({
      message_count: recounted(d.context.message_count, found.message_count, right.message_count),
      last_message_at: redated(d.context.last_message_at, found.last_message_at, right.last_message_at)
    })
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

const decideChannel = (context: ChannelContext, event: ChannelEvent): Draft<ChannelContext> => {
  const d = new Draft(context)
  rules[event.type](d, event as never)
  if (d.changed) d.set({ updated_at: changedAt(context.updated_at, event) })
  return d
}

const always = stays(
  "connection_registered",
  "deadline_passed",
  "fact_arrived",
  "calendar_settled",
  "channel_sync_settings_set",
  "channel_described",
  "channel_activity_set",
  "channel_recounted",
  "message_appeared",
  "message_named",
  "messages_recounted"
)

/** Where a channel with these fields stands. */
export const channelState = ({ auth_status }: Pick<ChannelContext, "auth_status">): AuthStatus => auth_status

const { keep, tell, after } = deciding(decideChannel)
const becomes = (state: AuthStatus) => after((context: ChannelContext) => channelState(context) === state)

export const channelMachine = setup({
  types: {} as { context: ChannelContext; input: ChannelInput; events: ChannelEvent; emitted: StepTold },
  actions: { keep, tell },
  guards: {
    pending: becomes("pending"),
    authenticated: becomes("authenticated"),
    expired: becomes("expired"),
    failed: becomes("failed")
  }
}).createMachine({
  id: "channel",
  context: ({ input }) => ({
    ...initialOf(channelFields),
    id: input.id,
    account_id: input.account_id,
    channel_type: input.channel_type,
    created_at: input.received,
    updated_at: input.received,
    facts: noFacts
  }),
  initial: "pending",
  states: {
    pending: { on: { ...always, ...leads(["auth_changed"], "authenticated", "expired", "failed") } },
    authenticated: { on: { ...always, ...leads(["auth_changed"], "pending", "expired", "failed") } },
    expired: { on: { ...always, ...leads(["auth_changed"], "pending", "authenticated", "failed") } },
    failed: { on: { ...always, ...leads(["auth_changed"], "pending", "authenticated", "expired") } }
  }
})
