/** No text from outside looks into a plain object: each look-up by any text goes through `own`, or its names are our own. */
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"
import { lookUps } from "./look-ups.ts"

const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "")

/** Files that look up by a name of their own, and what these names are. */
const ours: Readonly<Record<string, string>> = {
  "machines/own.ts": "own and put themselves",
  "machines/conversation/filling.ts": "the parts of a message that can come later, from a list there",
  "actors/cut/cut-builder.ts": "fields of an entity, from the definitions",
  "actors/owner/local-owner.ts":
    "fields of an entity, from the definitions; a sealed field that the same process named",
  "actors/views/stats.ts": "ids of conversations, which we derive",
  "actors/tasks/reencrypt-secrets.ts": "sensitive fields, from the definitions",
  "persistence/database/field-values.ts": "fields of an entity, from the definitions",
  "persistence/cut/folded-columns.ts": "columns of a table, from the definitions",
  "persistence/cut/message-changes.ts": "fields of a message, from the definitions",
  "persistence/cut/unfolded-rows.ts": "columns of a table, from the definitions",
  "persistence/cut/upsert.ts": "columns of a table, from the definitions",
  "persistence/cut/written-columns.ts": "columns of a table, from the definitions"
}

test("whatever is looked up by a name from outside is looked up among an object's own members", () => {
  const found = lookUps(root, ["machines", "actors", "persistence", "src"])
  expect(
    found.filter(({ file }) => !Object.hasOwn(ours, file)).map((each) => `${each.file}:${each.line} ${each.text}`)
  ).toEqual([])
  expect(Object.keys(ours).filter((file) => !found.some((each) => each.file === file))).toEqual([])
})

test("the reading of the source finds a look-up, an `in` and a computed binding, and leaves names of the source alone", () => {
  expect(lookUps(root, ["test/names/specimens"]).map(({ text }) => text)).toEqual([
    "[name]: found = 0",
    "record[name]",
    "record[`${name}!`]",
    "name in record",
    "anything[name]",
    "record[name]"
  ])
})
