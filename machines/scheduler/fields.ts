/** The fields of a tenant's scheduler: one row that says what is due and what ran last (CONTRACT §6). */
import * as Schema from "effect/Schema"
import * as F from "../field.ts"
import type { FieldsOf } from "../field.ts"

/** What the scheduler keeps of one task. Instants are epoch milliseconds. */
export const TaskState = Schema.Struct({
  /** The next instant at which it is due. */
  next_due: Schema.Int,
  /** The due instant of the run under way, or null. */
  running: Schema.NullOr(Schema.Int),
  last_due: Schema.NullOr(Schema.Int),
  last_finished: Schema.NullOr(Schema.Int),
  last_touched: Schema.Int,
  last_took_ms: Schema.Int,
  last_error: Schema.NullOr(Schema.String)
})
export type TaskState = typeof TaskState.Type

const tasksWire = (tasks: Readonly<Record<string, TaskState>>) =>
  Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      {
        ...task,
        next_due: F.isoInstant(task.next_due),
        running: F.isoInstant(task.running),
        last_due: F.isoInstant(task.last_due),
        last_finished: F.isoInstant(task.last_finished)
      }
    ])
  )

export const schedulerFields = {
  tasks: F.required(
    F.jsonWith(
      Schema.Record(Schema.String, TaskState),
      {},
      tasksWire
    )("Every task: next due, running, last run", "time; finished runs")
  ),
  next_due: F.required(F.instant("When the next task is due", "time")),
  created_at: F.required(F.instant("When the scheduler first ran", "tenant creation")),
  updated_at: F.instant("When it last changed", "any change")
}

export type SchedulerFields = FieldsOf<typeof schedulerFields>
