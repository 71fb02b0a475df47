/** Every four hours: channels against their message rows (CONTRACT §6). */
import * as Effect from "effect/Effect"
import type { Event } from "../../machines/events.ts"
import type { ChannelDrift } from "../../persistence/figures/recounts.ts"
import { Recounts } from "../../persistence/figures/recounts.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { repairDrift } from "./drift.ts"
import type { ChannelContext } from "../../machines/channel/context.ts"

const repair = (drift: ChannelDrift, context: ChannelContext, received: number): Event | null => {
  const { message_count, last_message_at } = drift
  if (context.message_count === message_count && context.last_message_at === last_message_at) return null
  return {
    type: "channel_recounted",
    channel_id: drift.id,
    found: { message_count: context.message_count, last_message_at: context.last_message_at },
    right: { message_count, last_message_at },
    received,
    via: "clock"
  }
}

export const updateChannelStatistics = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  cut: Effect.Effect<void, unknown>
) {
  const recounts = yield* Recounts
  yield* cut
  const count = yield* repairDrift(runtime, "channel", yield* recounts.channels(runtime.tenant), repair)
  if (count > 0) yield* cut
  return count
})
