import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { AuditEntry } from "../../persistence/registers/audit.ts"
import { Audit } from "../../persistence/registers/audit.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { databases, openPersistence, type Persistence } from "../support/databases.ts"

const at = 1_700_000_000_123
const entry = (more: Partial<AuditEntry> = {}): AuditEntry => ({
  id: randomUUID(),
  at,
  seq: 1,
  actor: "admin",
  action: "rate_limit_set",
  entity_kind: "connection",
  entity_id: "one",
  field: "rate_limit_per_hour",
  old: 100,
  new: { limit: "7" },
  ...more
})

describe.each(databases)("on $name", (database) => {
  let persistence: Persistence
  beforeAll(async () => {
    persistence = await openPersistence(database)
  })
  afterAll(() => persistence.close())

  test("a line comes with its cut, once, and is found by entity and field", () =>
    persistence.run(
      Effect.gen(function* () {
        const audit = yield* Audit
        const snapshots = yield* Snapshots
        const lines = [entry(), entry({ seq: 2, entity_id: "two", field: "status", old: null, new: "spam" })]
        const cut = { tenant_id: "a", at, entities: {}, members: [], messages: [], read_horizons: [], audit: lines }
        yield* snapshots.write({ ...cut, seq: 2 })
        yield* snapshots.write({ ...cut, seq: 3 })
        expect((yield* audit.list("a", { limit: 10 })).items).toEqual(lines.toReversed())
        expect((yield* audit.list("a", { limit: 10, entity: "one" })).items).toEqual([lines[0]])
        expect((yield* audit.list("a", { limit: 10, field: "status" })).items).toEqual([lines[1]])
        expect((yield* audit.list("someone else", { limit: 10 })).items).toEqual([])
      })
    ))

  test("lines go after their time, and pages join", () =>
    persistence.run(
      Effect.gen(function* () {
        const audit = yield* Audit
        // All of one instant and one entry: the id alone keeps them apart.
        yield* audit.add(
          "b",
          [...Array(5)].map(() => entry())
        )
        yield* audit.add("b", [entry({ at: at - 1, seq: 9 })])
        const whole = (yield* audit.list("b", { limit: 10 })).items
        const first = yield* audit.list("b", { limit: 4 })
        const rest = yield* audit.list("b", { limit: 4, cursor: first.next_cursor! })
        expect([...first.items, ...rest.items]).toEqual(whole)
        expect(rest.next_cursor).toBeNull()
        expect(yield* audit.expire("b", at)).toBe(1)
        expect((yield* audit.list("b", { limit: 10 })).items).toHaveLength(5)
      })
    ))
})
