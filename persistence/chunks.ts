/** Cuts rows into JSON arrays of a size that one statement carries well. */
import { storableJson } from "./field-values.ts"

/** Rows per statement: past some hundreds a statement gets slower per row, not faster. */
const mostRows = 500
/** Characters of JSON per statement, so that large internals do not make one huge message. */
const mostCharacters = 4_000_000

/** The rows as JSON arrays, encoded only when asked for the next, so that a big cut does not hold the event loop. */
export function* jsonChunks(rows: Iterable<unknown>): Generator<string> {
  let chunk: Array<string> = []
  let characters = 0
  for (const row of rows) {
    const json = storableJson(row)
    if (chunk.length > 0 && (chunk.length === mostRows || characters + json.length > mostCharacters)) {
      yield `[${chunk.join(",")}]`
      chunk = []
      characters = 0
    }
    chunk.push(json)
    characters += json.length
  }
  if (chunk.length > 0) yield `[${chunk.join(",")}]`
}
