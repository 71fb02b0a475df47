/** What gathers between two cuts brings the next one, whatever the interval; only cuts that cannot be written refuse anybody (I8). */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { ConnectionError, SqlError } from "effect/sql/SqlError"
import { expect, test } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Event } from "../../machines/events.ts"
import { FaultPoints } from "../../persistence/database/fault-points.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { registered } from "../machines/facts.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"

const received = Date.now()
const backlog = 400_000
const long = (id: string): Event =>
  Result.getOrThrow(
    translate({ ...message({ chat: "chat", id, at: received }), message: "x".repeat(20_000) }, { received })
  )[0]!

const started = (around: Layer.Layer<never> = Layer.empty) => {
  const process = startProcess(
    { url: Option.none(), dataDir: "memory://" },
    { options: { snapshotInterval: "1 hour", backlog }, around }
  )
  const submit = (tenant: string, event: Event) =>
    process.run(
      TenantOwner.use((owner) =>
        Effect.match(owner.submit(tenant, event), {
          onSuccess: ({ outcome }) => outcome,
          onFailure: (error) => `${error._tag} ${"tenant" in error ? error.tenant : ""}`
        })
      )
    )
  const found = async (tenant: string) => {
    await process.run(TenantOwner.use((owner) => owner.create(tenant, tenant, "sealed")))
    await submit(tenant, { ...registered, account_id: fixtureAccount })
  }
  const stats = (tenant: string) => process.run(TenantOwner.use((owner) => owner.stats(tenant)))
  return { process, submit, found, stats }
}

test("a tenant that brings many times what may be uncut is never refused while cuts can be written", async () => {
  const { process, submit, found, stats } = started()
  try {
    await found("acme")
    const ends = new Set<string>()
    for (let n = 0; n < 60; n++) ends.add(await submit("acme", long(`m${n}`)))
    expect([...ends]).toEqual(["applied"])
    const { cuts, snapshot_lag_weight } = await stats("acme")
    expect(cuts).toBeGreaterThan(2)
    expect(snapshot_lag_weight).toBeLessThan(backlog / 2)
  } finally {
    await process.close()
  }
})

test("cuts that cannot be written refuse the tenant that fills its share, by name, and no other; the next one heals it", async () => {
  let works = false
  let tried = 0
  const points = Layer.succeed(FaultPoints, (point) =>
    Effect.suspend(() => {
      if (point !== "amid_cut" || works) return Effect.void
      tried++
      return Effect.fail(new SqlError({ reason: new ConnectionError({ cause: new Error("no room") }) }))
    })
  )
  const { process, submit, found } = started(points)
  try {
    await found("acme")
    await found("quiet")
    const ends: Array<string> = []
    while (ends.at(-1) === undefined || ends.at(-1) === "applied") {
      ends.push(await submit("acme", long(`m${ends.length}`)))
      expect(ends.length).toBeLessThan(40)
    }
    expect(ends.at(-1)).toBe("CutBehind acme")
    expect(tried).toBeGreaterThan(0)
    expect(await submit("quiet", long("q1"))).toBe("applied")
    works = true
    await expect.poll(() => submit("acme", long("again")), { timeout: 15_000, interval: 200 }).toBe("applied")
  } finally {
    works = true
    await process.close()
  }
}, 30_000)
