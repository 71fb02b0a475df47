/** Claims about Switchboard's own JSON format, as its mapping declares it. */
import { describe, expect, test } from "vitest"
import { account_id, bodies, eventOf, faultOf, type Json, received } from "./generic-bodies.ts"

const at = Date.UTC(2026, 4, 4, 9, 15, 27)
const owner = {
  key: `account:${account_id}`,
  provider_participant_id: null,
  name: null,
  avatar_url: null,
  identifiers: {}
}
const ben = {
  key: "phone:+447700900123",
  provider_participant_id: null,
  name: null,
  avatar_url: null,
  identifiers: { phone: "+447700900123" }
}
const fact = { received, via: "webhook", account_id, at, owner } as const
const place = { ...fact, channel_type: "whatsapp", external_thread_id: "+447700900123" } as const
const message = (changes: Json = {}) => eventOf({ ...bodies.message_received, ...changes }, "message_received")

describe("each kind of payload is one event", () => {
  test("message_received", () => {
    const shown = { ...ben, name: "Ben Okafor", avatar_url: "https://pictures.example/ben.png" }
    expect(message()).toEqual({
      type: "message_received",
      ...place,
      sender: shown,
      people: [shown],
      thread: {
        external_thread_id: "+447700900123",
        subject: "Ben",
        is_group: false,
        is_direct: true,
        is_broadcast: false,
        is_channel: false,
        is_community: false,
        folders: [],
        message_count: null,
        is_urgent: false,
        metadata: {}
      },
      message: {
        external_message_id: "SM-1",
        provider_message_id: "P-1",
        direction: "inbound",
        content: "Is the flat still free?",
        subject: "Flat",
        attachments: [
          { id: "A-1", type: "image", name: "flat.png", mime: "image/png", size: 2048, url: "https://a.example/1" }
        ],
        is_event: false,
        event_type: null,
        hidden: false,
        deleted: false,
        read_at: null,
        metadata: {}
      }
    })
  })

  test("an outbound message is by the account, to the person", () => {
    expect(message({ direction: "Outbound" })).toMatchObject({
      sender: owner,
      people: [{ key: "phone:+447700900123" }],
      message: { direction: "outbound" }
    })
  })

  const ids = { external_message_id: "SM-2", provider_message_id: null }
  test.each([
    ["message_delivered", { type: "message_delivered", ...place, ...ids, direction: "outbound" }],
    ["message_read", { type: "message_read", ...place, ...ids, direction: "outbound", reader: ben }],
    [
      "message_edited",
      { type: "message_edited", ...place, ...ids, external_message_id: "SM-1", content: "Is the house still free?" }
    ],
    ["message_deleted", { type: "message_deleted", ...place, ...ids, external_message_id: "SM-1" }],
    [
      "message_reacted",
      { type: "message_reacted", ...place, ...ids, external_message_id: "SM-1", sender: ben, reaction: "👍" }
    ],
    [
      "account_status",
      { type: "account_status_changed", received, via: "webhook", account_id, at, status: "CREDENTIALS" }
    ]
  ] as const)("%s", (kind, event) => expect(eventOf(bodies[kind], event.type)).toEqual(event))

  test("what names no chat is looked for by its message", () => {
    const { type, where, fact } = eventOf(
      { ...bodies.message_delivered, thread_id: null, provider_message_id: "P-2" },
      "fact_arrived"
    )
    expect(type).toBe("fact_arrived")
    expect(where).toEqual({ thread_id: null, names: ["SM-2", "P-2"], roots: [], answers: [], chat: null })
    expect(fact).toEqual({
      type: "message_delivered",
      external_message_id: "SM-2",
      provider_message_id: "P-2",
      direction: "outbound",
      at,
      owner
    })
  })
})

describe("the core", () => {
  test.each<[keyof typeof bodies, string, unknown, string]>([
    ["message_received", "event", undefined, "is missing"],
    ["message_received", "event", 7, "is no text"],
    ["message_received", "event", "message_sung", "message_sung is not handled yet"],
    ["message_received", "event", "constructor", "constructor is not handled yet"],
    ["message_received", "account_id", undefined, "is missing"],
    ["message_received", "account_id", " ", "is no id of 1 to 512 characters"],
    ["message_received", "thread_id", null, "is missing"],
    ["message_received", "thread_id", "x".repeat(513), "is no id of 1 to 512 characters"],
    ["message_received", "message_id", {}, "is no id of 1 to 512 characters"],
    ["message_received", "direction", undefined, "is missing"],
    ["message_received", "direction", "sideways", "is neither inbound nor outbound"],
    ["message_edited", "text", undefined, "is missing"],
    ["message_edited", "text", 7, "is no text"],
    ["message_deleted", "message_id", undefined, "is missing"],
    ["account_status", "status", "asleep", "is no account status"]
  ])("of %s without its %s (%j) is unreadable, and the fault names the field", (kind, field, value, rule) => {
    const fault = faultOf({ ...bodies[kind], [field]: value })
    expect(fault).toEqual({ field, rule: expect.stringContaining(rule), account_id: null })
  })

  test.each([null, 7, "text", [], [bodies.message_received]])("%j is no payload", (body) =>
    expect(faultOf(body)).toEqual({ field: "", rule: "is not a JSON object", account_id: null })
  )

  test("a fault quotes no value", () => {
    const fault = faultOf({ ...bodies.message_received, thread_id: { secret: "4711" }, text: "4711" })
    expect(JSON.stringify(fault)).not.toContain("4711")
  })

  test("a channel type that is missing or none of ours is what the account was registered as", () => {
    for (const channel_type of [undefined, "sms", 7, ["whatsapp"]]) {
      for (const kind of ["message_received", "message_deleted"] as const) {
        const body = { ...bodies[kind], channel_type }
        expect(faultOf(body)).toMatchObject({ field: "channel_type", account_id })
        expect(eventOf(body, kind, { channel_type: "telegram" }).channel_type).toBe("telegram")
      }
    }
    expect(message().channel_type).toBe("whatsapp")
    expect(eventOf(bodies.message_received, "message_received", { channel_type: "telegram" }).channel_type).toBe(
      "telegram"
    )
  })
})

describe("whatever is odd beside the core costs the message nothing", () => {
  test.each([
    ["2026-05-04T11:15:27+02:00", at],
    [at, at],
    [at / 1000, at],
    ["2101-01-01T00:00:00Z", received],
    [4_133_980_800_000, received],
    ["1999-12-31T23:59:59Z", received],
    [0, received],
    [-1, received],
    [1e300, received],
    ["yesterday", received],
    [undefined, received]
  ])("at %j is %d", (shown, at) => {
    expect(message({ at: shown }).at).toBe(at)
    expect(eventOf({ ...bodies.message_delivered, thread_id: undefined, at: shown }, "fact_arrived").fact.at).toBe(at)
  })

  test("texts are cleaned and have an end", () => {
    const long = "a\0b\ud800".repeat(30_000)
    const { message: body, thread, sender } = message({ text: long, subject: long, title: long, person_name: long })
    expect(body.content).toHaveLength(65_536)
    expect(body.content).not.toMatch(/\0|\ud800/)
    expect(body.metadata).toEqual({ content_length: 90_000 })
    expect([body.subject, thread.subject, sender?.name].map((text) => text?.length)).toEqual([500, 500, 200])
    expect(eventOf({ ...bodies.message_edited, text: long }, "message_edited").content).toHaveLength(65_536)
    expect(eventOf({ ...bodies.message_reacted, reaction: long }, "message_reacted").reaction).toHaveLength(64)
  })

  test("a picture that is inlined is not kept", () => {
    expect(message({ person_avatar_url: `data:image/png;base64,${"A".repeat(3_000)}` }).sender?.avatar_url).toBeNull()
  })

  test("lists have an end, and their odd members none of the others' business", () => {
    const people = [
      null,
      "Ben",
      { name: "nameless" },
      { phone: "+4520000333" },
      { phone: "+45 2000 0333", name: "again" }
    ]
    const crowd = Array.from({ length: 3_000 }, (_, n) => ({ id: `p-${n}` }))
    expect(message({ people }).people.map(({ key }) => key)).toEqual(["phone:+447700900123", "phone:+4520000333"])
    expect(message({ people: crowd }).people).toHaveLength(2_049)
    expect(message({ people: { phone: "+4520000333" } }).people).toHaveLength(2)
    const attachments = [null, {}, { size: -1 }, { name: "n" }, ...crowd]
    expect(message({ attachments }).message.attachments).toHaveLength(97)
    for (const odd of [null, 7, "x", true]) expect(message({ people: odd, attachments: odd }).people).toHaveLength(1)
  })

  test.each([
    [true, { is_group: true }],
    ["1", { is_group: true }],
    [false, { is_group: false, is_direct: true }],
    ["perhaps", { is_group: false }],
    [undefined, { is_group: false }]
  ])("is_group %j", (is_group, thread) => {
    const { is_group: group, is_direct } = message({ is_group }).thread
    expect({ is_group: group, ...(is_direct !== undefined && { is_direct }) }).toEqual(thread)
  })
})

describe("a person", () => {
  const nobody = { person_phone: undefined, person_name: undefined, person_avatar_url: undefined }
  test.each<[string, Json, Json | null]>([
    ["whatsapp", { person_id: "447700900123@s.whatsapp.net" }, { key: "phone:+447700900123" }],
    ["whatsapp", { person_id: "1234:7@lid" }, { key: "whatsapp:1234@lid" }],
    [
      "whatsapp",
      { person_id: "1234@lid", person_phone: "+447700900123" },
      { key: "phone:+447700900123", also: ["whatsapp:1234@lid"] }
    ],
    ["whatsapp", { person_phone: "BANK" }, { key: "whatsapp:bank", provider_participant_id: "BANK" }],
    ["mail", { person_email: " Ben@Example.org " }, { key: "email:ben@example.org" }],
    ["telegram", { person_id: 4711 }, { key: "telegram:4711", identifiers: { telegram_id: "4711" } }],
    ["messenger", { person_id: "99" }, { key: "facebook:99", identifiers: { facebook_id: "99" } }],
    [
      "instagram",
      { person_id: "17", person_handle: "@Ben" },
      { key: "instagram:17", identifiers: { instagram_username: "ben" } }
    ],
    ["twitter", { person_handle: "@Ben" }, { key: "twitter:ben", identifiers: { twitter_handle: "ben" } }],
    ["linkedin", { person_id: "ACoA", person_email: "b@x.org" }, { key: "email:b@x.org", also: ["linkedin:ACoA"] }],
    ["whatsapp", { person_name: "Ben" }, null],
    ["whatsapp", { person_phone: {}, person_id: [] }, null]
  ])("on %s as %j", (channel_type, shown, person) => {
    const { sender } = message({ ...nobody, channel_type, ...shown })
    if (person === null) expect(sender).toBeNull()
    else expect(sender).toMatchObject(person)
  })
})
