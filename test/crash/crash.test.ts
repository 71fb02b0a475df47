/** A few rounds of the crash harness; `npm run crash` makes two hundred (I1, I3). */
import { expect, test } from "vitest"
import { databases } from "../support/databases.ts"
import { crash } from "./crash.ts"

test.each(databases)(
  "kill -9 in the middle of shuffled, repeated, parallel load loses nothing and doubles nothing, on $name",
  async (database) => {
    const { rounds, hit, lost, doubled, drift, looks } = await crash(database, 4)
    expect({ lost, doubled, drift }).toEqual({ lost: 0, doubled: 0, drift: [] })
    expect(hit, "the kill found requests under way").toBeGreaterThan(rounds / 2)
    expect(looks, "somebody looked at what each kill left behind").toBeGreaterThanOrEqual(rounds)
  },
  240_000
)
