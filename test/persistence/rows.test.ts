import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import { randomBytes, randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ApiKeys } from "../../persistence/registers/api-keys.ts"
import { KeptAnswers } from "../../persistence/kept/kept-answers.ts"
import { Outgoing } from "../../persistence/registers/outgoing.ts"
import { OutgoingEndpoints } from "../../persistence/registers/outgoing-endpoints.ts"
import { Quarantine } from "../../persistence/kept/quarantine.ts"
import { ScheduleRuns } from "../../persistence/registers/schedule-runs.ts"
import { Waiting } from "../../persistence/kept/waiting.ts"
import { databases, openPersistence, type Persistence } from "../support/databases.ts"

const at = 1_700_000_000_123

describe.each(databases)("on $name", (database) => {
  let persistence: Persistence
  beforeAll(async () => {
    persistence = await openPersistence(database)
  })
  afterAll(() => persistence.close())

  test("a quarantined payload keeps its bytes, is replayed once and expires (I9)", () =>
    persistence.run(
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        const payload = {
          tenant_id: "q",
          source: "unipile",
          reason: "not understood",
          body: randomBytes(2000),
          received_at: at
        }
        const times = (query: { replayed?: boolean; source?: string; cursor?: string } = {}) =>
          Effect.map(quarantine.list("q", { limit: 10, ...query }), ({ items }) =>
            items.map(({ received_at }) => received_at)
          )
        const id = yield* quarantine.add(payload)
        yield* quarantine.add({ ...payload, received_at: at + 1, source: "other", body: new Uint8Array() })
        const kept = Option.getOrThrow(yield* quarantine.get("q", id))
        expect({ ...kept, body: Buffer.from(kept.body) }).toEqual({
          ...payload,
          id,
          size_bytes: 2000,
          replayed_at: null
        })
        expect(yield* times()).toEqual([at + 1, at])
        expect(yield* times({ source: "other" })).toEqual([at + 1])
        const page = yield* quarantine.list("q", { limit: 1 })
        expect(yield* times({ cursor: page.next_cursor! })).toEqual([at])
        const oldest = yield* quarantine.unreplayed("q", { limit: 1 })
        expect(oldest.items).toEqual([id])
        const rest = yield* quarantine.unreplayed("q", { limit: 1, cursor: oldest.next_cursor! })
        expect(rest).toMatchObject({ items: [page.items[0]!.id], next_cursor: null })
        yield* quarantine.markReplayed("q", id, at + 5)
        yield* quarantine.markReplayed("q", id, at + 9)
        expect(Option.getOrThrow(yield* quarantine.get("q", id)).replayed_at).toBe(at + 5)
        expect(yield* times({ replayed: false })).toEqual([at + 1])
        expect(yield* times({ replayed: true })).toEqual([at])
        expect(yield* quarantine.remaining("q")).toBe(1)
        expect(yield* quarantine.get("someone else", id)).toEqual(Option.none())
        expect(yield* quarantine.get("q", randomUUID())).toEqual(Option.none())
        expect(yield* quarantine.expire("q", at + 1, at + 1)).toEqual({ replayed: 1, unreplayed: 0 })
        expect(yield* times()).toEqual([at + 1])
        expect(yield* quarantine.expire("q", at + 2, at + 2)).toEqual({ replayed: 0, unreplayed: 1 })
      })
    ))

  test("the same bytes are kept once, and come back as a new case after their replay", () =>
    persistence.run(
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        const payload = { tenant_id: "r", source: "s", reason: "x", body: randomBytes(50), received_at: at }
        const id = yield* quarantine.add(payload)
        expect(yield* quarantine.add({ ...payload, received_at: at + 1, reason: "y" })).toBe(id)
        expect(yield* quarantine.add({ ...payload, tenant_id: "r2" })).not.toBe(id)
        expect(yield* quarantine.add({ ...payload, source: "s2" })).not.toBe(id)
        expect(yield* quarantine.remaining("r")).toBe(2)
        yield* quarantine.markReplayed("r", id, at + 2)
        expect(yield* quarantine.remaining("r")).toBe(1)
        expect(yield* quarantine.add({ ...payload, received_at: at + 3 })).toBe(id)
        expect(Option.getOrThrow(yield* quarantine.get("r", id))).toMatchObject({
          replayed_at: null,
          received_at: at + 3
        })
      })
    ))

  test("a room takes what fits into it, by number and by bytes, and what is in it already (I8)", () =>
    persistence.run(
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        const waiting = yield* Waiting
        const payload = (size: number) => ({
          tenant_id: "full",
          account_id: "account",
          source: "s",
          reason: "x",
          body: randomBytes(size),
          received_at: at
        })
        for (const add of [quarantine.addWithin, waiting.addWithin]) {
          const fits = (size: number, room: { payloads: number; bytes: number }) =>
            Effect.map(add(payload(size), room), Option.isSome)
          const known = payload(10)
          expect(Option.isSome(yield* add(known, { payloads: 1, bytes: 10 }))).toBe(true)
          expect(yield* fits(1, { payloads: 1, bytes: 1000 })).toBe(false)
          expect(yield* fits(5, { payloads: 9, bytes: 14 })).toBe(false)
          expect(yield* fits(5, { payloads: 9, bytes: 15 })).toBe(true)
          expect(Option.isSome(yield* add(known, { payloads: 1, bytes: 10 }))).toBe(true)
        }
        expect((yield* quarantine.held).payloads).toBeGreaterThanOrEqual(2)
        expect((yield* waiting.held).bytes).toBe(15)
        expect((yield* waiting.held).oldest).toBe(at)
        yield* waiting.expire("full", at + 1, at + 1)
      })
    ))

  test("what waits for an account comes in the order of arrival and goes once it is removed (I9)", () =>
    persistence.run(
      Effect.gen(function* () {
        const waiting = yield* Waiting
        const room = { payloads: 10, bytes: 1000 }
        const payload = (received_at: number, account_id = "account") => ({
          tenant_id: "w",
          account_id,
          source: "unipile",
          body: new TextEncoder().encode(String(received_at)),
          received_at
        })
        const add = (received_at: number, account_id?: string) =>
          Effect.map(waiting.addWithin(payload(received_at, account_id), room), Option.getOrThrow)
        const second = yield* add(at + 2)
        const first = yield* add(at + 1)
        expect(yield* add(at + 1)).toBe(first)
        yield* add(at, "another")
        const found = yield* waiting.forAccount("w", "account", null, { payloads: 10, bytes: 1_000 })
        expect(found.map((each) => ({ ...each, body: new Uint8Array(each.body) }))).toEqual([
          { ...payload(at + 1), id: first, size_bytes: 13 },
          { ...payload(at + 2), id: second, size_bytes: 13 }
        ])
        expect(
          (yield* waiting.forAccount("w", "account", null, { payloads: 1, bytes: 1_000 })).map(({ id }) => id)
        ).toEqual([first])
        expect(
          (yield* waiting.forAccount("w", "account", found[0]!, { payloads: 1, bytes: 1_000 })).map(({ id }) => id)
        ).toEqual([second])
        // By bytes: one at least, and no more than fit.
        for (const [bytes, ids] of [
          [1, [first]],
          [13, [first]],
          [14, [first, second]]
        ] as const)
          expect(
            (yield* waiting.forAccount("w", "account", null, { payloads: 10, bytes })).map(({ id }) => id)
          ).toEqual(ids)
        expect(yield* waiting.accounts("w", { limit: 10 })).toEqual([
          { tenant_id: "w", account_id: "account", payloads: 2, oldest: at + 1 },
          { tenant_id: "w", account_id: "another", payloads: 1, oldest: at }
        ])
        const all = yield* waiting.everywhere({ tenant_id: "", account_id: "" }, 1)
        expect(all.map(({ account_id }) => account_id)).toEqual(["account"])
        expect((yield* waiting.everywhere(all[0]!, 9)).map(({ account_id }) => account_id)).toEqual(["another"])
        expect(yield* waiting.remove("someone else", [first])).toEqual([])
        expect((yield* waiting.remove("w", [first])).map(({ id }) => id)).toEqual([first])
        expect(yield* waiting.remove("w", [])).toEqual([])
        expect(
          (yield* waiting.forAccount("w", "account", null, { payloads: 10, bytes: 1_000 })).map(({ id }) => id)
        ).toEqual([second])
        expect(yield* waiting.forAccount("w", "another", null, { payloads: 10, bytes: 1_000 })).toHaveLength(1)
      })
    ))

  test("a payload that changes the room is in one of the two, whoever else takes it over meanwhile (I9)", () =>
    persistence.run(
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        const waiting = yield* Waiting
        const payload = { tenant_id: "move", source: "s", body: randomBytes(30), received_at: at }
        const room = { payloads: 10, bytes: 1000 }
        const id = Option.getOrThrow(yield* waiting.addWithin({ ...payload, account_id: "a" }, room))
        const waits = Option.getOrThrow(yield* waiting.get("move", id))
        yield* Effect.all([quarantine.takeOver(waits, "broken"), quarantine.takeOver(waits, "broken")], {
          concurrency: 2
        })
        expect(yield* waiting.get("move", id)).toEqual(Option.none())
        const { items } = yield* quarantine.list("move", { limit: 10 })
        expect(items).toMatchObject([{ reason: "broken", received_at: at, source: "s", replayed_at: null }])
        const kept = Option.getOrThrow(yield* quarantine.get("move", items[0]!.id))
        expect(Buffer.from(kept.body)).toEqual(payload.body)
        for (let twice = 0; twice < 2; twice++)
          expect(yield* waiting.takeOver({ ...kept, account_id: "a" }, at + 7)).toBe(id)
        expect(yield* waiting.forAccount("move", "a", null, { payloads: 10, bytes: 1_000 })).toHaveLength(1)
        expect(Option.getOrThrow(yield* quarantine.get("move", kept.id)).replayed_at).toBe(at + 7)
      })
    ))

  test("a key opens its tenant until it is revoked", () =>
    persistence.run(
      Effect.gen(function* () {
        const keys = yield* ApiKeys
        const key = {
          hash: randomBytes(32),
          tenant_id: "k",
          name: "first",
          scopes: ["read", "secrets"],
          created_at: at
        }
        yield* keys.add(key)
        yield* keys.add({ ...key, tenant_id: "thief" })
        const hex = (hash: Buffer) => hash.toString("hex")
        const grants = Effect.map(keys.grantsOf([hex(key.hash), "00".repeat(32)]), (all) =>
          all.map(({ tenant_id, name, scopes }) => ({ tenant_id, name, scopes }))
        )
        expect(yield* grants).toEqual([{ tenant_id: "k", name: "first", scopes: ["read", "secrets"] }])
        expect(yield* keys.count("thief")).toBe(0)
        // A name is that of one key: who needs one whatever is there gets a number, who chooses is refused.
        const bare = { ...key, hash: randomBytes(32), scopes: [], created_at: at + 1 }
        yield* keys.add(bare)
        yield* keys.add({ ...bare, hash: randomBytes(32) })
        expect((yield* keys.list("k")).map(({ name }) => name).sort()).toEqual(["first", "first (2)", "first (3)"])
        expect(Option.isNone(yield* keys.create({ ...bare, hash: randomBytes(32) }))).toBe(true)
        const { id } = (yield* keys.grantsOf([hex(key.hash)]))[0]!
        expect([yield* keys.isInUse("k", id), yield* keys.isInUse("thief", id)]).toEqual([true, false])
        yield* keys.revoke("k", id, at + 2)
        expect(yield* grants).toEqual([])
        expect(yield* keys.isInUse("k", id)).toBe(false)
        expect(Option.isSome(yield* keys.create({ ...bare, hash: randomBytes(32) }))).toBe(true)
        expect(Option.isNone(yield* keys.create({ ...bare, hash: randomBytes(32) }))).toBe(true)
      })
    ))

  test("what a clock that was ahead has dated is kept for no longer than the rest, and holds nothing up", () =>
    persistence.run(
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        const waiting = yield* Waiting
        const answers = yield* KeptAnswers
        const outgoing = yield* Outgoing
        const month = 30 * 24 * 3_600_000
        const received_at = at + month
        const body = new TextEncoder().encode("ahead")
        const kept = { tenant_id: "ahead", source: "unipile_webhook", body, received_at } as const
        yield* quarantine.add({ ...kept, reason: "r" })
        yield* waiting.addWithin({ ...kept, account_id: "a" }, null)
        expect(yield* quarantine.expire("ahead", at - 1, at)).toEqual({ replayed: 0, unreplayed: 0 })
        expect(yield* waiting.expire("ahead", at - 1, at)).toBe(0)
        expect(yield* quarantine.expire("ahead", at + 1, at + 1)).toEqual({ replayed: 0, unreplayed: 1 })
        expect(yield* waiting.expire("ahead", at + 1, at + 1)).toBe(1)
        const answer = (key: string) => ({ key, print: "p", caller: null, sealed: "s" })
        yield* answers.keep("ahead", answer("ahead"), received_at)
        yield* answers.prune("ahead", at)
        yield* answers.keep("ahead", answer("later"), at + 1)
        // Of two, the one that came later stays.
        expect(yield* answers.prune("ahead", at + 2, { answers: 1, bytes: 1_000 })).toBe(1)
        expect(yield* answers.find("ahead", "later")).not.toBeNull()
        yield* SqlClient.use(
          (sql) => sql`
            insert into outgoing (tenant_id, id, type, body, created_at)
            values ('ahead', ${randomUUID()}::uuid, 't', '{}', ${new Date(received_at)})`
        )
        const endpoint = { id: "x", url: "http://x", secret: "s", events: ["t"] }
        yield* OutgoingEndpoints.use((endpoints) => endpoints.set("ahead", endpoint, received_at))
        yield* OutgoingEndpoints.use((endpoints) => endpoints.paused("ahead", "x", received_at))
        const room = { limit: 10, perEndpoint: 10, taken: new Map() }
        expect(yield* outgoing.claim(at, at + 60_000, room)).toHaveLength(1)
        // On lease now: for others it is not due.
        expect(yield* outgoing.claim(at + 1, at + 60_001, room)).toHaveLength(0)
      })
    ))

  test("runs of scheduled tasks are listed newest first and expire", () =>
    persistence.run(
      Effect.gen(function* () {
        const runs = yield* ScheduleRuns
        const run = (started: number, error: string | null) => ({
          tenant_id: "s",
          task: "retention",
          due: started - 5,
          started,
          took_ms: 12,
          touched: 3,
          error
        })
        yield* runs.add(run(at, null))
        yield* runs.add(run(at + 1, "it broke"))
        expect(yield* runs.list("s", 10)).toMatchObject([run(at + 1, "it broke"), run(at, null)])
        expect(yield* runs.list("s", 1)).toHaveLength(1)
        expect(yield* runs.expire("s", at + 1)).toBe(1)
        expect(yield* runs.list("s", 10)).toHaveLength(1)
      })
    ))
})
