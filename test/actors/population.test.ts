/** Who sleeps to make room (I8). */
import { expect, test } from "vitest"
import { bareActor } from "../../actors/memory/actor-weight.ts"
import { Population } from "../../actors/memory/population.ts"

test("at the bound of their weight some room is made at once: not every actor that is woken has all of them looked through", () => {
  const population = new Population()
  const now = Date.UTC(2026, 4, 4)
  const come = (n: number) =>
    population.make("participant", `p${n}`, { id: `p${n}`, key: `k${n}`, received: now }, now + n)
  const room = { actors: Infinity, weight: 160 * bareActor }
  for (let n = 0; n < 160; n++) come(n)
  expect(population.evictable(now, 3_600_000, room)).toEqual([])
  come(160)
  const gone = population.evictable(now, 3_600_000, room)
  expect(
    gone.map(({ id }) => id),
    "the least recently touched"
  ).toEqual(Array.from({ length: 11 }, (_, n) => `p${n}`))
  for (const living of gone) population.remove(living)
  expect(population.weight).toBe(150 * bareActor)
})
