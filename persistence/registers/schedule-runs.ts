/** Every run of a scheduled task (CONTRACT §6): due, started, took, touched, error. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** One run. Instants are epoch milliseconds. */
export interface ScheduleRun {
  readonly tenant_id: string
  readonly task: string
  readonly due: number
  readonly started: number
  readonly took_ms: number
  /** How many things it changed. */
  readonly touched: number
  /** Why it failed; null when it did not. */
  readonly error: string | null
}

type Row = Omit<ScheduleRun, "due" | "started"> & { readonly id: string; readonly due: Date; readonly started: Date }

export class ScheduleRuns extends Context.Service<
  ScheduleRuns,
  {
    add(run: ScheduleRun): Effect.Effect<void, SqlError>
    /** The newest `limit` runs. */
    list(
      tenant_id: string,
      limit: number
    ): Effect.Effect<ReadonlyArray<ScheduleRun & { readonly id: string }>, SqlError>
    /** Deletes runs that started before `before` (epoch milliseconds); answers how many. */
    expire(tenant_id: string, before: number): Effect.Effect<number, SqlError>
  }
>()("switchboard/persistence/ScheduleRuns") {
  static readonly layer = Layer.effect(
    ScheduleRuns,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const add = Effect.fn("ScheduleRuns.add")((run: ScheduleRun) =>
        sql`
          insert into schedule_runs (tenant_id, task, due, started, took_ms, touched, error)
          values (
            ${run.tenant_id}, ${run.task}, ${new Date(run.due)}, ${new Date(run.started)},
            ${Math.round(run.took_ms)}, ${run.touched}, ${run.error}
          )`.pipe(Effect.asVoid)
      )

      const list = Effect.fn("ScheduleRuns.list")(function* (tenant_id: string, limit: number) {
        const rows = yield* sql<Row>`
          select * from schedule_runs where tenant_id = ${tenant_id} order by started desc, id limit ${limit}`
        return rows.map((row) => ({ ...row, due: row.due.getTime(), started: row.started.getTime() }))
      })

      const expire = Effect.fn("ScheduleRuns.expire")(function* (tenant_id: string, before: number) {
        const rows = yield* sql<{ readonly expired: number }>`
          with expired as (
            delete from schedule_runs where tenant_id = ${tenant_id} and started < ${new Date(before)} returning 1
          )
          select count(*)::integer as expired from expired`
        return rows[0]?.expired ?? 0
      })

      return ScheduleRuns.of({ add, list, expire })
    })
  )
}
