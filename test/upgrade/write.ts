/**
 * Writes test/fixtures/0903716/: a database as version 0.1.0 at commit 0903716 left it when it was killed, and what that version
 * answered before. Run there, on a Postgres that it starts itself: `node test/upgrade/write.ts`. On any later version it would write
 * what that one writes; the files under that name are never written again.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import { randomBytes } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { layerDatabase } from "../../persistence/database/database.ts"
import { postgresAt } from "../support/fresh-databases.ts"
import { startPostgres } from "../support/postgres-server.ts"
import { adminKey, startServer, type Tenant } from "../support/server.ts"
import { type Answers, answersOf } from "./answers.ts"
import { writeDatabase } from "./database-files.ts"
import { dayOne, dayTwo, firstDay, secondDay, tail, tailBegins, tailBegun, thirdDay } from "./scenario/days.ts"
import { beforeRules, rulesTail, youngLife } from "./scenario/rules.ts"
import { tellerOf } from "./scenario/teller.ts"

const folder = new URL("../fixtures/0903716/", import.meta.url)
const main = fileURLToPath(new URL("main.ts", import.meta.url))
const wait = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
const newKey = () => randomBytes(32).toString("base64")
const [oldKey, key] = [newKey(), newKey()]

const postgres = await startPostgres(["--encoding=UTF8", "--locale=C", "--no-sync"])
const settings: Record<string, string> = {
  CLOCK_AT: String(firstDay),
  SWITCHBOARD_ENCRYPTION_KEYS: oldKey,
  SWITCHBOARD_SNAPSHOT_INTERVAL: "1 second"
}
const server = await startServer(
  postgresAt(() => postgres.url),
  settings,
  main
)

/** Stops, and starts at another time; answers the clock. `meanwhile` is done to the database. */
const restartedAt = async (time: number, changed: Record<string, string> = {}, meanwhile?: () => Promise<unknown>) => {
  await server.stop()
  await meanwhile?.()
  await server.restart({ ...changed, CLOCK_AT: String(time) })
  const started = Date.now()
  return () => time + Date.now() - started
}

const onDatabase = <A>(effect: Effect.Effect<A, unknown, SqlClient>): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, layerDatabase(server.options)) as Effect.Effect<A>)

const tenants: Array<Tenant> = []
const enrolled = async (id: string) => {
  const { json } = await server.call("PUT", `/v1/tenants/${id}`, adminKey, { name: `Tenant ${id}` })
  const tenant = { id, key: json.api_key as string, secret: json.webhook_secret as string }
  tenants.push(tenant)
  return tellerOf(server, tenant)
}

/** Damage that the tasks find and repair: a row that is gone, a column that somebody edited. */
const damaged = SqlClient.use((sql) =>
  Effect.all([
    sql`delete from messages where external_message_id = 'leila-3'`,
    sql`update conversations set conversation_type = 'group' where external_thread_id = 'ig-leila'`
  ])
)

/** A lock stands while the work is done. */
const behind = (lock: string, work: () => Promise<unknown>) =>
  PgClient.PgClient.use((sql) => sql.withTransaction(Effect.andThen(sql.unsafe(lock), Effect.promise(work)))).pipe(
    Effect.provide(PgClient.layer({ url: Option.getOrThrow(server.options.url), maxConnections: 1 })),
    Effect.runPromise
  )
/** Held by somebody else, no cut of the tenant is written. */
const cutsOfAcme = "select 1 from checkpoints where tenant_id = 'acme' for update"
/** Held by somebody else, nobody compares anything with the rows. */
const rowsOfAll = "lock table messages, members in access exclusive mode"

/** What each tenant's journal holds that no cut does, by kind. */
const tails = SqlClient.use(
  (sql) => sql<{ tenant_id: string; kind: string; entries: number }>`
    select tenant_id, kind, count(*)::integer as entries from journal
    where seq > coalesce((select seq from checkpoints where checkpoints.tenant_id = journal.tenant_id), 0)
    group by tenant_id, kind order by tenant_id, kind`
)

try {
  const acme = await enrolled("acme")
  await dayOne(acme)

  const secondNow = await restartedAt(secondDay)
  await acme.quiet(secondNow)
  await dayTwo(acme)

  const thirdNow = await restartedAt(thirdDay)
  await acme.quiet(thirdNow)
  const rules = await enrolled("rules")
  await beforeRules(rules, thirdNow())

  const now = await restartedAt(
    tailBegins,
    { SWITCHBOARD_ENCRYPTION_KEYS: `${key},${oldKey}`, SWITCHBOARD_SNAPSHOT_INTERVAL: "24 hours" },
    () => onDatabase(damaged)
  )
  const { items } = await acme.api("GET", "/participants?q=Yuri")
  const begun: Array<Promise<unknown>> = []
  // All their cuts first, then all that they say.
  await behind(rowsOfAll, async () => {
    await behind(cutsOfAcme, async () => {
      begun.push(tailBegun(acme, now()))
      await wait(2_000)
    })
    await wait(1_000)
  })
  await Promise.all(begun)
  await tail(acme, items[0].id, now(), wait)
  await rulesTail(rules, now())
  const young = await enrolled("young")
  await youngLife(young, now())
  const { webhook_secret } = await acme.api("POST", "/webhook-secret", {})

  const stopped_at = now()
  // Killed after every secret was sealed anew, and before the cut with which that task ends.
  await behind(cutsOfAcme, async () => {
    await acme.api("POST", "/schedule/reencrypt_secrets/run")
    await wait(2_000)
    await server.kill()
  })

  mkdirSync(folder, { recursive: true })
  const rows = await onDatabase(writeDatabase(folder))
  console.log(`${rows} rows`)
  console.table(await onDatabase(tails))

  // What that version itself makes of it at its next start. The questions make a cut, so they come after the rows.
  await server.restart({ CLOCK_AT: String(stopped_at + 1_000) })
  const expected: Record<string, Answers> = {}
  for (const { id } of tenants)
    expected[id] = await answersOf({ url: server.url, tenant: id, key: adminKey, call: server.call })
  const lines = (record: object, indent: string) =>
    Object.entries(record)
      .map(([name, value]) => `${indent}${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(",\n")
  const told = Object.entries(expected).map(
    ([id, { entities, fields }]) =>
      `"${id}": {\n  "fields": {\n${lines(fields, "    ")}\n  },\n  "entities": {\n${lines(entities, "    ")}\n  }\n}`
  )
  writeFileSync(new URL("answers.json", folder), `{\n${told.join(",\n")}\n}\n`)
  const keys = tenants.map((tenant) =>
    tenant.id === "acme" ? { ...tenant, secret: webhook_secret, before: tenant.secret } : tenant
  )
  writeFileSync(
    new URL("secrets.json", folder),
    `${JSON.stringify({ stopped_at, encryption_keys: `${key},${oldKey}`, tenants: keys }, null, 2)}\n`
  )
} finally {
  await server.close()
  await postgres.stop()
}
