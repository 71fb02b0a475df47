/** I8: what is remembered of one person has a bound, whatever they are shown with and wherever. */
import { describe, expect, test } from "vitest"
import type { ParticipantContext } from "../../machines/participant/context.ts"
import { joinShown, learn, type Shown, valueOf } from "../../machines/person/shown.ts"
import { created, message, person, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const tenantOf = () => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, running]) tenant.apply(event)
  return tenant
}
const participant = (tenant: SmallTenant, key: string) =>
  tenant.context<ParticipantContext>("participant", tenant.identity.participant(key))
/** `ann`, shown with that many further keys, from the given one on. */
const annUnder = (from: number, count: number) =>
  person("ann", { also: Array.from({ length: count }, (_, n) => `whatsapp:${from + n}@lid`) })
const alsoOf = (shown: Shown) => Object.keys(shown).filter((name) => name.startsWith("also "))

describe("what a person was shown with", () => {
  const shownAs = (n: number) =>
    person("ann", {
      name: `Ann ${n}`,
      avatar_url: `https://pictures.example/${n}`,
      provider_participant_id: `${n}@lid`,
      identifiers: { email: `ann-${n}@acme.example`, phone: `+3519600${10_000 + n}` }
    })

  test("is one value of each piece, the first, and of pictures the newest", () => {
    let shown: Shown = {}
    for (let n = 0; n < 1_000; n++) shown = learn(shown, shownAs(n), start + n)
    expect(Object.keys(shown).toSorted()).toEqual(["avatar_url", "email", "name", "phone", "provider_participant_id"])
    expect(valueOf(shown, "name")).toBe("Ann 0")
    expect(valueOf(shown, "phone")).toBe("+351960010000")
    expect(valueOf(shown, "avatar_url")).toBe("https://pictures.example/999")
    expect(JSON.stringify(shown).length).toBeLessThan(1_000)
  })

  test("is no list of all pictures of one instant: of those before the last, four are told from news", () => {
    let shown: Shown = {}
    for (let n = 0; n < 1_000; n++) shown = learn(shown, shownAs(n), start)
    expect(shown["avatar_url"]!.before).toEqual([995, 996, 997, 998].map((n) => `https://pictures.example/${n}`))
    expect(learn(shown, person("ann", { name: null, avatar_url: "https://pictures.example/997" }), start)).toBe(shown)
  })

  test("is as little when two turn out to be one", () => {
    const half = (from: number) => learn({}, annUnder(from, 50), start)
    expect(alsoOf(joinShown(half(0), half(50)))).toHaveLength(64)
  })
})

describe("keys of one person", () => {
  test("are 64; who is shown under one past that is a participant of their own", () => {
    const tenant = tenantOf()
    for (let n = 0; n < 20; n++) tenant.apply(message(`m${n}`, n, annUnder(10 * n, 10)))
    expect(participant(tenant, "phone:ann").facts.keys).toHaveLength(64)
    expect(alsoOf(participant(tenant, "phone:ann").facts.shown)).toHaveLength(64)
    const [known, further] = [62, 63].map((n) => person("x", { key: `whatsapp:${n}@lid` })) as [any, any]
    tenant.apply(message("known", 100, known))
    tenant.apply(message("further", 101, further))
    expect(participant(tenant, known.key).facts.merged_into).toBe("phone:ann")
    expect(participant(tenant, further.key).facts).toMatchObject({ merged_into: null, key: further.key })
    expect(participant(tenant, "phone:ann").total_messages).toBe(21)
    expect(participant(tenant, further.key).total_messages).toBe(1)
  })

  test("are 64 also when two who have many become one", () => {
    const tenant = tenantOf()
    tenant.apply(message("m1", 1, annUnder(0, 50)))
    tenant.apply(message("m2", 2, { ...annUnder(50, 50), key: "phone:other" }))
    tenant.apply(message("m3", 3, person("ann", { also: ["phone:other"] })))
    expect(participant(tenant, "phone:other").facts.merged_into).toBe("phone:ann")
    expect(participant(tenant, "phone:ann").facts.keys).toHaveLength(64)
    expect(alsoOf(participant(tenant, "phone:ann").facts.shown)).toHaveLength(64)
    expect(participant(tenant, "phone:ann").total_messages).toBe(3)
  })
})

describe("conversations of one person", () => {
  test("are remembered up to 256: those hear of a merge at once, an older one with the next message in it", () => {
    const tenant = tenantOf()
    const ann = person("ann")
    const first = person("first")
    tenant.apply(message("first", 0, first, { in: "elsewhere" }))
    for (let n = 0; n < 300; n++) tenant.apply(message(`m${n}`, 1 + n, ann, { in: `chat-${n}` }))
    expect(participant(tenant, ann.key).facts.conversations).toEqual(
      Array.from({ length: 256 }, (_, n) => tenant.conversation(`chat-${44 + n}`).id)
    )
    tenant.apply(message("both", 1_000, { ...first, also: [ann.key] }, { in: "elsewhere" }))
    expect(participant(tenant, ann.key).facts.merged_into).toBe(first.key)
    expect(participant(tenant, first.key).facts.conversations).toHaveLength(256)
    const members = (n: number) => Object.keys(tenant.conversation(`chat-${n}`).members)
    expect(members(299)).toContain(first.key)
    expect(members(299)).not.toContain(ann.key)
    expect(members(0)).toContain(ann.key)
    tenant.apply(message("later", 1_001, ann, { in: "chat-0" }))
    expect(members(0)).toContain(first.key)
    expect(members(0)).not.toContain(ann.key)
    expect(participant(tenant, first.key)).toMatchObject({ total_messages: 303, total_conversations: 301 })
  })
})
