/**
 * The drift check (CONTRACT §6) finds damage that was really there. Counters are functions of facts, so nothing we know makes them
 * drift; here they are broken on purpose: in an actor's snapshot while nobody runs, or in the columns by hand.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { Identity } from "../../actors/memory/identity.ts"
import { kinds } from "../../actors/memory/kinds.ts"
import { decodeSnapshot, encodeSnapshot } from "../../actors/memory/snapshot-codec.ts"
import type { ActorKind } from "../../machines/events.ts"
import type { ScheduledTask } from "../../machines/vocabulary.ts"
import { toColumns } from "../../persistence/database/field-values.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { entityTables } from "../../persistence/database/tables.ts"
import { ann, ben, day, left, me, message, read, registered, running, start } from "../machines/facts.ts"
import { databases } from "../support/databases.ts"
import { random, shuffled } from "../support/seeded.ts"
import { openTenantHouse, type TenantHouse } from "../support/tenant-house.ts"
import { monthOfTraffic, registrations } from "./month-of-traffic.ts"

const identity = new Identity("acme")
const channel = identity.channel("whatsapp", "account")
const annId = identity.participant(ann.key)
const chat = identity.conversation("whatsapp", "account", "chat-1")
const group = identity.conversation("whatsapp", "account", "chat-2")

const talk = [
  registered,
  running,
  message("m1", 1, ann),
  message("o1", 2, me),
  message("m2", 3, ann),
  read("o1", 4, ann),
  message("g1", 5, ann, { in: "chat-2", people: [ann, ben] }),
  left(6, ben, "chat-2")
]

describe.each(databases)("the drift check on $name", (database) => {
  let home: TenantHouse
  beforeAll(async () => {
    home = await openTenantHouse(database, start)
  })
  afterEach(() => home.reset())
  afterAll(() => home.close())

  /** Changes what an actor wakes with, and its columns with it, as a defect of ours would have. */
  const doctor = (kind: ActorKind, id: string, changes: Record<string, number | string>) =>
    home.run(
      Effect.gen(function* () {
        const [kept] = (yield* Snapshots.use((snapshots) => snapshots.load("acme", kind, [id]))).actors
        const snapshot = decodeSnapshot(kinds[kind], kept!.internals)
        const internals = encodeSnapshot(kinds[kind], {
          ...snapshot,
          context: { ...(snapshot as any).context, ...changes }
        } as any)
        const sql = yield* SqlClient
        const { table, fields } = entityTables[kind]
        yield* sql`update ${sql(table)} set ${sql.update({ ...toColumns(fields, changes, Object.keys(changes)), internals })} where tenant_id = 'acme' and id = ${id}`
      })
    )
  const column = async (kind: ActorKind, id: string, name: string) =>
    (await home.rows(`select ${name} as value from ${entityTables[kind].table} where id = '${id}'`))[0].value

  /** The metric's figure for a kind; 0 while it has none. */
  const figure = async (kind: ActorKind): Promise<number> => {
    const all = await home.run(Metric.snapshot)
    const found = all.find((one) => one.id === "switchboard_drift_total" && (one.attributes as any)?.kind === kind)
    return Number((found?.state as any)?.count ?? 0)
  }

  test.each<[ScheduledTask, ActorKind, string, Record<string, number>]>([
    ["update_channel_statistics", "channel", channel, { message_count: 40, last_message_at: start + 9 * day }],
    ["update_participant_statistics", "participant", annId, { total_messages: 1, total_conversations: 7 }],
    ["update_participant_statistics", "conversation", chat, { message_count: 9, unread_count: 5 }]
  ])("%s repairs a %s that woke with wrong counters", async (task, kind, id, damage) => {
    const before = await home.owner()
    await before.tell(...talk)
    const right = await before.ask((owner) => owner.view("acme", kind, id))
    await before.end()
    await doctor(kind, id, damage)
    const after = await home.owner()
    const counters = (view: Readonly<Record<string, unknown>>) => Object.keys(damage).map((name) => view[name])
    const damaged = await after.ask((owner) => owner.view("acme", kind, id))
    for (const name in damage) expect(damaged[name]).not.toEqual(right[name])
    const known = await figure(kind)
    expect(await home.runNow(after, task, start)).toMatchObject({ touched: 1, error: null })
    const repaired = await after.ask((owner) => owner.view("acme", kind, id))
    expect(counters(repaired)).toEqual(counters(right))
    expect(repaired["last_seen"]).toEqual(right["last_seen"])
    expect(await figure(kind)).toBe(known + 1)
    expect(await home.runNow(after, task, start + 1)).toMatchObject({ touched: 0, error: null })
    // The repair stands in the journal: whoever finds only that knows it too.
    expect(counters(await (await home.owner()).ask((owner) => owner.view("acme", kind, id)))).toEqual(counters(right))
  })

  test("columns that somebody edited by hand are written again, and the actor keeps what it knew", async () => {
    const owner = await home.owner()
    await owner.tell(...talk)
    await owner.ask((each) => each.flush("acme"))
    await home.rows(`update channels set message_count = 99 where id = '${channel}'`)
    await home.rows(`update conversations set unread_count = 99 where id = '${chat}'`)
    expect(await home.runNow(owner, "update_channel_statistics", start)).toMatchObject({ touched: 1, error: null })
    expect(await home.runNow(owner, "update_participant_statistics", start)).toMatchObject({ touched: 1, error: null })
    expect(await column("channel", channel, "message_count")).toBe(4)
    expect(await column("conversation", chat, "unread_count")).toBe(2)
    expect(await owner.ask((each) => each.view("acme", "channel", channel))).toMatchObject({ message_count: 4 })
  })

  test("types are corrected in both directions", async () => {
    const before = await home.owner()
    await before.tell(...talk, message("n1", 7, ann, { in: "chat-3", people: [ann, ben] }))
    await before.end()
    const crowd = identity.conversation("whatsapp", "account", "chat-3")
    expect(await column("conversation", group, "conversation_type")).toBe("direct")
    expect(await column("conversation", crowd, "conversation_type")).toBe("group")
    await doctor("conversation", group, { conversation_type: "group", participant_count: 3 })
    await doctor("conversation", crowd, { conversation_type: "direct", participant_count: 2 })
    const after = await home.owner()
    expect(await home.runNow(after, "update_conversation_types", start)).toMatchObject({ touched: 2, error: null })
    expect(await column("conversation", group, "conversation_type")).toBe("direct")
    expect(await column("conversation", crowd, "conversation_type")).toBe("group")
    expect(await column("conversation", crowd, "participant_count")).toBe(3)
    expect(await home.runNow(after, "update_conversation_types", start + 1)).toMatchObject({ touched: 0, error: null })
  })

  test("types and head counts that somebody edited by hand are written again, in both directions, and counted", async () => {
    const owner = await home.owner()
    await owner.tell(...talk, message("n1", 7, ann, { in: "chat-3", people: [ann, ben] }))
    await owner.ask((each) => each.flush("acme"))
    const crowd = identity.conversation("whatsapp", "account", "chat-3")
    const told = () =>
      home.rows("select id, conversation_type, participant_count, is_hot from conversations order by id")
    const right = await told()
    const known = await figure("conversation")
    await home.rows(`update conversations set conversation_type = 'broadcast' where id = '${chat}'`)
    await home.rows(`update conversations set conversation_type = 'direct' where id = '${crowd}'`)
    await home.rows(`update conversations set participant_count = 7, is_hot = true where id = '${group}'`)
    expect(await home.runNow(owner, "update_conversation_types", start)).toMatchObject({ touched: 3, error: null })
    expect(await told()).toEqual(right)
    expect(await figure("conversation")).toBe(known + 3)
    expect(await home.runNow(owner, "update_conversation_types", start + 1)).toMatchObject({ touched: 0, error: null })
    await home.rows(`update conversations set conversation_type = 'group', participant_count = 3 where id = '${chat}'`)
    await owner.end()
    const asleep = await home.owner()
    expect(await home.runNow(asleep, "update_conversation_types", start + 2)).toMatchObject({ touched: 1, error: null })
    expect(await told()).toEqual(right)
  })

  test("members whom somebody took out by hand are written again", async () => {
    const owner = await home.owner()
    await owner.tell(...talk)
    await owner.ask((each) => each.flush("acme"))
    await home.rows(`update members set is_active = false where conversation_id = '${chat}'`)
    expect(await home.runNow(owner, "update_conversation_types", start)).toMatchObject({ touched: 1, error: null })
    expect(
      await home.rows(`select count(*)::integer as n from members where conversation_id = '${chat}' and is_active`)
    ).toEqual([{ n: 2 }])
    expect(await home.runNow(owner, "update_conversation_types", start + 1)).toMatchObject({ touched: 0, error: null })
  })

  test("a conversation that somebody called hot by hand is cold again after the hourly look", async () => {
    const owner = await home.owner()
    await owner.tell(...talk)
    await owner.ask((each) => each.flush("acme"))
    await home.rows(`update conversations set is_hot = true where id = '${chat}'`)
    expect(await home.runNow(owner, "detect_hot_conversations", start)).toMatchObject({ touched: 1, error: null })
    expect(await column("conversation", chat, "is_hot")).toBe(false)
  })

  test("what came late, stories and marks are counted as the actors count them", async () => {
    const owner = await home.owner()
    const command = { conversation_id: chat, user_id: "u", received: start, via: "api" } as const
    await owner.tell(...talk, message("m5", 5, ann))
    await owner.tell({ type: "conversation_read", message_id: "m2", ...command })
    await owner.tell(message("late", 2, ann), message("story", 6, ann, { message: { is_story: true } }))
    await owner.tell({ ...read("m1", 1), direction: "inbound" }, { type: "conversation_unread", ...command })
    const view = await owner.ask((each) => each.view("acme", "conversation", chat))
    expect(view).toMatchObject({ unread_count: 2, message_count: 6 })
    expect(await home.runNow(owner, "update_participant_statistics", start)).toMatchObject({ touched: 0, error: null })
  })

  test("finds nothing after a month of traffic in any order: the expected figure is 0", async () => {
    const owner = await home.owner()
    const next = random(`drift on ${database.name}`)
    const month = monthOfTraffic(400, next)
    await owner.tell(...registrations, ...shuffled([...month, ...month.slice(0, 100)], next))
    const command = { user_id: "u", received: start, via: "api" } as const
    const [first, second] = ["chat-0", "chat-3"].map((name) => identity.conversation("whatsapp", "account", name))
    await owner.tell(
      { type: "conversation_read", conversation_id: first!, message_id: null, ...command },
      { type: "conversation_read", conversation_id: second!, message_id: null, ...command },
      { type: "conversation_unread", conversation_id: second!, ...command }
    )
    for (const task of [
      "update_channel_statistics",
      "update_participant_statistics",
      "update_conversation_types"
    ] as const) {
      expect(await home.runNow(owner, task, start), task).toMatchObject({ touched: 0, error: null })
    }
    expect(await home.rows("select count(*)::integer as people from participants where last_seen is not null")).toEqual(
      [{ people: 4 }]
    )
  })
})
