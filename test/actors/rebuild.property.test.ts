/**
 * I2 and I10 on the histories of machines/histories.ts, through the tenant's runtime: what lives is what the journal makes from
 * its first entry, and what any cut and the journal after it make, and it is what the oracle finds; who types meanwhile is
 * nowhere in any of them.
 */
import fc from "fast-check"
import { expect } from "vitest"
import { expectSame, expectTold } from "../machines/compared.ts"
import { ann, ben, me, running, start } from "../machines/facts.ts"
import type { History } from "../machines/histories.ts"
import { eventOf, histories, withMarks } from "../machines/histories.ts"
import { stateOf } from "../machines/small-tenant.ts"
import type { Said } from "../oracle/said.ts"
import { claim } from "../support/claim.ts"
import { catchUp, copyOf, expectSameHouse } from "./copies.ts"
import { House } from "./house.ts"

interface Typing {
  readonly thread: string
  readonly who: string
  /** `passes`: time passes until nobody's last signal counts any more. */
  readonly does: "types" | "stops" | "passes"
}
const typing: fc.Arbitrary<Typing> = fc.record({
  thread: fc.constantFrom("chat-1", "chat-2"),
  who: fc.constantFrom(me.key, ann.key, ben.key, "user-1"),
  does: fc.constantFrom("types", "types", "types", "stops", "passes")
})

const lives = fc.record({
  history: histories,
  /** Who types, and before which of the things said. */
  typed: fc.array(fc.tuple(fc.nat(50), typing), { minLength: 1, maxLength: 12, size: "max" }),
  cut: fc.nat(50)
})

const signal = ({ runtime }: House, { thread, who, does }: Typing): void => {
  const conversation_id = runtime.identity.conversation("whatsapp", "account", thread)
  if (runtime.population.get("conversation", conversation_id) === undefined) return
  const presence = runtime.population.get("presence", conversation_id)
  if (does === "passes") {
    if (presence !== undefined) runtime.presences.deadline(presence, start + 6_001)
    return
  }
  const typist = { id: who.startsWith("user") ? who : runtime.identity.participant(who), name: who }
  const is_typing = does === "types"
  runtime.presences.signal({
    type: "typing_signalled",
    conversation_id,
    typist,
    is_typing,
    received: start,
    lasts: 6_000
  })
}

const founded = ({ read_on }: History): House => {
  const house = new House()
  if (read_on === "reply")
    house.submit({ type: "tenant_configured", changes: { read_on }, received: start, via: "api" })
  return house
}

/** A mark on a chat that nobody has heard of, or on a message, is refused. */
const fates = ["applied", "duplicate", "RuleBroken", "ActorUnknown"]

const hear = (house: House, said: Said): void => {
  const event = eventOf(said, (thread) => house.runtime.identity.conversation("whatsapp", "account", thread))
  const state = house.submit(event)
  house.commit()
  expect(fates).toContain(state.answer)
}

claim(
  "what lives is the journal from the start, and any cut and the rest of it, whoever types meanwhile",
  { runs: 200, facts: ({ history, typed }) => history.other.length + history.marks.length + typed.length },
  lives,
  ({ history, typed, cut }) => {
    const said = withMarks(history.other, history.marks)
    const [house, quiet] = [founded(history), founded(history)]
    let copy = copyOf(house)
    let signals = 0
    for (const [n, one] of said.entries()) {
      if (n === cut) copy = copyOf(house)
      for (const [place, each] of typed) {
        if (place % said.length !== n) continue
        signal(house, each)
        signals++
      }
      hear(house, one)
      hear(quiet, one)
    }
    expect(signals).toBe(typed.length)
    expectSame(house.journaled, quiet.journaled, "the journal beside that of a house where nobody types")
    expectSameHouse(house, quiet, "beside a house where nobody types")
    const again = catchUp(new House({ founded: false }), house.journaled)
    expectSameHouse(again, house, "from the start of the journal")
    expectSameHouse(catchUp(copy, house.journaled), house, "from a cut")
    expectSame(again.runtime.rows.take(), house.runtime.rows.take(), "rows")
    for (const { kind, snapshot } of house.runtime.population.all())
      expectSame(snapshot.value, stateOf(kind, snapshot.context), kind)
    expectTold(again.runtime, [running, ...said], history.read_on)
  }
)
