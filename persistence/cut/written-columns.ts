/**
 * Columns that only an actor can calculate, so that SQL cannot tell what they should be. A second column repeats what the last
 * cut wrote, so that an edit by hand is found without reading the actor's bytes.
 */
import type { ActorKind } from "../../machines/events.ts"

/** Numbers, flags and words of a vocabulary: what has one form as text. */
const compared: Partial<Record<ActorKind, ReadonlyArray<string>>> = {
  conversation: ["conversation_type", "participant_count", "is_hot"]
}

/** The column that holds it. */
export const writtenColumn = "written"

/** What a cut writes into it, from the row's other columns; null for a kind that has none. */
export const writtenOf = (kind: ActorKind, columns: Readonly<Record<string, unknown>>): string | null =>
  compared[kind]?.map((name) => String(columns[name])).join(" ") ?? null

/** Whether a row of the kind was edited since: a condition of SQL. */
export const editedSince = (kind: ActorKind, table: string): string => {
  const columns = (compared[kind] ?? []).map((name) => `${table}.${name}::text`).join(", ")
  return `(${table}.${writtenColumn} is not null and ${table}.${writtenColumn} <> concat_ws(' ', ${columns}))`
}
