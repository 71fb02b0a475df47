/**
 * The fields of daily analytics (CONTRACT 2.8): a row per UTC day and channel, and one per day for the whole tenant. Rows, not
 * actors: they are a function of the message rows and nothing else, so order, repetition and lateness cannot bend them (I3).
 */
import * as Schema from "effect/Schema"
import * as F from "../field.ts"
import type { FieldsOf } from "../field.ts"

/** Reply times are of answered inbound messages of the day, in seconds; null when none was answered. */
const Figures = Schema.Struct({
  total_messages: Schema.Int,
  reply_time_p50_s: Schema.NullOr(Schema.Number),
  reply_time_p90_s: Schema.NullOr(Schema.Number),
  /** ISO 8601. */
  calculated_at: Schema.NullOr(Schema.String)
})
const none: typeof Figures.Type = {
  total_messages: 0,
  reply_time_p50_s: null,
  reply_time_p90_s: null,
  calculated_at: null
}

const task = "generate_daily_analytics, create_daily_analytics; live and corrected by message events"

export const analyticsFields = {
  date: F.day("The UTC day, by event time", task),
  channel_id: F.optionalId("The channel; null: the whole tenant", task),
  messages_sent: F.count("Outbound messages of the day that count", task),
  messages_received: F.count("Inbound messages of the day that count", task),
  active_channels: F.count("Channels with a message that day; 1 in a channel's own row", task),
  response_rate: F.fraction(0)(
    "Percent of the day's inbound messages answered in their conversation within 24 h, two decimals",
    task
  ),
  engagement_score: F.count("Sent and received messages, at most 100", task),
  metadata: F.json(Figures, none)("Total, median and 90th percentile of reply times, time of calculation", task)
}

export type AnalyticsFields = FieldsOf<typeof analyticsFields>
