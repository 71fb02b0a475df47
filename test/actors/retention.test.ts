import * as Effect from "effect/Effect"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import { Quarantine } from "../../persistence/kept/quarantine.ts"
import { Waiting } from "../../persistence/kept/waiting.ts"
import { databases } from "../support/databases.ts"
import { openTenantHouse, type TenantHouse } from "../support/tenant-house.ts"

const day = 86_400_000
const now = Date.UTC(2026, 4, 4, 12)

describe.each(databases)("retention on $name", (database) => {
  let house: TenantHouse
  beforeAll(async () => {
    house = await openTenantHouse(database, now)
  })
  afterEach(() => house.reset())
  afterAll(() => house.close())

  const expired = async () => {
    const text = await house.run(PrometheusMetrics.format())
    const value = (name: string) =>
      Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length) ?? 0
      )
    return {
      lost: value('switchboard_quarantine_expired_total{replayed="no"}'),
      replayed: value('switchboard_quarantine_expired_total{replayed="yes"}'),
      waited: value("switchboard_waiting_expired_total"),
      untaken: value("switchboard_outgoing_expired_total")
    }
  }

  test("payloads go after 30 days, and those that were lost are counted apart (I9, CONTRACT §6)", async () => {
    const owner = await house.owner()
    const payload = (n: number, age: number) => ({
      tenant_id: "acme",
      account_id: "nobody's",
      source: "unipile_webhook",
      reason: "x",
      body: new Uint8Array([n]),
      received_at: now - age
    })
    const room = { payloads: 10, bytes: 100 }
    await house.run(
      Effect.gen(function* () {
        const quarantine = yield* Quarantine
        const waiting = yield* Waiting
        yield* quarantine.add(payload(1, 30 * day + 1))
        yield* quarantine.add(payload(2, 31 * day))
        const replayed = yield* quarantine.add(payload(3, 32 * day))
        yield* quarantine.markReplayed("acme", replayed, now)
        yield* quarantine.add(payload(4, 30 * day))
        yield* waiting.addWithin(payload(5, 30 * day + 1), room)
        yield* waiting.addWithin(payload(6, 29 * day), room)
        yield* quarantine.add({ ...payload(7, 99 * day), tenant_id: "somebody else" })
      })
    )
    const before = await expired()
    const run = await house.runNow(owner, "retention", now + 1)
    expect(run).toMatchObject({ error: null, touched: 4 })
    const after = await expired()
    expect({
      lost: after.lost - before.lost,
      replayed: after.replayed - before.replayed,
      waited: after.waited - before.waited
    }).toEqual({ lost: 2, replayed: 1, waited: 1 })
    expect(await house.rows("select get_byte(body, 0) as n from quarantine order by n")).toEqual([{ n: 4 }, { n: 7 }])
    expect(await house.rows("select get_byte(body, 0) as n from waiting")).toEqual([{ n: 6 }])
  })

  test("announcements go after 30 days whatever became of them; those that nobody took are counted (I9)", async () => {
    const owner = await house.owner()
    const announced = (name: string, tenant: string, age: number, status: string) =>
      house.rows(`
        with made as (
          insert into outgoing (tenant_id, id, type, body, created_at)
          values ('${tenant}', gen_random_uuid(), '${name}', '{}', to_timestamp(${(now - age) / 1000}))
          returning id
        )
        insert into outgoing_deliveries (tenant_id, endpoint_id, outgoing_id, stream, place, status, next_attempt_at)
        select '${tenant}', 'crm', id, '', 0, '${status}', now() from made`)
    await announced("pending for too long", "acme", 30 * day + 1, "pending")
    await announced("given up", "acme", 31 * day, "dead")
    await announced("taken long ago", "acme", 99 * day, "delivered")
    await announced("pending", "acme", 30 * day, "pending")
    await announced("taken", "acme", day, "delivered")
    await announced("of another tenant", "rival", 99 * day, "pending")
    const before = await expired()
    expect(await house.runNow(owner, "retention", now + 2)).toMatchObject({ error: null, touched: 3 })
    expect((await expired()).untaken - before.untaken).toBe(2)
    expect(await house.rows("select type from outgoing order by type")).toEqual(
      ["of another tenant", "pending", "taken"].map((type) => ({ type }))
    )
    expect(await house.rows("select 1 from outgoing_deliveries")).toHaveLength(3)
  })
})
