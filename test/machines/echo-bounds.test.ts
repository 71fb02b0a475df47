/** I8: an account remembers so many of its own messages, and so many that were paid for; one that is forgotten counts by itself. */
import { expect, test } from "vitest"
import { day } from "./facts.ts"
import { Sender } from "./sender.ts"

const remembered = 2_048

test("the 2,048 last echoes are remembered: a confirmation that names an older one does not find it", () => {
  const sender = new Sender(1_000)
  sender.reserve("r", 0, { count: 2 })
  for (let n = 0; n < remembered + 52; n++) sender.echo(`m${n}`, 1 + n)
  const all = 2 + remembered + 52
  expect(sender.sent).toEqual([all, all, all])
  const { echoes, sends } = sender.tenant.connection().facts
  expect(echoes.map(({ ids }) => ids[0])).toEqual(Array.from({ length: remembered }, (_, n) => `m${52 + n}`))
  // Their instants are as few: neighbours share one.
  expect(sends).toHaveLength(remembered)
  expect(sends.reduce((sum, [, count]) => sum + count, 0)).toBe(all)
  sender.tenant.sleepAndWake()
  sender.confirm("r", 5_000, "m52")
  expect(sender.sent).toEqual([all - 1, all - 1, all - 1])
  sender.confirm("r", 5_001, "m51")
  expect(sender.sent).toEqual([all - 1, all - 1, all - 1])
})

test("the 2,048 last messages that a reservation paid for are remembered: the echo of an older one counts again", () => {
  const sender = new Sender(1_000)
  const ids = Array.from({ length: remembered + 52 }, (_, n) => `m${n}`)
  // An hour allows 800, and a day 1,000.
  for (const [from, today] of [0, day, 2 * day].entries())
    for (const [n, id] of ids.slice(700 * from, 700 * (from + 1)).entries()) {
      expect(sender.reserve(id, today + n)).toMatchObject({ allowed: true })
      sender.confirm(id, today + n, id)
    }
  const { facts } = sender.tenant.connection()
  expect(facts.paid).toEqual(ids.slice(-remembered))
  expect(sender.sent[2]).toBe(ids.length)
  sender.echo("m52", 2 * day + 1_000)
  expect(sender.sent[2]).toBe(ids.length)
  sender.echo("m51", 2 * day + 1_001)
  expect(sender.sent[2]).toBe(ids.length + 1)
})
