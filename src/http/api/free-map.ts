/** Maps whose members the CRM chooses. Memory holds most of them for as long as their tenant is in it, so they are bounded (I8). */
import * as Schema from "effect/Schema"

/** Bytes that one such map may take as JSON. */
export const freeMapLimit = 16 * 1024

/** A map of at most `freeMapLimit` bytes as JSON; a longer one is refused with its size. */
export const FreeMap = Schema.Record(Schema.String, Schema.Unknown).check(
  Schema.makeFilter((map) => {
    const size = Buffer.byteLength(JSON.stringify(map))
    return size <= freeMapLimit || `takes ${size} bytes as JSON; at most ${freeMapLimit} are kept`
  })
)
