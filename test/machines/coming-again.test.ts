/** CONTRACT 2.6: what is told of a message again, at its own time, is a repeat, or it is news: an edit, a reaction, a text that was missing. */
import { describe, expect, test } from "vitest"
import type { Attachment, Event } from "../../machines/events.ts"
import { ann, ben, deleted, edited, me, message, person, reacted, registered, running, start } from "./facts.ts"
import { fromList, toList } from "../../machines/conversation/message-window.ts"
import { SmallTenant } from "./small-tenant.ts"

const after = (...events: ReadonlyArray<Event>) => {
  const tenant = new SmallTenant()
  for (const event of [registered, running, ...events]) {
    tenant.apply(event)
    tenant.expectStatesToFollowFields()
  }
  return tenant
}
const row = (tenant: SmallTenant, id = "m1") => tenant.rows.get(tenant.conversation().id)!.get(id)!
/** Every order of what is said. */
const orders = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  all.length < 2
    ? [all]
    : all.flatMap((one, n) => orders([...all.slice(0, n), ...all.slice(n + 1)]).map((rest) => [one, ...rest]))

const m1 = message("m1", 1, ann, { message: { content: "draft" } })
const [first, second] = [edited("m1", 1, "price is 101"), edited("m1", 1, "price is 81")]

describe("edits that bear the message's own time", () => {
  test("the later one stands, and a repeat of the earlier one changes nothing", () => {
    const tenant = after(m1, first, second)
    expect(row(tenant).content).toBe("price is 81")
    for (const repeat of [first, second, m1, first]) expect(tenant.changes(repeat)).toBe(false)
    expect(row(tenant).content).toBe("price is 81")
  })

  test("so does the later of two that waited for their message", () => {
    expect(row(after(first, second, first, m1)).content).toBe("price is 81")
  })

  test("a repeat is known after a sleep, and when its message is recalled from its row", () => {
    const tenant = after(m1, first, second)
    tenant.sleepAndWake()
    expect(tenant.changes(first)).toBe(false)
    expect(row(tenant).heard_texts).toMatchObject({ at: start + 1, heard: [expect.any(Number), expect.any(Number)] })
  })

  test("a newer one stands above them, in any order", () => {
    const newest = edited("m1", 5, "final")
    for (const order of orders([first, second, newest])) expect(row(after(m1, ...order)).content).toBe("final")
  })

  test("one without a text says when, and leaves the text that is known", () => {
    for (const order of orders([edited("m1", 7, null), edited("m1", 2, "b"), m1])) {
      expect(row(after(...order))).toMatchObject({ content: "b", edited_at: start + 7 })
    }
  })

  test("the text is bounded: of a hundred edits of one instant the last stands", () => {
    const many = Array.from({ length: 100 }, (_, n) => edited("m1", 1, `text ${n}`))
    const tenant = after(m1, ...many)
    expect(row(tenant).content).toBe("text 99")
    expect(row(tenant).heard_texts!.heard.length).toBeLessThanOrEqual(32)
    expect(tenant.changes(many[90]!)).toBe(false)
  })

  test("a repeat of a message that an earlier version kept is a repeat", () => {
    const tenant = after(m1)
    const { window } = tenant.conversation().facts
    const living = tenant.population.get("conversation", tenant.conversation().id)!
    const old = ({ text: _, attached: __, parts: ___, ...rest }: any) => ({ ...rest, edit_rank: 0 })
    const context = { ...living.context, facts: { ...living.context.facts, window: rebuilt(window, old) } }
    living.restore({ ...living.snapshot, context } as never)
    expect(tenant.changes(m1)).toBe(false)
    tenant.apply(first)
    expect(row(tenant).content).toBe("price is 101")
  })

  test("an edit that an earlier version kept is known by its digest", () => {
    const tenant = after(m1, first)
    const { id } = tenant.conversation()
    const living = tenant.population.get("conversation", id)!
    const { window } = tenant.conversation().facts
    const old = (record: any) => {
      const { texts, text: _, attached: __, parts: ___, ...rest } = record
      return { ...rest, edit_rank: texts.heard.at(-1) }
    }
    const context = { ...living.context, facts: { ...living.context.facts, window: rebuilt(window, old) } }
    living.restore({ ...living.snapshot, context } as never)
    expect(tenant.changes(first)).toBe(false)
    tenant.apply(second)
    expect(row(tenant).content).toBe("price is 81")
  })
})

describe("reactions that bear the message's own time", () => {
  const [up, off] = [reacted("m1", 1, ben, "👍"), reacted("m1", 1, ben, null)]
  const shown = (tenant: SmallTenant) => row(tenant).reactions?.map(({ value }) => value) ?? []

  test("the later one stands: given, taken back, given again", () => {
    expect(shown(after(m1, up))).toEqual(["👍"])
    expect(shown(after(m1, up, off))).toEqual([])
    expect(shown(after(m1, up, off, up))).toEqual(["👍"])
    expect(shown(after(m1, up, reacted("m1", 1, ben, "❤️")))).toEqual(["❤️"])
  })

  test("also while they wait for their message", () => {
    expect(shown(after(up, off, up, m1))).toEqual(["👍"])
    expect(shown(after(up, up, off, off, m1))).toEqual([])
  })

  test("also when one of them names it by its alias alone", () => {
    const byBoth = { ...reacted("m1", 1, ben, "👍"), provider_message_id: "p1" }
    const byAlias = reacted("p1", 1, ben, "❤️")
    const both = message("m1", 1, ann, { message: { provider_message_id: "p1" } })
    expect(shown(after(byBoth, byAlias, byBoth, both))).toEqual(["👍"])
    expect(shown(after(byBoth, byAlias, byBoth, byAlias, both))).toEqual(["❤️"])
    const waiting = (tenant: SmallTenant) => tenant.conversation().facts.waiting.length
    const again = Array.from({ length: 20 }, () => [byBoth, byAlias]).flat()
    expect(waiting(after(...again)), "as many as there are").toBe(2)
  })

  test("a repeat of the present one changes nothing", () => {
    const tenant = after(m1, up, off)
    expect(tenant.changes(off)).toBe(false)
    expect(after(m1, up).changes(up)).toBe(false)
  })

  test("an older one does not come back", () => {
    expect(shown(after(m1, reacted("m1", 3, ben, "🎉"), up, off))).toEqual(["🎉"])
  })
})

describe("a message that comes again knowing more", () => {
  const told = (body: object) => message("m1", 1, ann, { message: body })
  const picture = { id: "i", type: "img", name: null, mime: "image/jpeg", size: null, url: null }
  const [pending, there]: ReadonlyArray<ReadonlyArray<Attachment>> = [
    [{ ...picture, unavailable: true }],
    [{ ...picture, url: "att://x" }]
  ]
  const alone = (tenant: SmallTenant) =>
    expect(tenant.conversation()).toMatchObject({ message_count: 1, unread_count: 1, last_message_at: start + 1 })

  test.each<[string, ReadonlyArray<object>, object]>([
    ["a text", [{ content: null }, { content: "4711" }], { content: "4711" }],
    ["a text instead of a blank one", [{ content: "" }, { content: null }, { content: "4711" }], { content: "4711" }],
    [
      "a picture",
      [
        { content: null, attachments: pending },
        { content: "photo", attachments: there }
      ],
      { content: "photo", attachments: there }
    ],
    [
      "a list of pictures",
      [{ attachments: [] }, { attachments: pending }, { attachments: there }],
      { attachments: there }
    ],
    [
      "a second picture",
      [{ attachments: there }, { attachments: [...there!, { ...picture, id: "j", url: "att://y" }] }],
      { attachments: [{ id: "i" }, { id: "j" }] }
    ],
    ["a subject", [{ subject: null }, { subject: "Quote" }], { subject: "Quote" }],
    ["what it quotes", [{}, { metadata: { quoted: { text: "q" } } }], { metadata: { quoted: { text: "q" } } }]
  ])("is filled in with %s, in whichever order it comes", (_, bodies, expected) => {
    for (const order of orders(bodies.map(told))) {
      const tenant = after(...order)
      expect(row(tenant)).toMatchObject(expected)
      alone(tenant)
      for (const again of order) expect(tenant.changes(again)).toBe(false)
    }
  })

  test("is filled in after a sleep", () => {
    const tenant = after(told({ content: null, attachments: pending }))
    tenant.sleepAndWake()
    tenant.apply(told({ content: "photo", attachments: there }))
    expect(row(tenant)).toMatchObject({ content: "photo", attachments: there })
  })

  test("of two texts the later shows, and a repeat of the earlier one does not bring it back", () => {
    const tenant = after(told({ content: "a" }), told({ content: "b" }))
    expect(tenant.changes(told({ content: "a" }))).toBe(false)
    expect(row(tenant).content).toBe("b")
  })

  test("counts once it is shown, in whichever order, once, and unread", () => {
    for (const order of orders([told({ hidden: true }), told({ hidden: false }), told({ hidden: true })])) {
      const tenant = after(...order)
      alone(tenant)
      expect(row(tenant).hidden).toBe(false)
      expect(tenant.conversation().members[ann.key]!.message_count).toBe(1)
      expect(tenant.context("participant", tenant.identity.participant(ann.key)).total_messages).toBe(1)
      expect(tenant.context("channel", tenant.identity.channel("whatsapp", "account")).message_count).toBe(1)
    }
  })

  test("counts nowhere as long as it is hidden", () => {
    expect(after(told({ hidden: true }), told({ hidden: true })).conversation()).toMatchObject({
      message_count: 0,
      unread_count: 0
    })
  })

  test("stays deleted when it was", () => {
    for (const order of orders([
      told({ content: null, hidden: true }),
      told({ content: "4711", attachments: there }),
      deleted("m1", 9)
    ])) {
      const tenant = after(...order)
      expect(row(tenant)).toMatchObject({ content: null, attachments: [], deleted_at: start + 9 })
      expect(tenant.conversation()).toMatchObject({ message_count: 0, unread_count: 0 })
    }
  })

  test("keeps its edit when it has one", () => {
    for (const order of orders([told({ content: null }), told({ content: "4711" }), edited("m1", 1, "4712")])) {
      expect(row(after(...order)).content).toBe("4712")
    }
  })

  test("names its author, where nobody was shown before", () => {
    const nobody = person("nobody", { key: "account:account", name: null })
    const tenant = after(message("m1", 1, nobody, { people: [] }), message("m1", 1, ann))
    alone(tenant)
    expect(row(tenant)).toMatchObject({ sender_key: ann.key })
    expect(tenant.conversation().members[ann.key]!.message_count).toBe(1)
    expect(tenant.conversation().members[nobody.key]!.message_count).toBe(0)
    expect(tenant.context("participant", tenant.identity.participant(ann.key)).total_messages).toBe(1)
    expect(tenant.context("channel", tenant.identity.channel("whatsapp", "account")).message_count).toBe(1)
  })
})

describe("a message of the account's own person", () => {
  const foreign = message("o1", 1, me, { message: { direction: "inbound" } })
  const own = message("o1", 1, me)

  test("is outbound whatever its flag says, in either order, and one send", () => {
    for (const order of [[foreign], [foreign, own], [own, foreign], [foreign, foreign]]) {
      const tenant = after(...order)
      expect(tenant.conversation()).toMatchObject({ unread_count: 0, message_count: 1 })
      expect(row(tenant, "o1")).toMatchObject({ direction: "outbound", sent_at: start + 1, received_at: null })
      expect(tenant.connection().messages_sent_count).toBe(1)
    }
  })

  test("turns out to be its own when the echo comes: one send, nothing unread", () => {
    const stranger = person("351", { key: "phone:351" })
    const tenant = after(message("o1", 1, stranger, { message: { direction: "inbound" } }))
    expect(tenant.conversation().unread_count).toBe(1)
    tenant.apply(own)
    expect(tenant.conversation()).toMatchObject({ unread_count: 0, message_count: 1 })
    expect(row(tenant, "o1")).toMatchObject({ direction: "outbound", status: "sent", sender_key: me.key })
    expect(tenant.connection().messages_sent_count).toBe(1)
    expect(tenant.changes(own)).toBe(false)
  })

  test("to oneself is outbound and read", () => {
    const tenant = after(message("o1", 1, me, { people: [] }))
    expect(tenant.conversation()).toMatchObject({ unread_count: 0, message_count: 1, participant_count: 1 })
  })
})

const rebuilt = (window: any, change: (record: any) => any) => {
  const list = toList(window)
  return fromList({ ...list, records: list.records.map(change) })
}
