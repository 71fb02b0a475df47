/** Tenants on a real database: they end, crash, sleep and wake, and are who they were (I1, I2). Time is the test's. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, test } from "vitest"
import { GroupCommit } from "../../actors/journal/group-commit.ts"
import { Identity } from "../../actors/memory/identity.ts"
import { ownerLayer } from "../../actors/owner/local-owner.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { ShellOptions } from "../../actors/owner/shell.ts"
import type { ActorKind, Event } from "../../machines/events.ts"
import { layerDatabase } from "../../persistence/database/database.ts"
import { layer as layerPersistence } from "../../persistence/layer.ts"
import { layerMigrated } from "../../persistence/database/migrated.ts"
import { ScheduleRuns } from "../../persistence/registers/schedule-runs.ts"
import {
  ann,
  ben,
  day,
  deleted,
  hour,
  left,
  me,
  message,
  minute,
  reacted,
  read,
  registered,
  running,
  start
} from "../machines/facts.ts"
import { copyFreshCluster, inMemory } from "../support/fresh-cluster.ts"

const options: ShellOptions = { mailbox: 1000, snapshotInterval: "1 hour", idle: day, residents: 50_000 }
const opened: Array<() => Promise<void>> = []
afterEach(async () => {
  while (opened.length > 0) await opened.pop()!()
})

/** When the events of these tests are accepted: nothing lies ahead of the clock. */
const accepted = start + day / 4

/** A database, and owners on it, each in a scope of its own. The clock begins at `accepted`. */
const house = async (dataDir?: string) => {
  const at = dataDir === undefined ? inMemory() : { url: Option.none(), dataDir }
  const database = layerMigrated.pipe(Layer.provideMerge(layerDatabase(at)))
  // The database lives in real time; only who stands on it has the test's clock.
  const runtime = ManagedRuntime.make(
    TestClock.layer({ warningDelay: "1 hour" }).pipe(Layer.provideMerge(layerPersistence), Layer.provideMerge(database))
  )
  const close = () => runtime.dispose()
  opened.push(close)
  const run = runtime.runPromise
  await run(TestClock.setTime(accepted))
  const owner = async (changed: Partial<ShellOptions> = {}) => {
    const scope = Scope.makeUnsafe()
    const layer = ownerLayer({ ...options, ...changed }).pipe(Layer.provide(GroupCommit.layer))
    const context = await run(Layer.buildWithScope(Layer.fresh(layer), scope))
    let ended: Promise<void> | null = null
    const ends = () => (ended ??= run(Scope.close(scope, Exit.void)))
    opened.push(ends)
    const ask = <A, E>(use: (owner: TenantOwner["Service"]) => Effect.Effect<A, E>) =>
      run(TenantOwner.use(use).pipe(Effect.provide(context)))
    return {
      ends,
      ask,
      tell: (...events: ReadonlyArray<Event>) =>
        ask((owner) => Effect.forEach(events, (event) => owner.submit("acme", event)))
    }
  }
  return { run, owner, close }
}
type House = Awaited<ReturnType<typeof house>>
type Owner = Awaited<ReturnType<House["owner"]>>

const schedulerId = new Identity("acme").scheduler()

/** Real time passes in small steps until it is so; the database and the tasks need a little of it. */
const eventually = async <A>(look: () => Promise<A>, holds: (seen: A) => boolean, patience = 500): Promise<A> => {
  for (let tries = 0; ; tries++) {
    const seen = await look()
    if (holds(seen) || tries === patience) return seen
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const talk: ReadonlyArray<Event> = [
  registered,
  running,
  message("m1", 1, ann),
  message("o1", 2, me, { people: [ann, ben] }),
  read("o1", 5, ann),
  reacted("m1", 6, ben, "👍"),
  message("m2", 7, ben, { people: [ann, ben] }),
  deleted("m2", 8),
  deleted("m9", 9),
  left(10, ben),
  message("m3", 3, ann, { in: "chat-2" }),
  {
    type: "send_reserved",
    account_id: "account",
    reservation_id: "r1",
    count: 2,
    idempotency_key: "k",
    received: start + hour,
    via: "api"
  }
]

const whoIs: ReadonlyArray<readonly [ActorKind, string]> = [
  ["tenant", "acme"],
  ["connection", "account"],
  ["conversation", "chat-1"],
  ["conversation", "chat-2"]
]
/** Everything that the actors know, facts included. */
const everything = ({ ask }: Owner) =>
  ask((owner) =>
    Effect.forEach(whoIs, ([kind, id]) =>
      Effect.map(owner.inspect("acme", kind, id), ({ machine_state, context }) => normal({ machine_state, context }))
    )
  )

/** The order inside a message window and which form absent values take do not matter. */
const normal = (value: any): unknown => {
  const plain = JSON.parse(JSON.stringify(value))
  plain.context.facts?.window?.records.sort((a: any, b: any) => (a.id < b.id ? -1 : 1))
  return plain
}
const founded = async (home: House, changed: Partial<ShellOptions> = {}) => {
  const owner = await home.owner(changed)
  await owner.ask((each) => each.create("acme", "Acme", "sealed"))
  return owner
}

describe("a tenant", () => {
  test("is the same after a restart on the same directory", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "switchboard-lives-"))
    opened.push(() => rm(dataDir, { recursive: true, force: true }))
    await copyFreshCluster(dataDir)
    const home = await house(dataDir)
    const before = await founded(home)
    await before.tell(...talk)
    const known = await everything(before)
    await before.ends()
    await home.close()
    const again = await house(dataDir)
    const after = await again.owner()
    expect(await everything(after)).toEqual(known)
    expect(await after.tell(...talk.slice(2, -1))).toEqual(talk.slice(2, -1).map(() => ({ outcome: "duplicate" })))
  })

  test("is the same for whoever finds only its journal, as after a kill", async () => {
    const home = await house()
    const first = await founded(home)
    await first.tell(...talk)
    const known = await everything(first)
    expect((await first.ask((owner) => owner.stats("acme"))).checkpoint_seq).toBe(0)
    // The first one still lives and has written no cut: the second sees what a kill would have left.
    expect(await everything(await home.owner())).toEqual(known)
  })

  test("is the same when the cut lies in the middle of its journal", async () => {
    const home = await house()
    const first = await founded(home)
    await first.tell(...talk.slice(0, 6))
    await first.ask((owner) => owner.flush("acme"))
    await first.tell(...talk.slice(6))
    const known = await everything(first)
    const { checkpoint_seq, seq } = await first.ask((owner) => owner.stats("acme"))
    expect(checkpoint_seq).toBeGreaterThan(0)
    expect(checkpoint_seq).toBeLessThan(seq)
    expect(await everything(await home.owner())).toEqual(known)
  })

  test("lets idle conversations and people sleep, and they wake as who they were", async () => {
    const home = await house()
    const owner = await founded(home, { snapshotInterval: "5 seconds", idle: hour })
    await owner.tell(...talk)
    const known = await everything(owner)
    await home.run(TestClock.setTime(start + 10 * hour))
    const stats = () => owner.ask((each) => each.stats("acme"))
    const asleep = await eventually(
      async () => {
        await home.run(TestClock.adjust("5 seconds"))
        return (await stats()).residents
      },
      ({ conversation, participant }) => conversation + participant === 0
    )
    expect(asleep).toMatchObject({
      conversation: 0,
      participant: 0,
      connection: 1,
      channel: 1,
      tenant: 1,
      scheduler: 1
    })
    // The connection's budget has moved on with time; conversations have not.
    expect((await everything(owner)).slice(2)).toEqual(known.slice(2))
    await owner.tell(message("m1", 1, ann), message("m4", 11, ann))
    expect(await owner.ask((each) => each.view("acme", "conversation", "chat-1"))).toMatchObject({
      message_count: 3,
      unread_count: 2
    })
  })
})

describe("the scheduler", () => {
  const runsOf = (home: House, task: string) =>
    home.run(
      ScheduleRuns.use((runs) => Effect.map(runs.list("acme", 100), (all) => all.filter((one) => one.task === task)))
    )

  test("at midnight messages_sent_today is 0 without a send", async () => {
    const home = await house()
    const owner = await founded(home)
    await owner.tell(registered, running, message("o1", 2, me, { received: start + 5 }))
    const connection = () => owner.ask((each) => each.view("acme", "connection", "account"))
    expect(await connection()).toMatchObject({ messages_sent_today: 1 })
    await home.run(TestClock.setTime(start + 14 * hour - minute))
    expect(await connection()).toMatchObject({ messages_sent_today: 1 })
    await home.run(TestClock.adjust("2 minutes"))
    const seen = await eventually(connection, ({ messages_sent_today }) => messages_sent_today === 0)
    expect(seen).toMatchObject({
      messages_sent_today: 0,
      messages_sent_count: 1,
      last_rate_limit_reset: "2026-11-21T00:00:00.000Z"
    })
    expect(
      await eventually(
        () => runsOf(home, "reset_daily_counters"),
        (runs) => runs.length > 0
      )
    ).toMatchObject([{ touched: 1, error: null, due: start + 14 * hour }])
  })

  test("runs what fell due while nobody was there once, and not again after the next start", async () => {
    const home = await house()
    const first = await founded(home)
    await first.tell(registered, running)
    await first.ends()
    await home.run(TestClock.setTime(start + 3 * day + hour / 2))
    const second = await home.owner()
    const tasks = ["detect_hot_conversations", "reset_daily_counters", "retention"]
    const counts = async () => (await Promise.all(tasks.map((task) => runsOf(home, task)))).map((runs) => runs.length)
    expect(await eventually(counts, (all) => all.every((count) => count > 0))).toEqual([1, 1, 1])
    expect(await second.ask((owner) => owner.view("acme", "scheduler", schedulerId))).toMatchObject({
      next_due: "2026-11-23T11:00:00.000Z"
    })
    await second.ends()
    await home.owner()
    expect(await eventually(counts, (all) => all.some((count) => count > 1), 50)).toEqual([1, 1, 1])
  })

  test("a kill after a task does not run it again", async () => {
    const home = await house()
    const first = await founded(home, { snapshotInterval: "100 days" })
    await first.tell(registered, running)
    await home.run(TestClock.setTime(start + 14 * hour + minute))
    const resets = () => runsOf(home, "reset_daily_counters").then((runs) => runs.length)
    expect(await eventually(resets, (count) => count > 0)).toBe(1)
    const idle = () => first.ask((owner) => owner.inspect("acme", "scheduler", schedulerId))
    await eventually(idle, ({ machine_state }) => machine_state === "idle")
    await home.owner({ snapshotInterval: "100 days" })
    expect(await eventually(resets, (count) => count > 1, 50)).toBe(1)
  })
})
