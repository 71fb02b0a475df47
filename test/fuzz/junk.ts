/** What a hostile or broken sender puts where a value should be, and what happens to bytes on the way. Seeded by the caller. */

export type Next = () => number
export const pick = <A>(items: ReadonlyArray<A>, next: Next): A => items[Math.floor(next() * items.length)]!

const deep = (levels: number): unknown => {
  let value: unknown = "bottom"
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** Made anew each time: a mutated body must not share parts with another one. */
const values: ReadonlyArray<(next: Next) => unknown> = [
  () => undefined,
  () => null,
  () => true,
  () => 0,
  () => -1,
  () => 1e308,
  () => Number.MAX_SAFE_INTEGER + 2,
  () => 0.1,
  () => "",
  () => "\0",
  () => "a\0b",
  () => "\ud800",
  () => "\u202e\u200b\ufeff",
  () => "9999-12-31T23:59:59.999Z",
  () => "-000001-01-01T00:00:00Z",
  () => "+275760-09-13T00:00:00.001Z",
  () => "1970-01-01T00:00:00Z",
  () => "2026-02-31T25:61:00Z",
  () => "NaN",
  () => 253402300800000,
  () => [],
  () => ({}),
  () => [null],
  () => [[[[]]]],
  () => ({ text: 3 }),
  () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  () => "__proto__",
  () => "constructor",
  () => "../../../etc/passwd",
  () => "'; drop table journal; --",
  () => "{{7*7}}${7*7}<script>alert(1)</script>",
  (next) => "x".repeat(Math.floor(next() * 20_000)),
  (next) => deep(Math.floor(next() * 80)),
  (next) => String(Math.floor(next() * 1e6)),
  (next) => Math.floor(next() * 2 ** 40) - 2 ** 39,
  (next) => Array.from({ length: Math.floor(next() * 300) }, (_, index) => index)
]

export const junk = (next: Next): unknown => pick(values, next)(next)

type Holder = Record<string, unknown>

/** Every place of a JSON value that can be changed, as its holder and key. */
const placesIn = (value: unknown): Array<readonly [Holder, string]> =>
  typeof value !== "object" || value === null
    ? []
    : Object.keys(value).flatMap((key) => [[value as Holder, key] as const, ...placesIn((value as Holder)[key])])

/** One to three places of a body replaced, dropped, wrapped, swapped, or one more key put in. */
export const mutatedBody = (body: unknown, next: Next): unknown => {
  const copy = structuredClone(body)
  const changes = 1 + Math.floor(next() * 3)
  for (let change = 0; change < changes; change++) {
    const places = placesIn(copy)
    if (places.length === 0) return copy
    const [holder, key] = pick(places, next)
    switch (pick(["replace", "replace", "replace", "drop", "wrap", "swap", "add"] as const, next)) {
      case "replace":
        holder[key] = junk(next)
        break
      case "drop":
        delete holder[key]
        break
      case "wrap":
        holder[key] = [holder[key]]
        break
      case "swap": {
        const [other, name] = pick(places, next)
        holder[key] = structuredClone(other[name])
        break
      }
      case "add":
        holder[pick(["__proto__x", "toString", "hidden", "deleted", "event", "type", ""], next)] = junk(next)
    }
  }
  return copy
}

/** The text as it is, or damaged on its way. */
export const damagedBytes = (text: string, next: Next): Uint8Array<ArrayBuffer> => {
  const bytes = new TextEncoder().encode(text)
  const at = Math.floor(next() * bytes.length)
  switch (
    pick(
      [
        "whole",
        "whole",
        "whole",
        "whole",
        "whole",
        "whole",
        "whole",
        "whole",
        "whole",
        "whole",
        "cut",
        "flip",
        "invalid",
        "nul",
        "twice",
        "noise",
        "bom"
      ] as const,
      next
    )
  ) {
    case "cut":
      return bytes.slice(0, at)
    case "flip":
      if (bytes.length > 0) bytes[at] = Math.floor(next() * 256)
      return bytes
    case "invalid":
      return new Uint8Array([...bytes.slice(0, at), 0xc3, 0x28, 0xff, ...bytes.slice(at)])
    case "nul":
      return new Uint8Array([...bytes.slice(0, at), 0, ...bytes.slice(at)])
    case "twice":
      return new TextEncoder().encode(text.replace("{", '{"event":"message_received","event":3,"chat_id":["a"],'))
    case "noise":
      return Uint8Array.from({ length: Math.floor(next() * 2_000) }, () => Math.floor(next() * 256))
    case "bom":
      return new TextEncoder().encode(`\ufeff${text}`)
    default:
      return bytes
  }
}
