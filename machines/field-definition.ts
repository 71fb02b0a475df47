/** What a field definition tells people: the same words in docs/fields.md and on `GET …/fields`. */
import type { Field } from "./field.ts"
import { toWire } from "./field.ts"

export interface FieldDefinition {
  readonly meaning: string
  /** In words: `text`, `integer`, `instant`, …, or the closed vocabulary. */
  readonly type: string
  readonly default: unknown
  readonly populated_by: string
  readonly sensitive: boolean
  readonly required: boolean
}

const typeNames: Readonly<Partial<Record<string, string>>> = {
  boolean: "boolean",
  timestamptz: "instant",
  jsonb: "JSON",
  "double precision": "number",
  uuid: "id"
}

const typeOf = ({ schema, column, initial }: Field<unknown>): string => {
  const { literals } = schema as { readonly literals?: ReadonlyArray<string> }
  if (literals !== undefined) return `one of ${literals.join(", ")}`
  const name = typeNames[column] ?? column
  return initial === null ? `${name} or null` : name
}

/** An id that is not known yet is "" in context; to people it is null. */
const defaultOf = (field: Field<unknown>): unknown =>
  field.column === "uuid" && field.initial === "" ? null : toWire(field, field.initial)

export const definitionOf = (field: Field<unknown>): FieldDefinition => ({
  meaning: field.meaning,
  type: typeOf(field),
  default: defaultOf(field),
  populated_by: field.populatedBy,
  sensitive: field.sensitive,
  required: field.required
})
