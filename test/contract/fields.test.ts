/** The contract walk: every field of CONTRACT 2.1–2.8 is populated by what the contract names, survives a restart, stands in SQL. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { toWire } from "../../machines/field.ts"
import { fromColumns } from "../../persistence/database/field-values.ts"
import { fieldEntities } from "../../persistence/database/tables.ts"
import { databases, openPersistenceOn } from "../support/databases.ts"
import { adminKey, type Server, startServer } from "../support/server.ts"
import type { World } from "./chapter.ts"
import { claims, scenarios, specimens } from "./claims.ts"
import { contractFields } from "./contract-fields.ts"
import { tenantId, worldOn } from "./world.ts"

/** Specimens by name. */
type Seen = Record<string, any>

const all = Object.entries(contractFields).flatMap(([entity, fields]) => fields.map((field) => `${entity}.${field}`))
const claimed = claims.map(({ entity, field }) => `${entity}.${field}`)

test("every field of the contract has one claim", () => expect(claimed.toSorted()).toEqual(all.toSorted()))

test("every claimed field is defined, and so has its column, its JSON and its line in the documentation", () => {
  const beside = ["message.external_message_id"]
  const missing = claims.filter(
    ({ entity, field, nature }) =>
      nature !== "derived" &&
      !beside.includes(`${entity}.${field}`) &&
      fieldEntities[entity]?.fields[field] === undefined
  )
  expect(missing).toEqual([])
})

/** Everything that claims look at. */
const look = async (w: World): Promise<Seen> => {
  const seen: Seen = {}
  for (const [name, specimen] of Object.entries(specimens)) seen[name] = await specimen.look(w)
  return seen
}

/** A specimen's row, as wire JSON. */
const rowOf = Effect.fnUntraced(function* (name: string, seen: Seen) {
  const sql = yield* SqlClient
  const { table, fields } = fieldEntities[specimens[name]!.entity]!
  const { id, conversation_id, participant_id, date, channel_id } = seen[name]
  const key =
    participant_id !== undefined
      ? sql`conversation_id = ${conversation_id} and participant_id = ${participant_id}`
      : date !== undefined
        ? sql`date = ${date} and channel_id is not distinct from ${channel_id}`
        : sql`id = ${id}`
  const rows = yield* sql<Record<string, unknown>>`select * from ${sql(table)} where tenant_id = ${tenantId} and ${key}`
  if (rows.length !== 1) throw new Error(`${name}: ${rows.length} rows`)
  const values = fromColumns(fields, rows[0]!)
  // Structured values stand in SQL as they stand on the wire.
  const wire = Object.entries(fields).map(([field, definition]) => [
    field,
    definition.wire === undefined ? toWire(definition, values[field]) : values[field]
  ])
  return { ...rows[0], ...Object.fromEntries(wire) } as Record<string, unknown>
})

test("every claim names a scenario and a specimen that there are", () => {
  const unknown = claims.filter(({ entity, by, of }) => !(by in scenarios) || specimens[of]?.entity !== entity)
  expect(unknown).toEqual([])
})

describe.each(databases)("on $name", (database) => {
  let server: Server
  let before: Seen
  let rows: Seen
  let after: Seen

  beforeAll(async () => {
    server = await startServer(database)
    const { json } = await server.call("PUT", `/v1/tenants/${tenantId}`, adminKey, { name: "Acme" })
    const w = worldOn(server, { id: tenantId, key: json.api_key, secret: json.webhook_secret })
    for (const run of Object.values(scenarios)) await run(w)
    // The first look opens conversations, which is an access; the second one changes nothing.
    await look(w)
    before = await look(w)
    await server.stop()
    const persistence = await openPersistenceOn(server.options)
    const read = Effect.forEach(Object.keys(specimens), (name) =>
      Effect.map(rowOf(name, before), (row) => [name, row] as const)
    )
    rows = Object.fromEntries(await persistence.run(read))
    await persistence.close()
    await server.restart()
    after = await look(w)
  }, 180_000)
  afterAll(() => server.close())

  test.each(claims)("$entity: $field is populated by $by", ({ entity, field, of, expected, nature }) => {
    expect(before[of][field]).toEqual(expected)
    // A default proves nothing: it stands there without anybody who populates it.
    const definition = fieldEntities[entity]?.fields[field]
    if (definition !== undefined) expect(before[of][field]).not.toEqual(toWire(definition, definition.initial))
    expect(after[of][field]).toEqual(nature === "moves" ? expected : before[of][field])
    if (nature === "derived") return
    if (nature === "secret") return expect(rows[of][field]).toMatch(/^v1\..+/)
    expect(rows[of][field]).toEqual(before[of][field])
  })
})
