import * as fc from "fast-check"
import { expect, test } from "vitest"
import { applyPatch } from "../../actors/feed/apply-patch.ts"
import { diff } from "../../actors/feed/diff.ts"
import { told } from "./told.ts"

const json = fc.jsonValue({ maxDepth: 4 })
const object = fc.dictionary(fc.constantFrom("a", "b", "c", "constructor", "__proto__"), json)

test("a patch turns what was before into what is after, for any two states", () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      const patch = diff(before, after)
      expect(told(patch === undefined ? before : applyPatch(before, patch))).toEqual(told(after))
    }),
    { numRuns: 2_000 }
  )
})

test("there is no patch between equal states, whatever the references", () => {
  fc.assert(
    fc.property(object, (state) => {
      expect(diff(state, structuredClone(state))).toBeUndefined()
    })
  )
})

test("a patch names only what changed; null clears", () => {
  const before = {
    id: "1",
    unread_count: 1,
    readers: { ann: { unread_count: 1 }, bo: { unread_count: 0 } },
    tags: ["x"],
    subject: "s"
  }
  const after = { ...before, unread_count: 2, readers: { ann: { unread_count: 2 } }, tags: ["x", "y"], subject: null }
  const changes = { unread_count: 2, readers: { ann: { unread_count: 2 }, bo: null }, tags: ["x", "y"], subject: null }
  expect(diff(before, after)).toEqual(changes)
})

test("parts that are the same reference are not looked into", () => {
  const unread = new Proxy({ a: 1 }, { ownKeys: () => expect.unreachable("looked into") })
  expect(diff({ unread, n: 1 }, { unread, n: 2 })).toEqual({ n: 2 })
})
