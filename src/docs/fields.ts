/** Writes docs/fields.md from the field definitions: `npm run docs`. Owns the shape of that file, no word in it. */
import { writeFileSync } from "node:fs"
import type { FieldDefinition } from "../../machines/field-definition.ts"
import { definitionOf } from "../../machines/field-definition.ts"
import { fieldEntities } from "../../persistence/database/tables.ts"

const place = new URL("../../docs/fields.md", import.meta.url)

const cell = (text: string): string => text.replaceAll("|", "\\|")

const line = (name: string, { meaning, type, populated_by, sensitive, required, ...rest }: FieldDefinition): string => {
  const marks = `${required ? " \\*" : ""}${sensitive ? " ⚿" : ""}`
  const initial = rest.default === null ? "" : `\`${JSON.stringify(rest.default)}\``
  return `| \`${name}\`${marks} | ${[meaning, type, initial, populated_by].map(cell).join(" | ")} |`
}

/** The whole file. */
export const fieldsDocument = (): string => {
  const chapters = Object.entries(fieldEntities).map(([entity, { table, fields }]) => {
    const lines = Object.entries(fields).map(([name, field]) => line(name, definitionOf(field)))
    const head = "| field | meaning | type | default | populated by |\n| --- | --- | --- | --- | --- |"
    return `## ${entity}\n\nTable \`${table}\`.\n\n${head}\n${lines.join("\n")}\n`
  })
  return `# Fields

Every field of every entity: what it says, and the event, command or task that gives it its value. Written by \`npm run docs\`
from the definitions in \`machines/*/fields.ts\`, which also make the columns, the JSON and the figures of \`GET …/fields\`.

\\* every entity of the kind has it; \`GET …/fields/missing\` names those that lack it. ⚿ sensitive: encrypted at rest, never
logged, never on the feed, masked wherever it is shown. Instants are UTC; \`id\` is a UUID that is derived from the tenant and
the natural key. Without a default a field starts as null.

${chapters.join("\n")}`
}

if (import.meta.main) writeFileSync(place, fieldsDocument())
