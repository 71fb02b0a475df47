/** How the parts of a cut become rows: which table and columns they go to, and the columns of each. */
import type { ActorKind } from "../../machines/events.ts"
import type { OutgoingRow } from "../database/chunks.ts"
import type { Cut, CutMessage, EntityRow } from "./cut.ts"
import { isoOf, toColumns } from "../database/field-values.ts"
import { foldedColumns, foldedNames } from "./folded-columns.ts"
import type { FieldTable } from "../database/tables.ts"
import { entityTables, memberTable, messageTable } from "../database/tables.ts"
import { columnTypes, type Upsert } from "./upsert.ts"
import { writtenColumn, writtenOf } from "./written-columns.ts"

const foldedTypes = (table: FieldTable): Record<string, string> =>
  Object.fromEntries(foldedNames(table).map((name) => [name, "text"]))

export const entityPlan = (kind: ActorKind, seq: number): Upsert => {
  const definition = entityTables[kind]
  const { table, id, fields } = definition
  return {
    table,
    key: { id },
    columns: {
      machine_state: "text",
      ...columnTypes(fields),
      ...foldedTypes(definition),
      ...(writtenOf(kind, {}) === null ? {} : { [writtenColumn]: "text" })
    },
    bytes: "internals",
    fixed: { seq }
  }
}

export function* entityRows(kind: ActorKind, rows: Iterable<EntityRow>): Generator<OutgoingRow> {
  const definition = entityTables[kind]
  for (const { id, machine_state, internals, fields: values } of rows) {
    const columns = toColumns(definition.fields, values)
    const written = writtenOf(kind, columns)
    const shadow = written === null ? {} : { [writtenColumn]: written }
    yield {
      columns: { ...columns, ...foldedColumns(definition, values), ...shadow, id, machine_state },
      bytes: internals
    }
  }
}

export const memberPlan: Upsert = {
  table: memberTable.table,
  key: { conversation_id: "uuid", participant_id: "uuid" },
  columns: { ...columnTypes(memberTable.fields), ...foldedTypes(memberTable) }
}

export function* memberRows(rows: Cut["members"]): Generator<OutgoingRow> {
  for (const { conversation_id, participant_id, fields } of rows) {
    const columns = { ...toColumns(memberTable.fields, fields), ...foldedColumns(memberTable, fields) }
    yield { columns: { ...columns, conversation_id, participant_id } }
  }
}

/** Of a message, only the columns that its change names; its id is written with a new row only, an old one keeps its own. */
export const messagePlan = (names: ReadonlyArray<string>): Upsert => ({
  table: messageTable.table,
  key: { conversation_id: "uuid", external_message_id: "text" },
  columns: { id: "uuid", channel_id: "uuid", ...columnTypes(messageTable.fields, names) },
  kept: new Set(["id"])
})

export function* messageRows(names: ReadonlyArray<string>, changes: ReadonlyArray<CutMessage>): Generator<OutgoingRow> {
  for (const { id, channel_id, conversation_id, external_message_id, fields } of changes) {
    const columns = toColumns(messageTable.fields, fields, names)
    yield { columns: { ...columns, id, channel_id, conversation_id, external_message_id } }
  }
}

export function* outgoingRows(outgoing: NonNullable<Cut["outgoing"]>): Generator<OutgoingRow> {
  for (const { id, type, body, stream, place, at } of outgoing) {
    yield { columns: { id, type, body, stream, place, at: isoOf(at) } }
  }
}

export function* horizonRows(horizons: Cut["read_horizons"]): Generator<OutgoingRow> {
  for (const { conversation_id, at, read_at } of horizons) {
    yield { columns: { conversation_id, at: isoOf(at), read_at: isoOf(read_at) } }
  }
}
