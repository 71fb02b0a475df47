/** A provider's clock that is ahead of ours bends nothing: what is told to lie ahead counts as when it was accepted. */
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { translate } from "../../src/providers/unipile/translate.ts"
import type { Json } from "./unipile-bodies.ts"
import { fixture, names, received } from "./unipile-bodies.ts"

const ahead = "2199-01-01T00:00:00.000Z"
const clocks = ["timestamp", "date", "created_at", "updated_at", "read_date"]

/** The same body, every clock of it ahead. */
const withClocksAhead = (body: Json): Json =>
  Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (clocks.includes(name) && typeof value === "string") return [name, ahead]
      return [name, name === "payload" ? withClocksAhead(value as Json) : value]
    })
  )

/** Every instant of an event that its rules take for the time of a fact. */
const times = (event: any): ReadonlyArray<number> => {
  const { fact = {}, message = {}, letter = {} } = event
  const own = [event.at, message.read_at, letter.moved?.at].filter((at) => typeof at === "number")
  return fact.type === undefined ? own : [...own, ...times(fact)]
}

test.each(names)("%s with its clocks ahead tells of nothing that lies ahead", (name) => {
  const events = translate(withClocksAhead(fixture(name) as Json), { received })
  if (Result.isFailure(events)) return
  for (const event of events.success) for (const at of times(event)) expect(at).toBeLessThanOrEqual(received)
})

test("a mail that was read before it could be is read when it came", () => {
  const mail = { ...fixture("mail_received"), read_date: ahead }
  const [event] = Result.getOrThrow(translate(mail, { received })) as ReadonlyArray<any>
  expect(event.fact.message.read_at).toBe(received)
})

test("a meeting of next year keeps its time", () => {
  const start = { date_time: ahead, time_zone: "UTC" }
  const [event] = Result.getOrThrow(
    translate(
      { event: "calendar_event_created", account_id: "a", id: "e", title: "Fair", updated_at: ahead, start },
      { received }
    )
  ) as ReadonlyArray<any>
  expect(event.at).toBe(received)
  expect(event.fact.metadata.start).toEqual(start)
})
