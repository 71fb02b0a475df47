/** Every name of a map survives the journal, a snapshot and the feed (I2). */
import fc from "fast-check"
import { expect, test } from "vitest"
import { diff } from "../../actors/feed/diff.ts"
import { applyPatch } from "../../actors/feed/apply-patch.ts"
import { Packet } from "../../actors/feed/packet.ts"
import { decodeEvent, encodeEvent } from "../../actors/journal/event-codec.ts"
import { msgpack } from "../../src/client/msgpack.ts"
import { own, put } from "../../machines/own.ts"
import { oddNames } from "./odd-names.ts"

const kept = (value: unknown): unknown =>
  (decodeEvent(encodeEvent({ value } as never)) as unknown as { readonly value: unknown }).value
const name = fc.oneof(fc.constantFrom(...oddNames), fc.string({ maxLength: 3 }))
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom(1, -1, 1.5, 2 ** 40, true, null, "", "__proto__", "é".repeat(40)),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4, noNullPrototype: true })
  )
}))
const asText = (value: unknown) => JSON.stringify(value)

test("what was packed is unpacked under the same names", () => {
  fc.assert(
    fc.property(json, (value) => void expect(asText(kept(value))).toBe(asText(value))),
    { numRuns: 500 }
  )
  const value = JSON.parse('{"a":{"__proto__":{"constructor":[{"__proto__":1}]}},"b":[0,{}]}')
  expect(asText(kept(value))).toBe(asText(value))
})

test("a viewer holds what the feed shows, in both encodings, over any patch", () => {
  const state = fc.dictionary(name, json, { maxKeys: 4, noNullPrototype: true })
  fc.assert(
    fc.property(state, state, (before, after) => {
      const changes = diff(before, after)
      const packet = new Packet({ type: "patch", topic: "inbox", offset: 1, changes })
      const taken = {
        json: JSON.parse(packet.bytes("json").toString()),
        msgpack: msgpack.decode(packet.bytes("msgpack")) as any
      }
      for (const frame of [taken.json, taken.msgpack]) {
        const shown = changes === undefined ? before : applyPatch(before, frame.changes)
        expect(diff(shown, after)).toBeUndefined()
      }
    })
  )
})

test("a patch over a member called __proto__ changes that member and nothing else", () => {
  const before = JSON.parse('{"readers":{"__proto__":{"unread_count":1},"a":{"unread_count":1}}}')
  const after = JSON.parse('{"readers":{"__proto__":{"unread_count":2},"a":{"unread_count":1}}}')
  expect(asText(diff(before, after))).toBe('{"readers":{"__proto__":{"unread_count":2}}}')
  expect(asText(applyPatch(before, diff(before, after)))).toBe(
    '{"readers":{"__proto__":{"unread_count":2},"a":{"unread_count":1}}}'
  )
  expect(asText(applyPatch(before, JSON.parse('{"readers":{"__proto__":null}}')))).toBe(
    '{"readers":{"a":{"unread_count":1}}}'
  )
})

test("own finds what was put, under any name, and nothing else", () => {
  for (const odd of oddNames) {
    const object: Record<string, number> = {}
    expect(own(object, odd)).toBeUndefined()
    put(object, odd, 1)
    expect([own(object, odd), Object.keys(object)]).toEqual([1, [odd]])
  }
})
