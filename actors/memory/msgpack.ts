/**
 * Msgpack as it is kept and as it goes to viewers: every name of a map stays what it is, `__proto__` too, which msgpackr alone
 * would turn into another one. Browsers run this file as it stands.
 */
import { Packr } from "msgpackr"

/** Plain msgpack, which any library reads: no records; and a member called `toJSON` is one like any other, not asked for what to write. */
export const plain = { useRecords: false, useToJSON: false } as const

const maps = new Packr({ ...plain, mapsAsObjects: false, moreTypes: false })

/** How msgpack writes the text `__proto__`: its length, then its letters. */
const marked = [0xa9, ...new TextEncoder().encode("__proto__")] as const

/** What `packr`, which writes no records, has written. Throws when it is no msgpack. */
export const unpacked = (packr: Packr, bytes: Uint8Array): unknown =>
  holdsMark(bytes) ? asObjects(maps.unpack(bytes)) : packr.unpack(bytes)

const holdsMark = (bytes: Uint8Array): boolean => {
  for (let at = bytes.indexOf(marked[0]); at !== -1; at = bytes.indexOf(marked[0], at + 1)) {
    if (marked.every((byte, n) => bytes[at + n] === byte)) return true
  }
  return false
}

const asObjects = (value: unknown): unknown => {
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, each]) => [name, asObjects(each)]))
  return Array.isArray(value) ? value.map(asObjects) : value
}
