/** The send budget (CONTRACT 2.2 Sends). */
import { describe, expect, test } from "vitest"
import { budgetDeadline } from "../../machines/connection/sends.ts"
import type { Event } from "../../machines/events.ts"
import { day, hour, me, message, minute, registered, start } from "./facts.ts"
import { Sender } from "./sender.ts"

/** 10:00 is `start`. */
const midnight = 14 * hour

describe("asking before sending", () => {
  test("takes a place and says what remains", () => {
    const sender = new Sender()
    expect(sender.reserve("r1", 0)).toEqual({
      type: "send_decided",
      allowed: true,
      reservation_id: "r1",
      remaining_hour: 2,
      remaining_day: 999,
      reset_at: start + hour
    })
    expect(sender.sent).toEqual([1, 1, 1])
  })

  test("a limit of 0 means no sends at all, and waiting does not help", () => {
    expect(new Sender(0).reserve("r1", 0)).toEqual({
      type: "send_decided",
      allowed: false,
      reason: "hourly",
      retry_after_s: null
    })
  })

  test("more at once than the hour ever allows is refused without a time to wait", () => {
    expect(new Sender(3).reserve("r1", 0, { count: 4 })).toMatchObject({
      allowed: false,
      reason: "hourly",
      retry_after_s: null
    })
  })

  test("the hour is the rolling one, and retry_after_s is when enough of it has passed, not a second sooner", () => {
    const sender = new Sender(3)
    for (const [n, at] of [0, 10 * minute + 1, 20 * minute].entries())
      expect(sender.reserve(`r${n}`, at).allowed).toBe(true)
    for (const [n, id] of ["r0", "r1", "r2"].entries()) sender.confirm(id, 20 * minute + n)
    const now = 30 * minute
    expect(sender.reserve("x", now)).toMatchObject({ reason: "hourly", retry_after_s: 1800 })
    const two = sender.reserve("y", now, { count: 2 })
    expect(two).toMatchObject({ reason: "hourly", retry_after_s: 2401 })
    expect(sender.reserve("z1", now + 1799_999).allowed).toBe(false)
    expect(sender.reserve("y1", now + 2400_000, { count: 2 }).allowed).toBe(false)
    expect(sender.reserve("y2", now + 2401_000, { count: 2 }).allowed).toBe(true)
  })

  test("a refusal leaves everything as it was", () => {
    const sender = new Sender(1)
    sender.reserve("r1", 0)
    const before = sender.tenant.connection()
    sender.reserve("r2", minute)
    expect(sender.tenant.connection()).toBe(before)
  })

  test("the day's limit refuses until midnight", () => {
    const sender = new Sender(10_000)
    for (const at of [0, 2 * hour]) {
      sender.reserve(`r${at}`, at, { count: 500 })
      sender.confirm(`r${at}`, at + 1)
    }
    expect(sender.reserve("r2", 4 * hour)).toEqual({
      type: "send_decided",
      allowed: false,
      reason: "daily",
      retry_after_s: 10 * 3600
    })
    expect(sender.reserve("r3", 4 * hour, { count: 801 })).toMatchObject({ reason: "hourly", retry_after_s: null })
  })

  test("an account that does not run, or is switched off, sends nothing", () => {
    const sender = new Sender()
    sender.tenant.apply({ ...registered, is_active: false, received: start })
    expect(sender.reserve("r1", 0)).toEqual({
      type: "send_decided",
      allowed: false,
      reason: "not_active",
      retry_after_s: null
    })
  })

  test("the same idempotency key is the same reservation", () => {
    const sender = new Sender()
    sender.reserve("r1", 0, { key: "k" })
    expect(sender.reserve("r2", 5, { key: "k" })).toMatchObject({ allowed: true, reservation_id: "r1" })
    expect(sender.sent).toEqual([1, 1, 1])
  })
})

describe("a reservation", () => {
  test("that is cancelled gives its places back, once", () => {
    const sender = new Sender()
    sender.reserve("r1", 0, { count: 2 })
    sender.cancel("r1", 5)
    expect(sender.sent).toEqual([0, 0, 0])
    expect(sender.cancel("r1", 6).type).toBe("refused")
    expect(sender.sent).toEqual([0, 0, 0])
  })

  test("that was confirmed cannot be cancelled", () => {
    const sender = new Sender()
    sender.reserve("r1", 0)
    sender.confirm("r1", 1)
    expect(sender.cancel("r1", 2).type).toBe("refused")
    expect(sender.sent).toEqual([1, 1, 1])
  })

  test("that nobody confirms gives back the hour, today and the lifetime after an hour, by deadline", () => {
    const sender = new Sender()
    sender.reserve("r1", 0, { count: 2 })
    expect(budgetDeadline(sender.tenant.connection())).toBe(start + hour)
    sender.pass(hour)
    expect(sender.sent).toEqual([0, 0, 0])
    expect(budgetDeadline(sender.tenant.connection())).toBeNull()
    expect(sender.confirm("r1", hour + 1).type).toBe("refused")
  })

  test("that was confirmed leaves the hour by deadline and stays in today", () => {
    const sender = new Sender()
    sender.reserve("r1", 0)
    sender.confirm("r1", 1, "m1")
    sender.pass(hour - 1)
    expect(sender.sent).toEqual([1, 1, 1])
    sender.pass(hour)
    expect(sender.sent).toEqual([0, 1, 1])
  })

  test("of yesterday that is given back today does not lower today", () => {
    const sender = new Sender()
    sender.reserve("r1", midnight - 10 * minute)
    sender.newDay(midnight)
    sender.reserve("r2", midnight + minute)
    sender.cancel("r1", midnight + 2 * minute)
    expect(sender.sent).toEqual([1, 1, 1])
  })
})

describe("an echo", () => {
  test("after the confirmation that names it does not count again", () => {
    const sender = new Sender()
    sender.reserve("r1", 0)
    sender.confirm("r1", 1, "m1")
    sender.echo("m1", 2)
    expect(sender.sent).toEqual([1, 1, 1])
  })

  test("before the confirmation that names it counts once in the end", () => {
    const sender = new Sender()
    sender.reserve("r1", 0)
    sender.echo("m1", 2)
    expect(sender.sent).toEqual([2, 2, 2])
    sender.confirm("r1", 3, "m1")
    sender.confirm("r1", 4, "m1")
    expect(sender.sent).toEqual([1, 1, 1])
  })

  test("is known by the provider's id as well, and gives back only once under both", () => {
    const sender = new Sender()
    sender.reserve("r1", 0, { count: 2 })
    sender.echo("m1", 2, { alias: "p1" })
    sender.confirm("r1", 3, "p1")
    sender.confirm("r1", 4, "m1")
    expect(sender.sent).toEqual([2, 2, 2])
  })

  test("that comes after the reservation's hour still belongs to it", () => {
    const sender = new Sender()
    sender.reserve("r1", 0)
    sender.confirm("r1", 1, "m1")
    sender.pass(hour)
    sender.echo("m1", 2, { received: hour + minute })
    expect(sender.sent).toEqual([0, 1, 1])
  })

  test("of another message than the reserved one is usage of its own", () => {
    const sender = new Sender()
    sender.reserve("r1", 0)
    sender.confirm("r1", 1, "m1")
    sender.echo("m2", 2)
    expect(sender.sent).toEqual([2, 2, 2])
    expect(sender.confirm("r1", 3, "m2").type).toBe("refused")
    expect(sender.sent).toEqual([2, 2, 2])
  })

  test("without a reservation counts even over the limit", () => {
    const sender = new Sender(1)
    for (const n of [1, 2, 3]) sender.echo(`m${n}`, n)
    expect(sender.sent).toEqual([3, 3, 3])
    expect(sender.reserve("r1", 10)).toMatchObject({ allowed: false, reason: "hourly" })
  })

  test("of yesterday that comes today counts for the lifetime, not for today", () => {
    const sender = new Sender()
    sender.echo("m1", midnight - 2 * hour, { received: midnight + minute })
    expect(sender.sent).toEqual([0, 0, 1])
    sender.echo("m2", midnight - minute, { received: midnight + 2 * minute })
    expect(sender.sent).toEqual([1, 0, 2])
  })

  test("whose clock is ahead counts now, and leaves the hour in an hour", () => {
    const sender = new Sender()
    sender.echo("m1", midnight + 2 * hour, { received: midnight - minute })
    expect(sender.sent).toEqual([1, 1, 1])
    sender.pass(midnight - minute + hour)
    expect(sender.sent).toEqual([0, 0, 1])
  })

  test("that is a system line is no send", () => {
    const sender = new Sender()
    sender.tenant.apply(message("s1", 0, me, { message: { is_event: true } }))
    expect(sender.sent).toEqual([0, 0, 0])
  })

  test("that is a system line does not concern the connection under a second name either", () => {
    const sender = new Sender()
    const line = (provider_message_id: string | null) =>
      message("s1", 0, me, { received: start + day, message: { is_event: true, provider_message_id } })
    sender.tenant.apply(line(null))
    const before = sender.tenant.connection()
    sender.tenant.apply(line("p1"))
    expect(sender.tenant.connection()).toBe(before)
  })
})

describe("a confirmation without a message id", () => {
  test("is matched by the echo that follows, and only by one", () => {
    const sender = new Sender()
    sender.reserve("r1", 0)
    sender.confirm("r1", 1)
    sender.confirm("r1", 2)
    sender.echo("m1", 3)
    expect(sender.sent).toEqual([1, 1, 1])
    sender.echo("m2", 4)
    expect(sender.sent).toEqual([2, 2, 2])
  })

  test("after its echo makes it count once in the end", () => {
    const sender = new Sender()
    sender.reserve("r1", 0)
    sender.echo("m1", 2)
    expect(sender.sent).toEqual([2, 2, 2])
    sender.confirm("r1", 3)
    expect(sender.sent).toEqual([1, 1, 1])
    sender.confirm("r1", 4)
    expect(sender.sent).toEqual([1, 1, 1])
  })

  test("of several reservations: each takes one echo, and what was sent from the phone still counts", () => {
    const sender = new Sender(10)
    for (const id of ["r1", "r2", "r3"]) sender.reserve(id, 0)
    sender.confirm("r1", 1)
    sender.echo("m1", 2)
    sender.echo("m2", 3)
    expect(sender.sent).toEqual([4, 4, 4])
    sender.confirm("r2", 4)
    sender.confirm("r3", 5)
    expect(sender.sent).toEqual([3, 3, 3])
    sender.echo("m3", 6)
    expect(sender.sent).toEqual([3, 3, 3])
    sender.echo("phone", 7)
    expect(sender.sent).toEqual([4, 4, 4])
  })

  test("of a reservation of several takes as many echoes as it has places left", () => {
    const sender = new Sender(10)
    sender.reserve("r1", 0, { count: 3 })
    sender.confirm("r1", 1, "m1")
    sender.confirm("r1", 1)
    for (const [n, id] of ["m1", "m2", "m3"].entries()) sender.echo(id, 2 + n)
    expect(sender.sent).toEqual([3, 3, 3])
    sender.echo("phone", 9)
    expect(sender.sent).toEqual([4, 4, 4])
  })

  test("takes no echo from the reservation that is confirmed by its id", () => {
    const sender = new Sender(10)
    sender.reserve("r1", 0)
    sender.reserve("r2", 1)
    sender.echo("m1", 2)
    sender.confirm("r2", 3)
    expect(sender.sent).toEqual([2, 2, 2])
    sender.confirm("r1", 4, "m1")
    expect(sender.sent).toEqual([2, 2, 2])
    sender.echo("m2", 5)
    expect(sender.sent).toEqual([2, 2, 2])
  })

  test("that is followed by the id counts once, and gives the echo that it had taken back to the phone", () => {
    const sender = new Sender(10)
    sender.reserve("r1", 0)
    sender.confirm("r1", 1)
    sender.echo("m1", 2)
    sender.confirm("r1", 3, "m1")
    expect(sender.sent).toEqual([1, 1, 1])

    sender.reserve("r2", minute)
    sender.confirm("r2", minute + 1)
    sender.echo("phone", minute + 2)
    expect(sender.sent).toEqual([2, 2, 2])
    sender.confirm("r2", minute + 3, "m2")
    expect(sender.sent).toEqual([3, 3, 3])
    sender.echo("m2", minute + 4)
    expect(sender.sent).toEqual([3, 3, 3])
  })

  test.each([
    ["much older than the reservation", -10 * minute],
    ["more than an hour after the confirmation", hour + minute]
  ])("takes no echo that is %s", (_, at) => {
    const sender = new Sender(10)
    sender.reserve("r1", 0)
    sender.confirm("r1", 1)
    sender.echo("m1", at, { received: Math.max(at, 2) })
    expect(sender.tenant.connection().messages_sent_count).toBe(2)
  })

  test("takes an echo whose clock is a little behind", () => {
    const sender = new Sender()
    sender.reserve("r1", 0)
    sender.confirm("r1", 1)
    sender.echo("m1", -minute, { received: 2 })
    expect(sender.sent).toEqual([1, 1, 1])
  })

  test("is matched by an echo that comes hours late, after the reservation's hour", () => {
    const sender = new Sender()
    sender.reserve("r1", 0)
    sender.confirm("r1", 1)
    sender.pass(hour)
    sender.echo("m1", 2, { received: 5 * hour })
    expect(sender.sent).toEqual([0, 1, 1])
  })

  test("before midnight, with its echo after it, counts for the day of the reservation alone", () => {
    const [before, after] = [new Sender(), new Sender()]
    for (const sender of [before, after]) sender.reserve("r1", midnight - 1000)
    before.confirm("r1", midnight - 500)
    before.newDay(midnight)
    before.echo("m1", midnight + 200)
    after.newDay(midnight)
    after.echo("m1", midnight + 200)
    expect(after.sent).toEqual([2, 1, 2])
    after.confirm("r1", midnight + 300)
    for (const sender of [before, after]) expect(sender.sent).toEqual([1, 0, 1])
  })

  test("takes the older of two echoes, whichever comes first", () => {
    const [straight, crossed] = [new Sender(), new Sender()]
    for (const sender of [straight, crossed]) {
      sender.reserve("r1", 0)
      sender.confirm("r1", 1)
    }
    straight.echo("m1", 2, { received: minute })
    straight.echo("m2", 10 * minute, { received: 20 * minute })
    crossed.echo("m2", 10 * minute, { received: 20 * minute })
    crossed.echo("m1", 2, { received: 20 * minute })
    expect(crossed.sent).toEqual(straight.sent)
    expect(crossed.tenant.connection().facts.sends).toEqual(straight.tenant.connection().facts.sends)
    expect(straight.tenant.connection().facts.sends).toEqual([
      [start, 1],
      [start + 10 * minute, 1]
    ])
  })

  test("survives sleep, and is settled in the end: what is remembered does not grow", () => {
    const sender = new Sender(1000)
    for (let n = 0; n < 300; n++) {
      sender.reserve(`r${n}`, n)
      sender.confirm(`r${n}`, n)
    }
    sender.tenant.sleepAndWake()
    for (let n = 0; n < 300; n++) sender.echo(`m${n}`, 1000 + n)
    // Past what is remembered, an echo counts by itself.
    expect(sender.tenant.connection().messages_sent_count).toBe(344)
    sender.pass(3 * hour)
    expect(sender.tenant.connection().facts).toMatchObject({ unnamed: [], reservations: {} })
    expect(sender.tenant.connection().messages_sent_count).toBe(344)
  })
})

describe("a new UTC day", () => {
  test("sets today's count to 0 without a send", () => {
    const sender = new Sender()
    sender.echo("m1", 0)
    sender.newDay(midnight)
    expect(sender.tenant.connection()).toMatchObject({
      messages_sent_today: 0,
      messages_sent_count: 1,
      last_rate_limit_reset: start + midnight
    })
  })

  test("does not empty the rolling hour", () => {
    const sender = new Sender(1)
    sender.echo("m1", midnight - minute)
    sender.newDay(midnight)
    expect(sender.sent).toEqual([1, 0, 1])
    expect(sender.reserve("r1", midnight)).toMatchObject({ allowed: false, reason: "hourly", retry_after_s: 59 * 60 })
  })

  test("is noticed by the next event as well, and starting it twice changes nothing", () => {
    const sender = new Sender()
    sender.echo("m1", 0)
    sender.pass(day)
    expect(sender.sent).toEqual([0, 0, 1])
    const again: Event = {
      type: "day_started",
      connection_id: sender.tenant.connection().id,
      received: start + day,
      via: "clock"
    }
    expect(sender.tenant.changes(again)).toBe(false)
  })
})
