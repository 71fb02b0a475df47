import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { fieldsDocument } from "../../src/docs/fields.ts"

test("docs/fields.md is what the definitions give: `npm run docs` writes it", () => {
  expect(readFileSync(new URL("../../docs/fields.md", import.meta.url), "utf8")).toBe(fieldsDocument())
})
