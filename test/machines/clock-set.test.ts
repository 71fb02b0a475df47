/**
 * A clock that ran ahead and was set back, or that was set back and then right again, blocks nothing for longer than usual: what it
 * dated ahead is corrected once time itself says so, and whatever comes then is news.
 */
import { describe, expect, test } from "vitest"
import type { Event } from "../../machines/events.ts"
import type { SchedulerContext } from "../../machines/scheduler/machine.ts"
import { schedulerMachine } from "../../machines/scheduler/machine.ts"
import { nextDue } from "../../machines/scheduler/tasks.ts"
import { presenceAhead, presenceMachine } from "../../machines/presence/machine.ts"
import { ScheduledTask } from "../../machines/vocabulary.ts"
import { createActor } from "xstate"
import { ann, created, day, edited, hour, me, message, minute, reacted, registered, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

/** How far the clock ran ahead. */
const shifts = [
  ["an hour", hour],
  ["a month", 30 * day]
] as const

const told = (type: string, received: number, more: object): Event =>
  ({ type, account_id: "account", received, via: "api", ...more }) as unknown as Event
const status = (word: string, received: number) =>
  told("account_status_changed", received, { status: word, at: received })
const passed = (kind: string, id: string, received: number) =>
  ({ type: "deadline_passed", kind, id, received, via: "clock" }) as Event

/** Everybody who holds an instant that lies ahead hears of the present, as the runtime sees to it. */
const correct = (tenant: SmallTenant, now: number): void => {
  for (const { kind, id } of [...tenant.population.all()].filter((living) => living.isAhead(now))) {
    tenant.apply(passed(kind, id, now))
  }
  expect([...tenant.population.all()].filter((living) => living.isAhead(now)).map(({ kind }) => kind)).toEqual([])
}

const begun = () => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, status("OK", start)]) tenant.apply(event)
  tenant.apply(told("rate_limit_set", start, { rate_limit_per_hour: 3 }))
  return tenant
}
let reservations = 0
const reserve = (tenant: SmallTenant, received: number, count = 1) => {
  const result = tenant.run(
    told("send_reserved", received, { reservation_id: `r${++reservations}`, count, idempotency_key: null })
  )
  if (result.type !== "done" && result.type !== "declined") throw new Error(result.type)
  return result.decided!
}

describe.each(shifts)("a clock that was %s ahead", (_, ahead) => {
  test("has emptied no budget for longer than an hour, and no day for longer than a day", () => {
    const tenant = begun()
    expect(reserve(tenant, start + ahead, 3)).toMatchObject({ allowed: true })
    tenant.apply(message("own", ahead + 1, me, { received: start + ahead + 1 }))
    const back = start + minute
    correct(tenant, back)
    expect(tenant.connection()).toMatchObject({ messages_sent_today: 4, messages_sent_this_hour: 4 })
    const refused = reserve(tenant, back)
    expect(refused).toMatchObject({ allowed: false, reason: "hourly" })
    expect((refused as { readonly retry_after_s: number }).retry_after_s).toBeLessThanOrEqual(3_600)
    expect(reserve(tenant, back + hour, 2)).toMatchObject({ allowed: true })
    // 2026-11-21 00:00 UTC: the next midnight, as ever.
    const midnight = start + 14 * hour
    tenant.apply(passed("connection", tenant.connection().id, midnight))
    expect(tenant.connection()).toMatchObject({ messages_sent_today: 0, last_rate_limit_reset: midnight })
  })

  test("has not spoken the last word on an account", () => {
    const tenant = begun()
    tenant.apply(status("STOPPED", start + ahead))
    correct(tenant, start + minute)
    expect(tenant.connection().account_status).toBe("failed")
    tenant.apply(status("OK", start + 2 * minute))
    expect(tenant.connection().account_status).toBe("active")
  })

  test("has not ended a token that is still good", () => {
    const tenant = begun()
    tenant.apply(
      told("tokens_stored", start + minute, {
        access_token: "sealed",
        refresh_token: null,
        token_expires_at: start + hour / 2
      })
    )
    tenant.apply(passed("connection", tenant.connection().id, start + ahead))
    expect(tenant.connection().account_status).toBe("expired")
    correct(tenant, start + 2 * minute)
    expect(tenant.connection().account_status).toBe("active")
    tenant.apply(passed("connection", tenant.connection().id, start + hour / 2))
    expect(tenant.connection().account_status).toBe("expired")
  })

  test("keeps no conversation hot, and lets newer words on it count", () => {
    const tenant = begun()
    tenant.apply(message("m1", 1, ann, { received: start + 2 }))
    const id = tenant.conversation().id
    const received = start + ahead
    const inChat = (type: string, at: number, more: object = {}) => told(type, at, { conversation_id: id, ...more })
    tenant.apply(inChat("conversation_accessed", received))
    tenant.apply(inChat("conversation_heat_set", received, { is_hot: true }))
    tenant.apply({ ...edited("m1", ahead, "dated ahead"), received })
    tenant.apply({ ...reacted("m1", ahead, ann, "👍"), received })
    tenant.apply(inChat("conversation_prioritised", received, { priority: "low" }))
    const back = start + minute
    correct(tenant, back)
    const { last_accessed_at, updated_at, facts } = tenant.conversation()
    expect([last_accessed_at! <= back, updated_at! <= back, facts.heated_at! <= back]).toEqual([true, true, true])
    tenant.apply({ ...edited("m1", 2 * minute, "newer"), received: start + 2 * minute })
    tenant.apply({ ...reacted("m1", 2 * minute, ann, "🎉"), received: start + 2 * minute })
    const row = tenant.rows.get(id)!.get("m1")!
    expect(row.content).toBe("newer")
    expect(JSON.stringify(row.reactions)).toContain("🎉")
    tenant.apply(inChat("conversation_heat_checked", back + day + hour))
    expect(tenant.conversation().is_hot).toBe(false)
  })

  test("keeps the tenant's failures in a row, and its other times, from staying", () => {
    const tenant = begun()
    const received = start + ahead
    tenant.apply({ type: "webhook_failed", received, via: "webhook" } as Event)
    const back = start + minute
    correct(tenant, back)
    tenant.apply({ type: "webhook_noted", success: true, received: back + 1, via: "webhook" })
    expect(tenant.context("tenant", "acme")).toMatchObject({ webhook_failures: 0, last_webhook_received: back + 1 })
  })

  test("has planned no task for later than its period", () => {
    const actor = createActor(schedulerMachine, { input: { id: "s", received: start } }).start()
    const started: Array<string> = []
    actor.on("told", ({ told }) => {
      for (const each of told) if (each.type === "task_started") started.push(each.task)
    })
    const context = () => actor.getSnapshot().context as SchedulerContext
    actor.send(passed("scheduler", "s", start + ahead) as never)
    for (const task of ScheduledTask.literals) {
      const { running } = context().tasks[task]!
      if (running !== null)
        actor.send({
          type: "task_finished",
          task,
          due: running,
          touched: 0,
          took_ms: 1,
          error: null,
          received: start + ahead,
          via: "clock"
        })
    }
    started.length = 0
    const back = start + minute
    actor.send(passed("scheduler", "s", back) as never)
    for (const task of ScheduledTask.literals) expect(context().tasks[task]!.next_due).toBe(nextDue(task, back))
    expect(started).toEqual([])
    expect(context().updated_at).toBeLessThanOrEqual(back)
    actor.send(passed("scheduler", "s", start + hour) as never)
    expect(started).toContain("detect_hot_conversations")
  })

  test("leaves nobody typing or looking", () => {
    const actor = createActor(presenceMachine, { input: { id: "c" } }).start()
    const signal = { received: start + ahead, conversation_id: "c" }
    actor.send({ type: "typing_signalled", ...signal, typist: { id: "a", name: "a" }, is_typing: true, lasts: 6_000 })
    actor.send({
      type: "viewing_signalled",
      ...signal,
      viewer: { id: "b", name: "b" },
      window: "w",
      is_viewing: true,
      lasts: 30_000
    } as never)
    expect(presenceAhead(actor.getSnapshot().context, start)).toBe(true)
    actor.send({ type: "deadline_passed", received: start })
    expect(actor.getSnapshot().context).toMatchObject({ typists: {}, viewers: {} })
  })
})

describe.each(shifts)("a clock that was set back by %s and then right again", (_, behind) => {
  test("blocks nothing, neither while it is behind nor afterwards", () => {
    const tenant = begun()
    expect(reserve(tenant, start, 3)).toMatchObject({ allowed: true })
    const back = start - behind
    correct(tenant, back)
    tenant.apply(status("STOPPED", back + 1))
    expect(tenant.connection().account_status).toBe("failed")
    tenant.apply(status("OK", back + 2))
    expect(reserve(tenant, back + 3)).toMatchObject({ allowed: false, reason: "hourly" })
    expect(reserve(tenant, back + hour)).toMatchObject({ allowed: true })
    const right = start + 2 * hour
    tenant.apply(passed("connection", tenant.connection().id, right))
    expect(tenant.connection()).toMatchObject({ messages_sent_this_hour: 0, account_status: "active" })
    expect(reserve(tenant, right, 3)).toMatchObject({ allowed: true })
    expect(tenant.connection().messages_sent_today).toBeLessThanOrEqual(7)
  })
})

test("a payload that was kept and is applied with the time at which it came corrects nothing", () => {
  const tenant = begun()
  reserve(tenant, start + 10 * day, 3)
  tenant.apply(message("late", 1, me, { received: start + 1 }))
  expect(tenant.connection()).toMatchObject({ messages_sent_this_hour: 4 })
  expect(reserve(tenant, start + 10 * day + 1)).toMatchObject({ allowed: false, reason: "hourly" })
})
