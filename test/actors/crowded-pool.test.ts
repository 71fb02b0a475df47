/** Cuts that wait for somebody's lock take every connection of the pool; what is acknowledged needs none of those. */
import * as Redacted from "effect/Redacted"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { TenantOwner } from "../../actors/tenant-owner.ts"
import type { Event } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { openAdministrator } from "../support/administrator.ts"
import { databases } from "../support/databases.ts"
import { startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"
import { registered } from "../machines/facts.ts"
import { fixtureAccount } from "../support/fixtures.ts"

/** Now, or everybody would count as idle and go to sleep. */
const received = Date.now()
const inbound = (id: string): Event =>
  Result.getOrThrow(translate(message({ chat: "chat", id, at: received }), { received }))[0]!
/** More than the pool has connections. */
const tenants = Array.from({ length: 12 }, (_, n) => `tenant-${n}`)

test("events are acknowledged while the cuts of a dozen tenants wait for a lock", async () => {
  const data = await databases.find(({ name }) => name === "postgres")!.make()
  const process = startProcess(data.options, { options: { snapshotInterval: "200 millis" } })
  const submit = (tenant: string, event: Event) => process.run(TenantOwner.use((owner) => owner.submit(tenant, event)))
  const administrator = await openAdministrator(Redacted.value(Option.getOrThrow(data.options.url)))
  try {
    for (const tenant of tenants) {
      await process.run(TenantOwner.use((owner) => owner.create(tenant, tenant, "sealed")))
      await submit(tenant, { ...registered, account_id: fixtureAccount })
      await submit(tenant, inbound("first"))
    }
    await administrator.ask("begin")
    await administrator.ask("lock table conversations in access exclusive mode")
    for (const tenant of tenants) await submit(tenant, inbound("second"))
    const waiting = async () =>
      (await administrator.ask("select count(*)::integer as count from pg_locks where not granted"))[0]!["count"]
    await expect.poll(waiting, { timeout: 30_000 }).toBe(10)
    for (const tenant of tenants) expect(await submit(tenant, inbound("third"))).toMatchObject({ outcome: "applied" })
    expect(await waiting(), "the lock was held to the end").toBe(10)
    await administrator.ask("rollback")
  } finally {
    await administrator.close()
    await process.close()
    await data.close()
  }
}, 60_000)
