/** Daily analytics (CONTRACT 2.8) of real tenants on real databases, against a computation that shares nothing with ours. */
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { refreshAnalytics } from "../../actors/cut/analytics-upkeep.ts"
import { Identity } from "../../actors/memory/identity.ts"
import { Analytics } from "../../persistence/figures/analytics.ts"
import { ann, day, deleted, hour, me, message, minute, registered, running, start } from "../machines/facts.ts"
import { databases } from "../support/databases.ts"
import { random, shuffled } from "../support/seeded.ts"
import { eventually } from "../support/eventually.ts"
import { openTenantHouse, type TenantHouse } from "../support/tenant-house.ts"
import { monthOfTraffic, registrations } from "./month-of-traffic.ts"

/** Analytics of message rows, the slow and obvious way: by day and channel, `null` for the tenant. */
const naiveAnalytics = (rows: ReadonlyArray<any>): Map<string, object> => {
  const counting = rows
    .filter((row) => row.deleted_at === null && !row.is_event && !row.hidden)
    .map((row) => ({ ...row, at: (row.direction === "outbound" ? row.sent_at : row.received_at).getTime() as number }))
  const replies = (inbound: any) =>
    counting
      .filter((row) => row.direction === "outbound" && row.conversation_id === inbound.conversation_id)
      .map((row) => row.at - inbound.at)
      .filter((after) => after > 0 && after <= day)
  const result = new Map<string, object>()
  const days = new Set(counting.map((row) => new Date(row.at).toISOString().slice(0, 10)))
  for (const date of days) {
    const ofDay = counting.filter((row) => new Date(row.at).toISOString().startsWith(date))
    for (const channel of [null, ...new Set<string>(ofDay.map((row) => row.channel_id))]) {
      const mine = ofDay.filter((row) => channel === null || row.channel_id === channel)
      const inbound = mine.filter((row) => row.direction === "inbound")
      const waits = inbound.flatMap((row) => (replies(row).length === 0 ? [] : [Math.min(...replies(row)) / 1000]))
      waits.sort((a, b) => a - b)
      const percentile = (share: number) => (waits.length === 0 ? null : waits[Math.ceil(share * waits.length) - 1])
      result.set(`${date} ${channel}`, {
        messages_sent: mine.length - inbound.length,
        messages_received: inbound.length,
        active_channels: new Set(mine.map((row) => row.channel_id)).size,
        response_rate: inbound.length === 0 ? 0 : Math.round((10_000 * waits.length) / inbound.length) / 100,
        engagement_score: Math.min(100, mine.length),
        metadata: {
          total_messages: mine.length,
          reply_time_p50_s: percentile(0.5),
          reply_time_p90_s: percentile(0.9),
          calculated_at: expect.stringMatching(/Z$/)
        }
      })
    }
  }
  return result
}

const today = "2026-11-20"
const everything = { from: "2026-01-01", to: "2026-12-31" }
const channel = new Identity("acme").channel("whatsapp", "account")

describe.each(databases)("daily analytics on $name", (database) => {
  let home: TenantHouse
  beforeAll(async () => {
    home = await openTenantHouse(database, start)
  })
  afterEach(() => home.reset())
  afterAll(() => home.close())
  const open = () => home.owner()
  type Owner = Awaited<ReturnType<typeof open>>

  /** What a reader over HTTP would see. */
  const current = async ({ ask }: Owner) => {
    await ask((owner) => owner.flush("acme"))
    await home.run(refreshAnalytics("acme"))
    return home.run(Analytics.use((analytics) => analytics.list("acme", everything)))
  }
  const ofTenant = async (owner: Owner, date = today) =>
    (await current(owner)).find((row) => row.date === date && row.channel_id === null)

  test("of a seeded month, late and out of order, equal a naive computation over the message rows", async () => {
    const owner = await open()
    const next = random(`month of traffic on ${database.name}`)
    const month = monthOfTraffic(900, next)
    const known = shuffled(month.slice(0, month.length / 2), next)
    await owner.tell(...registrations, ...known)
    await home.runNow(owner, "generate_daily_analytics", start)
    // Every day but today is final; what comes now is late.
    await owner.tell(...shuffled(month.slice(month.length / 2), next), ...shuffled(known, next).slice(0, 100))
    const rows = await current(owner)
    const naive = naiveAnalytics(await home.rows("select * from messages where tenant_id = 'acme'"))
    expect(naive.size).toBeGreaterThan(90)
    const silent = { messages_sent: 0, messages_received: 0, response_rate: 0, engagement_score: 0 }
    for (const { date, channel_id, ...figures } of rows) {
      expect(figures, `${date} ${channel_id}`).toMatchObject(naive.get(`${date} ${channel_id}`) ?? silent)
    }
    const calculated = new Set(rows.map(({ date, channel_id }) => `${date} ${channel_id}`))
    expect([...naive.keys()].filter((key) => !calculated.has(key))).toEqual([])
    expect(rows.length).toBe(calculated.size)
  })

  test("today is live, a deleted message leaves, and repeats change nothing", async () => {
    const owner = await open()
    await owner.tell(registered, running, message("m1", 1, ann), message("m2", 2, ann, { in: "chat-2" }))
    expect(await ofTenant(owner)).toMatchObject({ messages_received: 2, messages_sent: 0, response_rate: 0 })
    await owner.tell(message("o1", 5_001, me), message("m1", 1, ann))
    const answered = {
      messages_received: 2,
      messages_sent: 1,
      response_rate: 50,
      engagement_score: 3,
      active_channels: 1
    }
    expect(await ofTenant(owner)).toMatchObject({ ...answered, metadata: { total_messages: 3, reply_time_p50_s: 5 } })
    await owner.tell(deleted("m2", 3, "chat-2"))
    expect(await ofTenant(owner)).toMatchObject({ messages_received: 1, response_rate: 100, engagement_score: 2 })
  })

  test("the day becomes final at 00:05 with a row for every active channel, and a late webhook corrects it", async () => {
    const owner = await open()
    await owner.tell(...registrations, message("m1", 1, ann))
    await home.run(TestClock.setTime(start + 14 * hour + 4 * minute))
    expect(await home.runsOf("generate_daily_analytics")).toEqual([])
    await home.run(TestClock.adjust("2 minutes"))
    const runs = await eventually(
      () => home.runsOf("generate_daily_analytics"),
      (all) => all.length > 0
    )
    expect(runs).toMatchObject([{ due: start + 14 * hour + 5 * minute, error: null }])
    expect(runs[0]!.touched).toBeGreaterThanOrEqual(4)
    const rows = await home.run(Analytics.use((analytics) => analytics.list("acme", everything)))
    expect(rows.map(({ date }) => date)).toEqual([today, today, today, today])
    expect(rows[0]).toMatchObject({ channel_id: null, messages_received: 1, active_channels: 1, response_rate: 0 })
    expect(
      rows
        .filter((row) => row.channel_id !== null)
        .map((row) => row.messages_received)
        .sort()
    ).toEqual([0, 0, 1])
    // An answer on the next day is one to the day before.
    await owner.tell(message("o1", 20 * hour, me))
    expect(await ofTenant(owner)).toMatchObject({ messages_received: 1, messages_sent: 0, response_rate: 100 })
    await owner.tell(message("m0", -hour, ann, { in: "chat-2" }))
    expect(await ofTenant(owner)).toMatchObject({ messages_received: 2, messages_sent: 0, response_rate: 50 })
    expect(await ofTenant(owner, "2026-11-21")).toMatchObject({ messages_received: 0, messages_sent: 1 })
  })

  test("days without a process get their rows when it is back, in one run", async () => {
    const first = await open()
    await first.tell(registered, running, message("m1", 1, ann))
    await first.end()
    await home.run(TestClock.setTime(start + 5 * day))
    const second = await home.owner()
    const tasks = ["generate_daily_analytics", "update_channel_statistics", "update_conversation_types"] as const
    const counts = () => Promise.all(tasks.map((task) => home.runsOf(task).then((runs) => runs.length)))
    expect(await eventually(counts, (all) => all.every((count) => count > 0))).toEqual([1, 1, 1])
    const dates = (await current(second)).filter((row) => row.channel_id === null).map((row) => row.date)
    expect(dates).toEqual(["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"])
    await second.end()
    await home.owner()
    expect(await eventually(counts, (all) => all.some((count) => count > 1), 30)).toEqual([1, 1, 1])
  })

  test("in plain SQL too the day is at most a minute behind its cut", async () => {
    const owner = await home.owner({ snapshotInterval: "5 seconds" })
    await owner.tell(registered, running, message("m1", 1, ann))
    const seen = await eventually(
      async () => {
        await home.run(TestClock.adjust("5 seconds"))
        return home.rows(`select messages_received from analytics where channel_id = '${channel}'`)
      },
      (rows) => rows.length > 0,
      200
    )
    expect(seen).toEqual([{ messages_received: 1 }])
  })

  test("a calculation that saw an older cut does not overwrite a newer one", async () => {
    const owner = await open()
    await owner.tell(registered, running, message("m1", 1, ann))
    await current(owner)
    await home.rows("update analytics set seq = seq + 1000, messages_received = 77")
    await home.run(Analytics.use((analytics) => Effect.asVoid(analytics.create("acme", today, start))))
    expect((await current(owner))[0]).toMatchObject({ messages_received: 77 })
  })
})
