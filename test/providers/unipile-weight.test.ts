/**
 * I8: what is kept of a payload does not grow with it. Whatever stands in the place of an optional member, as long as a body may be,
 * is cut or left out; and what is kept of it does not hold on to the rest.
 */
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { translate } from "../../src/providers/unipile/translate.ts"
import { retainedBy } from "../support/retained.ts"
import type { Json } from "./unipile-bodies.ts"
import { fixture, received } from "./unipile-bodies.ts"

type Path = ReadonlyArray<string | number>

/** Every member of a body, inner ones too. */
const membersOf = (value: unknown, path: Path = []): ReadonlyArray<Path> =>
  typeof value !== "object" || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => {
        const here = [...path, Array.isArray(value) ? Number(key) : key]
        return [here, ...membersOf(inner, here)]
      })

/** The body with something else in that place, fresh as from the wire. */
const withMember = (body: Json, path: Path, value: unknown): unknown => {
  const copy = JSON.parse(JSON.stringify(body))
  const holder = path.slice(0, -1).reduce<any>((inner, key) => inner[key], copy)
  holder[path.at(-1)!] = JSON.parse(JSON.stringify(value))
  return copy
}

/** One of each shape. */
const bodies = [
  "message_received.linkedin_inbound",
  "message_reaction_added",
  "message_read",
  "mail_received",
  "calendar_event_created",
  "new_relation",
  "v2/message.new"
]

const million = 400_000
const oversized: Readonly<Record<string, unknown>> = {
  "a long text": `${"a long text, and then some ".repeat(million / 27)}`,
  "blanks around a text": `${" ".repeat(million)}some text that is kept${" ".repeat(10)}`,
  "a list of texts": Array.from({ length: 10_000 }, (_, n) => `text ${n} ${"x".repeat(90)}`),
  "a list of nothings": Array.from({ length: 50_000 }, () => ({})),
  "a map": Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`member ${n}`, "y".repeat(90)])),
  "a map inside of a map": { text: "z".repeat(million), inner: { text: "z".repeat(million) } }
}

/** A thousand readers; a text of 64 Ki characters and hints of another 64 are less. */
const mostCharacters = 400_000

test.each(Object.keys(oversized))(
  "%s in the place of any member: what is kept is short, in itself and in memory",
  (what) => {
    const { value: kept, bytes } = retainedBy(() =>
      bodies.flatMap((name) =>
        membersOf(fixture(name)).flatMap((path) => {
          const read = translate(withMember(fixture(name), path, oversized[what]), { received })
          return Result.isSuccess(read) ? [{ name, path, events: read.success }] : []
        })
      )
    )
    expect(kept.length).toBeGreaterThan(120)
    let characters = 0
    for (const { name, path, events } of kept) {
      const length = JSON.stringify(events).length
      characters += length
      expect(length, `${name} ${path.join(".")}`).toBeLessThan(mostCharacters * events.length)
    }
    // In the heap a value takes more than its characters; half of the bodies that were read are hundreds of megabytes.
    expect(bytes).toBeLessThan(kept.length * 4_096 + characters * 6)
  }
)

test("a hint of two thousand people is cut for each of them", () => {
  const body = fixture("message_received.linkedin_inbound") as Json
  const attendees = Array.from({ length: 2_000 }, (_, n) => ({
    attendee_id: `at${n}`,
    attendee_provider_id: `ACoAA${n}`,
    attendee_name: "n".repeat(2_000),
    attendee_specifics: { provider: "LINKEDIN", occupation: "o".repeat(6_000), network_distance: ["d".repeat(6_000)] }
  }))
  const [event] = Result.getOrThrow(translate({ ...body, attendees }, { received })) as ReadonlyArray<any>
  expect(event.people.length).toBeGreaterThanOrEqual(2_000)
  for (const person of event.people) expect(JSON.stringify(person).length).toBeLessThan(6_000)
  expect(event.people[5].metadata.occupation).toMatch(/^o{1000,}$/)
})
