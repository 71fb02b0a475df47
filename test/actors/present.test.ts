/** I8: somebody may type or look in so many conversations of a tenant at a time; in further ones nobody is shown until there is room. */
import { expect, test } from "vitest"
import type { Signal } from "../../machines/events.ts"
import { typingLasts } from "../../machines/presence/machine.ts"
import { start } from "../machines/facts.ts"
import { House } from "./house.ts"

const places = 10_000
const typing = (conversation: number, at = 0, is_typing = true): Signal => ({
  type: "typing_signalled",
  received: start + at,
  conversation_id: `conversation-${conversation}`,
  typist: { id: "ann", name: "Ann" },
  is_typing,
  lasts: typingLasts
})
const viewing = (conversation: number): Signal => ({
  type: "viewing_signalled",
  received: start,
  conversation_id: `conversation-${conversation}`,
  viewer: { id: "ben", name: "Ben" },
  window: "w",
  is_viewing: true,
  lasts: 30_000
})

test("10,000 conversations; whoever is there already is shown on, and what ends makes room", () => {
  const { runtime } = new House()
  const present = (n: number) => runtime.population.get("presence", `conversation-${n}`)
  for (let n = 0; n < places; n++) runtime.presences.signal(typing(n))
  for (let n = places; n < places + 100; n++) runtime.presences.signal(n % 2 === 0 ? typing(n) : viewing(n))
  expect(runtime.population.count("presence")).toBe(places)
  expect(present(places)).toBeUndefined()
  runtime.presences.signal(viewing(3))
  expect(Object.keys(present(3)!.context.viewers)).toEqual(["ben"])
  runtime.presences.signal(typing(4, 1_000))
  runtime.presences.signal(typing(5, 1_000, false))
  expect(present(5)).toBeUndefined()
  runtime.presences.signal(typing(places))
  expect(present(places)!.snapshot.value).toBe("typing")
  // They end by time, whether anybody says so or not.
  for (const presence of runtime.population.ofKind("presence"))
    runtime.presences.deadline(presence, start + typingLasts)
  expect([...runtime.population.ofKind("presence")].map(({ id }) => id).toSorted()).toEqual([
    "conversation-3",
    "conversation-4"
  ])
})
