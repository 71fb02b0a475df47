/** The budget of calls to a provider: it stands in rows, so a restart gives none of it back. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ProviderCalls } from "../../persistence/registers/provider-calls.ts"
import { databases, openPersistence, type Persistence } from "../support/databases.ts"

const now = Date.UTC(2026, 4, 4, 10, 30, 20)
const minute = 60_000

describe.each(databases)("on $name", (database) => {
  let persistence: Persistence
  beforeAll(async () => {
    persistence = await openPersistence(database)
  }, 120_000)
  afterAll(() => persistence.close())

  const take = (tenant: string, account: string, limits: { tenant: number; account: number | null }, at: number) =>
    persistence.run(ProviderCalls.use((calls) => calls.take(tenant, account, limits, at)))
  const allowed = { allowed: true }

  test("an account's limit binds the account, the tenant's all of its accounts, no other tenant", async () => {
    const limits = { tenant: 3, account: 2 }
    expect(await take("a", "one", limits, now)).toEqual(allowed)
    expect(await take("a", "one", limits, now)).toEqual(allowed)
    expect(await take("a", "one", limits, now)).toMatchObject({ allowed: false, binds: "account" })
    expect(await take("a", "two", limits, now)).toEqual(allowed)
    expect(await take("a", "two", limits, now)).toMatchObject({ allowed: false, binds: "tenant" })
    expect(await take("b", "one", limits, now)).toEqual(allowed)
  })

  test("what was taken an hour ago is free again, and the refusal says when that is", async () => {
    const limits = { tenant: 1, account: null }
    expect(await take("c", "one", limits, now)).toEqual(allowed)
    const refused = await take("c", "one", limits, now + 30 * minute)
    expect(refused).toMatchObject({ allowed: false })
    const { until } = refused as { readonly until: number }
    expect(await take("c", "one", limits, until - 2)).toMatchObject({ allowed: false })
    expect(await take("c", "one", limits, until)).toEqual(allowed)
  })

  test("calls at once are counted one by one", async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => take("d", "one", { tenant: 7, account: null }, now)))
    expect(all.filter((decided) => decided.allowed).length).toBe(7)
    expect(await persistence.run(ProviderCalls.use((calls) => calls.taken("d", now)))).toBe(7)
  })

  test("a limit of 0 allows none", async () => {
    expect(await take("e", "one", { tenant: 0, account: null }, now)).toMatchObject({ allowed: false })
  })

  test("what no budget looks at goes", async () => {
    await take("f", "one", { tenant: 5, account: null }, now - 3 * 60 * minute)
    await take("f", "one", { tenant: 5, account: null }, now)
    expect(await persistence.run(ProviderCalls.use((calls) => calls.expire("f", now)))).toBe(1)
  })
})
