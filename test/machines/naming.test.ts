/** What is a name and what only stands in for one (CONTRACT 2.7), and which name and picture stand, in any order (I3). */
import { describe, expect, test } from "vitest"
import { isBlank, isStandIn } from "../../machines/person/naming.ts"
import { joinShown, learn, valueOf } from "../../machines/person/shown.ts"
import type { Shown } from "../../machines/person/shown.ts"
import type { Event, Person } from "../../machines/events.ts"
import { ann, created, me, message, person, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

test.each([
  "",
  " ",
  "\u00a0",
  "\u200b\u200d",
  "\ufeff",
  "\u3164",
  "\u2800\u2800",
  "\u202a\u202c",
  "\u00ad",
  "\u2060 \t"
])("%j cannot be seen", (text) => expect(isBlank(text)).toBe(true))
test.each(["a", "🌸", "❤️", ".", "李"])("%j can be seen", (text) => expect(isBlank(text)).toBe(false))

test.each([
  "+44 7700 900777",
  "447700900777",
  "(0)7700-900.777",
  "\u202a+44 7700 900777\u202c",
  "+44∙∙∙∙∙77",
  "٠١٢٣٤٥٦٧٨٩",
  "tel:+447700900777",
  "Tel. 0170 1234567",
  "+49 30 1234 ext. 5",
  "~",
  ".",
  "447700900777@s.whatsapp.net",
  "183002000444555@lid",
  "jo@acme.example",
  "'jo@acme.example'",
  "<jo@acme.example>",
  "jo@acme.example (jo@acme.example)",
  "@noor.makes",
  "urn:li:member:900000010",
  "ACoAALJ4KJYXcdAZYmjck8AJ4EVBuDxM3JjA6FQ",
  "ryiNb5LlmAmAfGwuyo5X7A",
  "https://x.example/noor",
  "123456789012345",
  "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
  "Unknown",
  "hidden",
  "undefined"
])("%j only stands in for a name", (text) => expect(isStandIn(text)).toBe(true))

test.each([
  "Jo Brandt",
  "~Jo",
  "J",
  "李",
  "محمد",
  "🌸",
  "🇵🇹",
  "Jo 2",
  "Jo (jo@acme.example)",
  "+44 7700 900777 Work",
  "Acme 24/7",
  "Telma",
  "Maximilian-Alexander",
  "O'Brien",
  "50 Cent"
])("%j is a name", (text) => expect(isStandIn(text)).toBe(false))

const shownOf = (...showings: ReadonlyArray<readonly [at: number, more: Partial<Person>]>): Shown =>
  showings.reduce<Shown>((shown, [at, more]) => learn(shown, person("x", { name: null, ...more }), at), {})
const name = (...showings: ReadonlyArray<readonly [number, Partial<Person>]>) => [
  valueOf(shownOf(...showings), "name"),
  valueOf(shownOf(...showings.toReversed()), "name"),
  valueOf(joinShown(shownOf(showings[0]!), shownOf(...showings.slice(1))), "name")
]

describe("of several names", () => {
  test("one stands above a number, an id and what cannot be seen, earlier or later", () => {
    for (const stand_in of ["+44 7700 900777", "~", "\u3164", "jo@acme.example"]) {
      expect(name([1, { name: stand_in }], [2, { name: "Jo" }])).toEqual(["Jo", "Jo", "Jo"])
      expect(name([1, { name: "Jo" }], [2, { name: stand_in }])).toEqual(["Jo", "Jo", "Jo"])
      expect(name([1, { name: "Jo" }], [1, { name: stand_in }])).toEqual(["Jo", "Jo", "Jo"])
    }
  })
  test("the handle or the id that the same showing gives is none", () => {
    const handle = { name: "Noor.Makes", identifiers: { instagram_username: "noor.makes" } }
    expect(name([1, handle], [2, { name: "Noor Haddad" }])).toEqual(["Noor Haddad", "Noor Haddad", "Noor Haddad"])
    const id = { name: "yuri_p", provider_participant_id: "yuri_p" }
    expect(name([1, id], [2, { name: "Yuri" }])).toEqual(["Yuri", "Yuri", "Yuri"])
  })
  test("a number is shown while there is nothing better, what cannot be seen never", () => {
    expect(name([1, { name: "+44 7700 900777" }], [2, { name: "~" }])[0]).toBe("+44 7700 900777")
    expect(name([1, { name: "\u200b" }], [2, { name: "\u3164" }])).toEqual([null, null, null])
  })
  test("the earliest stands", () => {
    expect(name([1, { name: "Jo B." }], [2, { name: "Jo" }])).toEqual(["Jo B.", "Jo B.", "Jo B."])
  })
  test("a name that an earlier version kept gives way like any other", () => {
    const kept: Shown = { name: { value: "+44 7700 900777", at: 1 } }
    expect(valueOf(learn(kept, person("x", { name: "Jo" }), 5), "name")).toBe("Jo")
    const unseen: Shown = { name: { value: "\u3164", at: 1 } }
    expect(valueOf(unseen, "name")).toBeNull()
    expect(valueOf(learn(unseen, person("x", { name: "+447700900777" }), 5), "name")).toBe("+447700900777")
  })
})

describe("of several pictures", () => {
  const picture = (...showings: ReadonlyArray<readonly [number, string | null]>) =>
    valueOf(shownOf(...showings.map(([at, avatar_url]) => [at, { avatar_url }] as const)), "avatar_url")
  test("the newest stands, in any order, and none erases none", () => {
    expect(picture([1, "a"], [2, "b"])).toBe("b")
    expect(picture([2, "b"], [1, "a"])).toBe("b")
    expect(picture([2, "b"], [3, null])).toBe("b")
    expect(picture([1, "a"], [5, "a"], [3, "b"])).toBe("a")
  })
  test("of one instant the one that came later stands, and a repeat is no news", () => {
    expect(picture([1, "b"], [1, "a"])).toBe("a")
    expect(picture([1, "b"], [1, "a"], [1, "b"])).toBe("a")
  })
})

describe("a participant", () => {
  const numbered = person("ann", { name: "+44 7700 900777", avatar_url: "https://cdn.example/p?oe=1" })
  const named = person("ann", { name: "Ann Archer", avatar_url: "https://cdn.example/p?oe=2" })
  const told = [created, registered, running]
  const after = (...events: ReadonlyArray<Event>) => {
    const tenant = new SmallTenant()
    for (const event of [...told, ...events]) tenant.apply(event)
    return tenant
  }
  const seen = (tenant: SmallTenant) => [
    tenant.context("participant", tenant.identity.participant(ann.key)).name,
    tenant.conversation().members[ann.key]!.name,
    tenant.context("participant", tenant.identity.participant(ann.key)).avatar_url
  ]
  const first = message("o1", 1, me, { people: [numbered] })
  const answer = message("m1", 2, named)

  test("is called by the name that the answer brings, and shows its newer picture, in any order", () => {
    for (const events of [
      [first, answer],
      [answer, first],
      [first, answer, first]
    ])
      expect(seen(after(...events))).toEqual(["Ann Archer", "Ann Archer", "https://cdn.example/p?oe=2"])
  })

  const corrected = (corrections: object): Event => ({
    type: "participant_corrected",
    participant_id: new SmallTenant().identity.participant(ann.key),
    corrections,
    received: start + 5,
    via: "api"
  })
  test("keeps what a command said", () => {
    const tenant = after(first, corrected({ name: "A. A.", avatar_url: "https://crm.example/a" }), answer)
    expect(seen(tenant)).toEqual(["A. A.", "Ann Archer", "https://crm.example/a"])
  })

  const resolved: Event = {
    type: "participant_resolved",
    participant_id: new SmallTenant().identity.participant(ann.key),
    contact_record: "c-1",
    received: start + 5,
    via: "api"
  }
  test("keeps the name of a resolved contact, which a number is not", () => {
    expect(seen(after(first, resolved, answer))[0]).toBe("Ann Archer")
    const earlier = message("m0", 0, person("ann", { name: "Annie" }))
    expect(seen(after(answer, resolved, earlier))[0]).toBe("Ann Archer")
  })

  test("of a crowd is not told each time that its picture is shown once more", () => {
    const crowd = Array.from({ length: 12 }, (_, n) => person(`p${n}`, { avatar_url: `https://cdn.example/${n}` }))
    const tenant = after(message("m1", 1, crowd[0]!, { people: crowd }))
    const { changes } = tenant.apply(message("m2", 2, crowd[0]!, { people: crowd }))
    expect(changes.filter(({ living }) => living.kind === "participant")).toHaveLength(1)
  })
})
