/** docs/operations.md leaves out no table and no task, and the API's own document tells what each task does. */
import * as Effect from "effect/Effect"
import * as OpenApi from "effect/http-api/OpenApi"
import { SqlClient } from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { timetable } from "../../machines/scheduler/tasks.ts"
import { documented } from "../../src/http/api/api.ts"
import { databases, openPersistence } from "../support/databases.ts"

const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8")
/** What stands in the first column of the table under a heading. */
const listed = (heading: string): ReadonlyArray<string> => {
  const chapter = page.slice(page.indexOf(`## ${heading}`))
  const table = chapter.slice(0, chapter.indexOf("\n## ", 1)).matchAll(/^\| `([^`]+)`/gm)
  return [...table].flatMap(([, names]) => names!.split(" "))
}

test("every task stands in the page, and in the API's document with what it does", () => {
  expect(listed("Scheduled tasks").toSorted()).toEqual(Object.keys(timetable).toSorted())
  const run = OpenApi.fromApi(documented).paths["/v1/tenants/{tenant}/schedule/{task}/run"]!.post!
  for (const [task, { what }] of Object.entries(timetable)) expect(run.description).toContain(`${task}: ${what}`)
})

test("every table of the database stands in the page", async () => {
  const persistence = await openPersistence(databases.find(({ name }) => name === "pglite")!)
  const rows = await persistence.run(
    Effect.flatMap(
      SqlClient,
      (sql) => sql<{ name: string }>`
        select table_name as name from information_schema.tables
        where table_schema = 'public' and table_name not like 'effect_sql%'`
    )
  )
  await persistence.close()
  expect(listed("What is kept where").toSorted()).toEqual(rows.map(({ name }) => name).toSorted())
})
