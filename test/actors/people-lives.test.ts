/** People, records and announcements after a kill: what only the journal knows is there again, once (I1, I2). */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { TestClock } from "effect/testing"
import { afterAll, expect, test } from "vitest"
import { GroupCommit } from "../../actors/journal/group-commit.ts"
import { Identity } from "../../actors/memory/identity.ts"
import { ownerLayer } from "../../actors/owner/local-owner.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Event } from "../../machines/events.ts"
import { layerDatabase } from "../../persistence/database/database.ts"
import { layer as layerPersistence } from "../../persistence/layer.ts"
import { layerMigrated } from "../../persistence/database/migrated.ts"
import { Outgoing } from "../../persistence/registers/outgoing.ts"
import { ann, ben, day, message, person, registered, running, start } from "../machines/facts.ts"
import { inMemory } from "../support/fresh-cluster.ts"

const database = layerMigrated.pipe(Layer.provideMerge(layerDatabase(inMemory())))
const runtime = ManagedRuntime.make(
  TestClock.layer({ warningDelay: "1 hour" }).pipe(Layer.provideMerge(layerPersistence), Layer.provideMerge(database))
)
const run = runtime.runPromise
const scopes: Array<Scope.Closeable> = []
afterAll(async () => {
  for (const scope of scopes) await run(Scope.close(scope, Exit.void))
  await runtime.dispose()
})

/** An owner on the database; nothing of an earlier one is there but what it wrote. */
const owner = async (tenant: string) => {
  const scope = Scope.makeUnsafe()
  scopes.push(scope)
  const options = { mailbox: 1000, snapshotInterval: "1 hour", idle: day, residents: 50_000 } as const
  const layer = ownerLayer(options).pipe(Layer.provide(GroupCommit.layer))
  const context = await run(Layer.buildWithScope(Layer.fresh(layer), scope))
  const ask = <A, E>(use: (owner: TenantOwner["Service"]) => Effect.Effect<A, E>) =>
    run(TenantOwner.use(use).pipe(Effect.provide(context)))
  return {
    create: () => ask((each) => each.create(tenant, tenant, "sealed")),
    tell: (...events: ReadonlyArray<Event>) =>
      ask((each) => Effect.forEach(events, (event) => each.submit(tenant, event))),
    participant: (key: string): Promise<any> =>
      ask((each) => each.view(tenant, "participant", new Identity(tenant).participant(key))),
    cut: () => ask((each) => each.flush(tenant))
  }
}
const api = { received: start, via: "api" } as const
const announced = (tenant: string) => run(Outgoing.use((outgoing) => outgoing.list(tenant, {}, 10)))
const annByMail = person("ann", { identifiers: { email: "ann@acme.example" } })

test("an announcement that only the journal knows is written by whoever comes next, once", async () => {
  // When the events of these tests are accepted: nothing lies ahead.
  await run(TestClock.setTime(start + day / 4))
  const first = await owner("acme")
  await first.create()
  await first.tell(
    { type: "tenant_configured", changes: { auto_create_enabled: true }, ...api },
    registered,
    running,
    message("m1", 1, ann)
  )
  expect(await announced("acme")).toEqual([])
  const second = await owner("acme")
  await second.cut()
  const [row, ...more] = await announced("acme")
  expect(more).toEqual([])
  expect(row).toMatchObject({
    id: new Identity("acme").outgoing("contact.create_requested", ann.key),
    status: "pending",
    type: "contact.create_requested"
  })
  await second.tell(message("m2", 2, ann))
  await second.cut()
  expect(await announced("acme")).toHaveLength(1)
})

test("merges and records are the same for whoever finds only the journal, or a cut and the journal after it", async () => {
  const tenant = "people"
  const mail = "email:ann@acme.example"
  const contact: Event = {
    type: "record_put",
    record: {
      record_id: "c-1",
      kind: "contact",
      pipeline_id: null,
      emails: ["ann@acme.example"],
      phones: [],
      linkedin: [],
      domains: []
    },
    ...api
  }
  const first = await owner(tenant)
  await first.create()
  await first.tell(registered, running, contact, message("m1", 1, person("ann", { key: mail })), message("m2", 2, ann))
  await first.cut()
  await first.tell(message("m3", 3, annByMail, { in: "chat-2", people: [annByMail, ben] }))
  const known = await first.participant(ann.key)
  expect(known).toMatchObject({ contact_record: "c-1", total_messages: 3, total_conversations: 2 })
  expect(known.id).toBe(new Identity(tenant).participant(mail))

  const second = await owner(tenant)
  expect(await second.participant(ann.key)).toEqual(known)
  await second.cut()
  const rows = await run(
    Effect.flatMap(
      SqlClient,
      (sql) => sql<{ sender: string; of: string }>`
      select sender_participant_id as sender, count(*)::text as of from messages where tenant_id = ${tenant} group by 1`
    )
  )
  expect(rows).toEqual([{ sender: known.id, of: "3" }])

  const third = await owner(tenant)
  expect(await third.participant(mail)).toEqual(known)
  await third.tell({ type: "record_removed", record_id: "c-1", ...api })
  expect(await third.participant(mail)).toMatchObject({ contact_record: null })
})
