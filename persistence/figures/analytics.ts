/**
 * Daily analytics (CONTRACT 2.8): calculated from the message rows of the newest cut, and read back. Each function is one
 * statement, so rows and marks are those of one seq. A row never goes back to an older cut, however calculations overlap.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import { type AnalyticsFields, analyticsFields } from "../../machines/analytics/fields.ts"
import { isoOf } from "../database/field-values.ts"
import { countsIn, timeOf } from "../lists/message-time.ts"

/** What a calculation did. */
export interface Calculated {
  readonly days: number
  readonly rows: number
}

export interface AnalyticsQuery {
  /** First and last day, YYYY-MM-DD. */
  readonly from: string
  readonly to: string
  /** Our id of a channel; null: the whole tenant; absent: every row. */
  readonly channel?: string | null
}

/** Days that one statement calculates, so that a backfill does not become one long transaction. */
const atOnce = 31

export class Analytics extends Context.Service<
  Analytics,
  {
    /**
     * Calculates up to a month of stale days, the newest first, and takes their marks. `now` (epoch milliseconds) becomes
     * calculated_at. Answers 0 days when nothing is stale.
     */
    refresh(tenant_id: string, now: number): Effect.Effect<Calculated, SqlError>
    /** Calculates a day (YYYY-MM-DD) for the tenant and every channel that was active by then, messages or not. */
    create(tenant_id: string, date: string, now: number): Effect.Effect<Calculated, SqlError>
    /** As `create`, for `yesterday` and the days before it, at most a month, that have no row of the tenant yet. */
    finalise(tenant_id: string, yesterday: string, now: number): Effect.Effect<Calculated, SqlError>
    /** Rows by day, the tenant's before its channels'. */
    list(tenant_id: string, query: AnalyticsQuery): Effect.Effect<ReadonlyArray<AnalyticsFields>, SqlError>
    /** Our id of a channel by our id or the provider's account id. */
    channel(tenant_id: string, name: string): Effect.Effect<Option.Option<string>, SqlError>
  }
>()("switchboard/persistence/Analytics") {
  static readonly layer = Layer.effect(
    Analytics,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const at = sql.literal(timeOf("messages"))
      const counts = sql.literal(countsIn("messages"))

      /**
       * One pass over the days and those after them, because an answer may come on the next day. From the newest message back, so
       * that the window only grows: its cost does not depend on statistics, which the embedded database does not gather.
       *
       * `days` selects the dates; `more` adds (date, channel_id) pairs that get a row even without a message.
       */
      const calculate = (tenant_id: string, now: number, days: Fragment, more: Fragment) =>
        sql<Calculated>`
          with newest as (
            select coalesce((select seq from checkpoints where tenant_id = ${tenant_id}), 0) as seq
          ),
          days as (${days}),
          span as (select date from days union select date + 1 from days),
          told as (
            select span.date, messages.channel_id, messages.conversation_id, messages.direction, ${at} as at
            from span join messages on messages.tenant_id = ${tenant_id}
              and ${at} >= span.date::timestamp at time zone 'UTC'
              and ${at} < (span.date + 1)::timestamp at time zone 'UTC'
              and ${counts}
          ),
          followed as (
            select told.*, min(at) filter (where direction = 'outbound') over (
              partition by conversation_id order by at desc groups between unbounded preceding and 1 preceding
            ) as next_outbound
            from told
          ),
          timed as (
            select date, channel_id, direction,
              case when direction = 'inbound' and next_outbound <= at + interval '24 hours'
                then extract(epoch from next_outbound - at)::double precision end as reply_s
            from followed join days using (date)
          ),
          figures as (
            select date, channel_id,
              count(*) filter (where direction = 'outbound') as sent,
              count(*) filter (where direction = 'inbound') as received,
              count(distinct timed.channel_id) as channels,
              count(reply_s) as answered,
              percentile_disc(0.5) within group (order by reply_s) as p50,
              percentile_disc(0.9) within group (order by reply_s) as p90
            from timed group by grouping sets ((date, channel_id), (date))
          ),
          wanted as (
            select date, channel_id from figures
            union select date, null::uuid from days
            union select analytics.date, analytics.channel_id from analytics join days using (date)
              where analytics.tenant_id = ${tenant_id}
            ${more}
          ),
          written as (
            insert into analytics (
              tenant_id, date, channel_id, seq, messages_sent, messages_received, active_channels, response_rate,
              engagement_score, metadata
            )
            select
              ${tenant_id}, wanted.date, wanted.channel_id, newest.seq, coalesce(sent, 0), coalesce(received, 0),
              case when wanted.channel_id is null then coalesce(channels, 0) else 1 end,
              coalesce(round(100.0 * answered / nullif(received, 0), 2), 0)::double precision,
              least(100, coalesce(sent + received, 0)),
              jsonb_build_object(
                'total_messages', coalesce(sent + received, 0), 'reply_time_p50_s', p50, 'reply_time_p90_s', p90,
                'calculated_at', ${isoOf(now)}::text
              )
            from wanted cross join newest
            left join figures on figures.date = wanted.date and figures.channel_id is not distinct from wanted.channel_id
            order by wanted.date, wanted.channel_id
            on conflict (tenant_id, date, channel_id) do update set
              seq = excluded.seq, messages_sent = excluded.messages_sent, messages_received = excluded.messages_received,
              active_channels = excluded.active_channels, response_rate = excluded.response_rate,
              engagement_score = excluded.engagement_score, metadata = excluded.metadata
            where analytics.seq <= excluded.seq
            returning 1
          )
          select (select count(*) from days)::integer as days, (select count(*) from written)::integer as rows`.pipe(
          Effect.map((rows) => rows[0]!)
        )

      /** Channels in use that were there by the end of the day. */
      const activeChannels = (tenant_id: string) => sql`
        union select days.date, channels.id from days join channels on channels.tenant_id = ${tenant_id}
          and channels.is_active and channels.created_at < (days.date + 1)::timestamp at time zone 'UTC'`

      // A cut that commits while this waits for its mark gives the mark a seq that this calculation has not seen: it stays.
      const refresh = Effect.fn("Analytics.refresh")((tenant_id: string, now: number) =>
        calculate(
          tenant_id,
          now,
          sql`
            delete from analytics_stale
            where tenant_id = ${tenant_id} and seq <= (select seq from newest) and date = any(array(
              select date from analytics_stale where tenant_id = ${tenant_id} order by date desc limit ${atOnce}
            ))
            returning date`,
          sql``
        )
      )

      const create = Effect.fn("Analytics.create")((tenant_id: string, date: string, now: number) =>
        calculate(tenant_id, now, sql`select ${date}::text::date as date`, activeChannels(tenant_id))
      )

      const finalise = Effect.fn("Analytics.finalise")((tenant_id: string, yesterday: string, now: number) =>
        calculate(
          tenant_id,
          now,
          sql`
            select yesterday - ago as date
            from (select ${yesterday}::text::date as yesterday) as named, generate_series(0, ${atOnce - 1}::integer) as ago
            where ago = 0 or (
              yesterday - ago > (select (min(created_at) at time zone 'UTC')::date from tenants where tenant_id = ${tenant_id})
              and not exists (
                select from analytics as known
                where known.tenant_id = ${tenant_id} and known.date = yesterday - ago and known.channel_id is null
              )
            )`,
          activeChannels(tenant_id)
        )
      )

      const columns = sql.csv(
        Object.keys(analyticsFields).map((name) => (name === "date" ? sql`date::text as date` : sql`${sql(name)}`))
      )

      const list = Effect.fn("Analytics.list")((tenant_id: string, { from, to, channel }: AnalyticsQuery) => {
        const narrowed = channel === undefined ? sql`` : sql`and channel_id is not distinct from ${channel}::uuid`
        return sql<AnalyticsFields>`
          select ${columns} from analytics
          where tenant_id = ${tenant_id} and analytics.date between ${from}::text::date and ${to}::text::date ${narrowed}
          order by analytics.date, channel_id nulls first`
      })

      const channel = Effect.fn("Analytics.channel")(function* (tenant_id: string, name: string) {
        const rows = yield* sql<{ readonly id: string }>`
          select id from channels where tenant_id = ${tenant_id} and (id::text = ${name} or account_id = ${name})
          order by id limit 1`
        return Option.fromNullishOr(rows[0]?.id)
      })

      return Analytics.of({ refresh, create, finalise, list, channel })
    })
  )
}
