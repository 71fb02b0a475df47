/** Cuts rows into portions that one statement carries well. */
import { storableJson } from "./field-values.ts"

/** One row on its way: its columns by name, and the bytes of the one column that is not JSON. */
export interface OutgoingRow {
  readonly columns: Readonly<Record<string, unknown>>
  readonly bytes?: Uint8Array
}

/** Rows of one statement: a JSON array of their columns, and their bytes in the same order. */
export interface Chunk {
  readonly json: string
  readonly bytes: ReadonlyArray<Uint8Array>
}

/** Rows per statement: the encoding of more holds the event loop for longer. Chosen, not measured. */
const mostRows = 128
/** JSON characters and bytes per statement, so that large internals do not hold the event loop either. */
const mostBytes = 1_000_000

/** The rows in portions, encoded only when the next is asked for, so that a big cut does not hold the event loop. */
export function* chunksOf(rows: Iterable<OutgoingRow>): Generator<Chunk> {
  let columns: Array<string> = []
  let bytes: Array<Uint8Array> = []
  let size = 0
  for (const row of rows) {
    const json = storableJson(row.columns)
    const weight = json.length + (row.bytes?.length ?? 0)
    if (columns.length > 0 && (columns.length === mostRows || size + weight > mostBytes)) {
      yield { json: `[${columns.join(",")}]`, bytes }
      columns = []
      bytes = []
      size = 0
    }
    columns.push(json)
    if (row.bytes !== undefined) bytes.push(row.bytes)
    size += weight
  }
  if (columns.length > 0) yield { json: `[${columns.join(",")}]`, bytes }
}
