/** I8: the ids that a tenant remembers are few and of short names, whatever names outsiders make up; they are the same anyway. */
import { expect, test } from "vitest"
import { Identity } from "../../actors/memory/identity.ts"
import { retainedBy } from "../support/retained.ts"

const mebibyte = 2 ** 20

test("derived ids are forgotten after 50,000; those of names of more than 300 characters are not remembered", () => {
  const short = retainedBy(() => {
    const identity = new Identity("acme")
    for (let n = 0; n < 180_000; n++) identity.participant(`phone:${n}`)
    return identity
  })
  // A name, an id and an entry of a map are more than 100 bytes; of all of them it would be some 22 MB.
  expect(short.bytes).toBeLessThan(14 * mebibyte)
  const long = retainedBy(() => {
    const identity = new Identity("acme")
    // A text of its own each: one that was put together keeps its parts.
    for (let n = 0; n < 2_000; n++) identity.participant(Buffer.alloc(32_768, `${n} `).toString("latin1"))
    return identity
  })
  expect(long.bytes).toBeLessThan(2 * mebibyte)
  const fresh = new Identity("acme")
  for (const name of ["phone:7", "phone:179999", "x".repeat(10_000)])
    for (const identity of [short.value, long.value])
      for (let times = 0; times < 2; times++) expect(identity.participant(name)).toBe(fresh.participant(name))
})
