import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import { randomBytes, randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ApiKeys } from "../../persistence/api-keys.ts"
import { Quarantine } from "../../persistence/quarantine.ts"
import { ScheduleRuns } from "../../persistence/schedule-runs.ts"
import { Waiting } from "../../persistence/waiting.ts"
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
        const id = yield* quarantine.add(payload)
        yield* quarantine.add({ ...payload, received_at: at + 1, body: new Uint8Array() })
        const kept = Option.getOrThrow(yield* quarantine.get("q", id))
        expect({ ...kept, body: Buffer.from(kept.body) }).toEqual({ ...payload, id, replayed_at: null })
        expect((yield* quarantine.list("q", 10)).map(({ received_at }) => received_at)).toEqual([at + 1, at])
        expect(yield* quarantine.list("q", 1)).toHaveLength(1)
        yield* quarantine.markReplayed("q", id, at + 5)
        yield* quarantine.markReplayed("q", id, at + 9)
        expect(Option.getOrThrow(yield* quarantine.get("q", id)).replayed_at).toBe(at + 5)
        expect(yield* quarantine.get("someone else", id)).toEqual(Option.none())
        expect(yield* quarantine.get("q", randomUUID())).toEqual(Option.none())
        expect(yield* quarantine.expire("q", at + 1)).toBe(1)
        expect(yield* quarantine.list("q", 10)).toHaveLength(1)
      })
    ))

  test("what waits for an account comes in the order of arrival and goes once it is removed (I9)", () =>
    persistence.run(
      Effect.gen(function* () {
        const waiting = yield* Waiting
        const payload = (received_at: number, account_id = "account") => ({
          tenant_id: "w",
          account_id,
          source: "unipile",
          body: new TextEncoder().encode(String(received_at)),
          received_at
        })
        const second = yield* waiting.add(payload(at + 2))
        const first = yield* waiting.add(payload(at + 1))
        yield* waiting.add(payload(at, "another"))
        const found = yield* waiting.forAccount("w", "account")
        expect(found).toEqual([
          { ...payload(at + 1), id: first },
          { ...payload(at + 2), id: second }
        ])
        yield* waiting.remove([first])
        yield* waiting.remove([])
        expect((yield* waiting.forAccount("w", "account")).map(({ id }) => id)).toEqual([second])
        expect(yield* waiting.forAccount("w", "another")).toHaveLength(1)
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
        expect(yield* keys.find(key.hash)).toEqual(
          Option.some({ tenant_id: "k", name: "first", scopes: ["read", "secrets"] })
        )
        expect(yield* keys.find(randomBytes(32))).toEqual(Option.none())
        const bare = { ...key, hash: randomBytes(32), scopes: [] }
        yield* keys.add(bare)
        expect(yield* keys.find(bare.hash)).toEqual(Option.some({ tenant_id: "k", name: "first", scopes: [] }))
        yield* SqlClient.use((sql) => sql`update api_keys set revoked_at = now() where hash = ${key.hash}`)
        expect(yield* keys.find(key.hash)).toEqual(Option.none())
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
