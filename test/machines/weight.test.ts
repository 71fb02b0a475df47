/** I8: no single actor grows for ever. Each collection that strangers feed has a bound, and a message is never lost by it. */
import * as HashMap from "effect/HashMap"
import { expect, test } from "vitest"
import { hasForgotten, learn as learnThreads, namesLimit, noThreads } from "../../machines/channel/threads.ts"
import { instancesLimit, noSeries, withEnd, withInstance } from "../../machines/channel/series.ts"
import { memberLimit } from "../../machines/conversation/crowd.ts"
import { find } from "../../machines/conversation/message-window.ts"
import { reactionLimit } from "../../machines/conversation/revisions.ts"
import type { Event } from "../../machines/events.ts"
import { learn } from "../../machines/person/shown.ts"
import { newestOf, weightOf } from "../../machines/weight.ts"
import { House } from "../actors/house.ts"
import { ann, edited, left, me, message, minute, person, reacted, read, registered, start } from "./facts.ts"

const tell = (house: House, ...events: ReadonlyArray<Event>) => {
  const answers = events.map((event) => house.submit(event))
  house.commit()
  return answers.map(({ answer }) => answer)
}

test("a message keeps so many reactions, the newest; all of them count once", () => {
  const house = new House()
  tell(house, message("m1", 0, ann, { thread: { is_group: true } }))
  for (let n = 0; n < reactionLimit + 50; n++) tell(house, reacted("m1", minute + n, person(`p${n}`), "👍"))
  const { reactions } = find(house.conversation.facts.window, "m1")!
  expect(reactions).toHaveLength(reactionLimit)
  expect(Math.min(...reactions.map(({ at }: { at: number }) => at))).toBe(start + minute + 50)
})

test("facts that wait for their message weigh so much together; the oldest go, and short ones wait by their number", () => {
  const house = new House()
  tell(house, message("m0", 0, ann))
  const long = (n: number) => edited(`later-${n}`, minute + n, String(n).padEnd(60_000, "x"))
  for (let n = 0; n < 40; n++) tell(house, long(n))
  const { waiting } = house.conversation.facts
  expect(waiting.length).toBeGreaterThan(2)
  expect(weightOf(waiting)).toBeLessThan(270_000)
  expect(waiting.at(-1)).toMatchObject({ external_message_id: "later-39" })
  tell(house, message("later-39", 2, ann))
  expect(
    house.runtime.rows.take().messages.find(({ external_message_id: id }) => id === "later-39")!.fields
  ).toMatchObject({
    content: expect.stringMatching(/^39x/)
  })
})

test("the newest of a list, by number and by weight, and the very newest whatever it weighs", () => {
  expect(newestOf([1, 2, 3], 2, 1_000)).toEqual([2, 3])
  expect(newestOf(["a".repeat(50), "b", "c"], 9, 40)).toEqual(["b", "c"])
  expect(newestOf(["b", "a".repeat(500)], 9, 40)).toEqual(["a".repeat(500)])
  expect(newestOf([], 9, 40)).toEqual([])
})

test("a person under ever new further keys teaches nothing after so many", () => {
  let shown = {}
  for (let n = 0; n < 1_000; n++) shown = learn(shown, person("ann", { also: [`whatsapp:${n}@lid`] }), start)
  expect(Object.keys(shown).filter((name) => name.startsWith("also "))).toHaveLength(64)
  expect(learn(shown, person("ann", { also: ["whatsapp:5@lid"] }), start + 1)).not.toHaveProperty(
    "also whatsapp:999@lid"
  )
})

test("a conversation has so many members; what others write is kept without its author, and counts", () => {
  const house = new House()
  const people = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => person(`p${from + n}`))
  const said = (
    id: string,
    at: number,
    from: ReturnType<typeof person>,
    also: ReadonlyArray<ReturnType<typeof person>>
  ) => message(id, at, from, { thread: { is_group: true }, people: also })
  for (let n = 0; n < 8; n++) tell(house, said(`list-${n}`, n, person("p0"), people(n * 1_000, (n + 1) * 1_000)))
  tell(house, said("list-8", 8, person("p0"), people(8_000, 9_000)))
  const count = () => Object.keys(house.conversation.members).length
  expect(count()).toBe(memberLimit)
  const before = house.conversation
  expect(tell(house, said("m1", 10, person("stranger"), []))).toEqual(["applied"])
  expect(house.conversation.message_count).toBe(before.message_count + 1)
  expect(find(house.conversation.facts.window, "m1")).toMatchObject({ sender: null })
  tell(house, reacted("m1", 11, person("stranger"), "👍"))
  expect(find(house.conversation.facts.window, "m1")!.reactions).toEqual([{ key: null, value: "👍", at: start + 11 }])
  // Nobody in particular has read what others wrote: that is not the owner's reading.
  const unread = house.conversation.unread_count
  tell(house, { ...read("m1", 12, person("stranger")), direction: "inbound" })
  expect(house.conversation.unread_count).toBe(unread)
  expect(tell(house, left(13, person("stranger")))).toEqual(["duplicate"])
  expect(tell(house, said("m2", 14, person("p7"), [me, person("stranger"), person("p8")]))).toEqual(["applied"])
  expect(find(house.conversation.facts.window, "m2")).toMatchObject({ sender: "phone:p7" })
  expect(count()).toBe(memberLimit)
}, 120_000)

test("an account remembers so many names of threads and instances of series in all, and says that it has forgotten", () => {
  let threads = noThreads
  for (let n = 0; n < 300; n++) {
    const answers = Array.from({ length: 150 }, (_, i) => `<a${n}-${i}@example.com>`)
    const message_id = `<m${n}@example.com>`
    const where = { thread_id: null, names: [message_id], roots: [`<r${n}@example.com>`], answers }
    threads = learnThreads(threads, where, { message_id, by: "ann", at: n, text: null, alone: message_id }, n).threads
    expect(HashMap.size(threads.names)).toBeLessThanOrEqual(namesLimit)
  }
  expect(HashMap.size(threads.groups)).toBeLessThan(200)
  expect(hasForgotten(threads)).toBe(true)

  let series = noSeries
  for (let n = 0; n < 20_000; n++) {
    series = withInstance(series, `series-${n % 200}`, `instance-${n}`, n)
    expect(series.instances).toBeLessThanOrEqual(instancesLimit)
  }
  series = withEnd(series, "series-1", 5, 30_000)
  const counted = [...HashMap.values(series.series)].reduce((sum, { instances }) => sum + instances.length, 0)
  expect(series.instances).toBe(counted)
  expect(counted).toBeGreaterThan(instancesLimit / 2)
})

test("relations of one person and candidates for one person are few", () => {
  const house = new House()
  const related = (n: number): Event => ({
    type: "relation_added",
    account_id: `account-${n}`,
    at: start,
    received: start,
    via: "api",
    person: ann,
    metadata: {}
  })
  for (let n = 0; n < 80; n++) tell(house, { ...registered, account_id: `account-${n}` }, related(n))
  const participant = house.runtime.population.get("participant", house.runtime.identity.participant(ann.key))!
  expect(Object.keys(participant.context.metadata["relations"] as object)).toHaveLength(64)
  const record = (n: number): Event => ({
    type: "record_put",
    record: {
      record_id: `r${String(n).padStart(4, "0")}`,
      kind: "contact",
      pipeline_id: null,
      emails: ["ann@example.com"],
      phones: [],
      linkedin: [],
      domains: []
    },
    received: start + n,
    via: "api"
  })
  tell(house, message("m1", 0, { ...ann, identifiers: { email: "ann@example.com" } }))
  for (let n = 0; n < 150; n++) tell(house, record(n))
  expect(participant.context.candidate_records).toHaveLength(100)
})
