/**
 *   detect_hot_conversations, reset_daily_counters, retention, cleanup_expired_tokens, reencrypt_secrets,
 *   measure_field_population, update_channel_statistics, update_participant_statistics, update_conversation_types,
 *   generate_daily_analytics, process_scheduled_syncs:
 *   ● idle     ─a► running  stays b
 *     running  ─c► idle  stays d
 *
 *   a  deadline_passed, task_requested [starts]
 *   b  tenant_created
 *   c  task_finished [ends]
 *   d  tenant_created, deadline_passed
 *
 * The scheduler of one tenant (CONTRACT §6): it knows what is due and what ran; doing is the runtime's. What fell due while
 * the process was down runs once, because only the next due instant is kept.
 */
import { setup } from "xstate"
import { changeCorrected, changedAt, clockSlack, isAhead } from "../ahead.ts"
import type { Rules, StepTold } from "../chart.ts"
import { decided, deciding, stay, stays } from "../chart.ts"
import { Draft } from "../draft.ts"
import type { DeadlinePassed, TaskFinished, TaskRequested, TenantCreated } from "../events.ts"
import { initialOf } from "../field.ts"
import { ScheduledTask } from "../vocabulary.ts"
import type { SchedulerFields, TaskState } from "./fields.ts"
import { schedulerFields } from "./fields.ts"
import { nextDue } from "./tasks.ts"

export interface SchedulerContext extends SchedulerFields {
  readonly id: string
}
export interface SchedulerInput {
  readonly id: string
  readonly received: number
}
export type SchedulerEvent = TenantCreated | DeadlinePassed | TaskRequested | TaskFinished
type Decision = Draft<SchedulerContext>

const planned = (tasks: SchedulerContext["tasks"]): number =>
  Math.min(...Object.values(tasks).map((task) => task.next_due))

const change = (d: Decision, name: ScheduledTask, changes: Partial<TaskState>): void => {
  const tasks = { ...d.context.tasks, [name]: { ...d.context.tasks[name]!, ...changes } }
  d.set({ tasks, next_due: planned(tasks) })
}

const start = (d: Decision, name: ScheduledTask, due: number, received: number): void => {
  const next_due = nextDue(name, received)
  if (d.context.tasks[name]!.running !== null) return change(d, name, { next_due })
  change(d, name, { running: due, last_due: due, next_due })
  d.tell({ type: "task_started", task: name, due, received })
}

const rules: Rules<Decision, SchedulerEvent> = {
  // A tenant's scheduler begins with its tenant; the plan is made with the context.
  tenant_created: () => {},
  deadline_passed: (d, event) => {
    planCorrected(d, event.received)
    for (const name of ScheduledTask.literals) {
      const { next_due } = d.context.tasks[name]!
      if (next_due <= event.received) start(d, name, next_due, event.received)
    }
  },
  task_requested: (d, event) => start(d, event.task, event.received, event.received),
  task_finished: (d, event) => {
    if (d.context.tasks[event.task]!.running !== event.due) return
    change(d, event.task, {
      running: null,
      last_finished: event.received,
      last_touched: event.touched,
      last_took_ms: event.took_ms,
      last_error: event.error
    })
  }
}

/** Whether a task is due later than it can be: the clock was ahead when it was planned. */
export const schedulerAhead = ({ tasks, updated_at }: SchedulerContext, now: number): boolean =>
  isAhead(updated_at, now) || ScheduledTask.literals.some((name) => isOverdue(tasks, name, now))

const isOverdue = (tasks: SchedulerContext["tasks"], name: ScheduledTask, now: number): boolean =>
  (tasks[name]?.next_due ?? 0) > nextDue(name, now + clockSlack)

/** What was planned with a clock that was ahead is planned again; nothing runs for it. */
const planCorrected = (d: Decision, now: number): void => {
  for (const name of ScheduledTask.literals) {
    if (isOverdue(d.context.tasks, name, now)) change(d, name, { next_due: nextDue(name, now) })
  }
  changeCorrected(d, { received: now })
}

/** Tasks that were under way when the process ended; they start again (CONTRACT §6). */
export const interrupted = (context: SchedulerContext): ReadonlyArray<{ task: ScheduledTask; due: number }> =>
  ScheduledTask.literals.flatMap((task) => {
    const running = context.tasks[task]?.running ?? null
    return running === null ? [] : [{ task, due: running }]
  })

const plan = (received: number): SchedulerContext["tasks"] =>
  Object.fromEntries(
    ScheduledTask.literals.map((task) => [
      task,
      {
        next_due: nextDue(task, received),
        running: null,
        last_due: null,
        last_finished: null,
        last_touched: 0,
        last_took_ms: 0,
        last_error: null
      }
    ])
  )

const decideScheduler = (context: SchedulerContext, event: SchedulerEvent): Decision => {
  const d = new Draft(context)
  // A task that a newer version added has no state in an older snapshot.
  const tasks = { ...plan(event.received), ...context.tasks }
  if (Object.keys(tasks).length !== Object.keys(context.tasks).length) d.set({ tasks })
  rules[event.type](d, event as never)
  if (d.changed) d.set({ updated_at: changedAt(context.updated_at, event) })
  return d
}

const isRunning = (tasks: SchedulerContext["tasks"], task: ScheduledTask): boolean =>
  (tasks[task]?.running ?? null) !== null

/** Where the tasks of a scheduler with these fields stand. */
export const schedulerState = ({ tasks }: Pick<SchedulerContext, "tasks">) =>
  Object.fromEntries(ScheduledTask.literals.map((task) => [task, isRunning(tasks, task) ? "running" : "idle"]))

const { keep, tellOnce, after } = deciding(decideScheduler)

type Guard = ReturnType<typeof after>

/** Whether the event starts the task, or ends its run. */
const guards = Object.fromEntries(
  ScheduledTask.literals.flatMap((task) => [
    [`${task} starts`, after(({ tasks }) => isRunning(tasks, task))],
    [`${task} ends`, after(({ tasks }) => !isRunning(tasks, task))]
  ])
) as Record<`${ScheduledTask} ${"starts" | "ends"}`, Guard>

/** A task that runs is not started once more: `running` takes no `task_requested`. */
const region = (task: ScheduledTask) => {
  const starts = { guard: `${task} starts`, target: "running", actions: decided } as const
  const ends = { guard: `${task} ends`, target: "idle", actions: decided } as const
  return {
    initial: "idle",
    states: {
      idle: { on: { ...stays("tenant_created"), deadline_passed: [starts, stay], task_requested: starts } },
      running: { on: { ...stays("tenant_created", "deadline_passed"), task_finished: ends } }
    }
  } as const
}

export const schedulerMachine = setup({
  types: {} as { context: SchedulerContext; input: SchedulerInput; events: SchedulerEvent; emitted: StepTold },
  actions: { keep, tell: tellOnce },
  guards
}).createMachine({
  id: "scheduler",
  context: ({ input }) => {
    const tasks = plan(input.received)
    return {
      ...initialOf(schedulerFields),
      id: input.id,
      tasks,
      next_due: planned(tasks),
      created_at: input.received,
      updated_at: input.received
    }
  },
  type: "parallel",
  states: Object.fromEntries(ScheduledTask.literals.map((task) => [task, region(task)])) as Record<
    ScheduledTask,
    ReturnType<typeof region>
  >
})
