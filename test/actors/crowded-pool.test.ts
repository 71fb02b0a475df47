/**
 * Cuts that wait for somebody's lock take as many connections as cuts may have; what is acknowledged needs none of those. Questions
 * take as many as questions may have; no cut and no event waits for them.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import * as Redacted from "effect/Redacted"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
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
const inbound = (id: string, chat = "chat"): Event =>
  Result.getOrThrow(translate(message({ chat, id, at: received }), { received }))[0]!
/** More than there are connections. */
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
    await expect.poll(waiting, { timeout: 30_000 }).toBe(3)
    for (const tenant of tenants) expect(await submit(tenant, inbound("third"))).toMatchObject({ outcome: "applied" })
    expect(await waiting(), "the lock was held to the end").toBe(3)
    await administrator.ask("rollback")
  } finally {
    await administrator.close()
    await process.close()
    await data.close()
  }
}, 60_000)

test("cuts, wakes and look-ups go on while slow questions take every connection that questions have", async () => {
  const data = await databases.find(({ name }) => name === "postgres")!.make()
  const process = startProcess(data.options)
  const slow = new AbortController()
  try {
    await process.found(received)
    await process.submit(inbound("first"))
    // Whoever asks so much: more questions than connections, each slower than anybody waits.
    const question = SqlClient.use((sql) => sql`select pg_sleep(30)`)
    const asked = process.run(
      Effect.ignore(
        Effect.raceFirst(
          Effect.forEach(Array.from({ length: 12 }), () => question, { concurrency: "unbounded" }),
          Effect.callback<void>((resume) => slow.signal.addEventListener("abort", () => resume(Effect.void)))
        )
      )
    )
    const administrator = await openAdministrator(Redacted.value(Option.getOrThrow(data.options.url)))
    const sleeping = async () =>
      (
        await administrator.ask(
          "select count(*)::integer as count from pg_stat_activity where query like '%pg_sleep(30)%' and state = 'active' and application_name = 'switchboard'"
        )
      )[0]!["count"]
    await expect.poll(sleeping, { timeout: 10_000 }).toBeGreaterThan(4)
    await process.run(TenantOwner.use((owner) => owner.flush("acme")))
    expect(await process.submit(inbound("new", "elsewhere"))).toMatchObject({ outcome: "applied" })
    expect(await process.view("elsewhere")).toMatchObject({ message_count: 1 })
    expect(await sleeping(), "they were slow to the end").toBeGreaterThan(4)
    slow.abort()
    await asked
    await administrator.close()
  } finally {
    slow.abort()
    await process.close()
    await data.close()
  }
}, 60_000)
