/** A short fuzz run; `npm run fuzz` is the long one (I9). */
import { expect, test } from "vitest"
import { databases } from "../support/databases.ts"
import { fuzz } from "./fuzz.ts"

test.each(databases)(
  "every mutated payload ends in one of five ways, and what got in survives kill -9, on $name",
  async (database) => {
    const result = await fuzz(database, 750)
    expect(result.wrong).toEqual([])
    expect(result.complaints).toEqual([])
    expect(result.changed).toEqual([])
    expect(result.honestCounted).toBe(result.honest)
    expect(result.honest).toBe(30)
    // The mutations are neither all refused nor all harmless.
    for (const end of ["applied", "quarantined", "waiting", "refused: 400 not_json", "refused: 401 unauthorised"])
      expect(result.ends.get(end) ?? 0, end).toBeGreaterThan(5)
    expect(result.compared).toBeGreaterThan(20)
  },
  120_000
)
