/** Claims about who is who: the owner, the author, the others, and the direction that follows. */
import { describe, expect, test } from "vitest"
import type { Json } from "./unipile-bodies.ts"
import { ana, ben, carl, fixture, martaUnseen, messageIn } from "./unipile-bodies.ts"

describe("the owner", () => {
  test("has one key in all payloads of an account, shown or not", () => {
    const keys = ["whatsapp_direct", "whatsapp_outbound_echo", "whatsapp_group"].map(
      (name) => messageIn(name).owner.key
    )
    expect(new Set(keys)).toEqual(new Set(["phone:+351960000111"]))
    expect(messageIn("linkedin_inbound").owner.key).toBe(messageIn("linkedin_outbound_echo").owner.key)
  })

  test("in a group's list is left out of people, and lends its name to the owner", () => {
    const { owner, people } = messageIn("whatsapp_group")
    expect(people.map((one) => one.key)).not.toContain(owner.key)
    expect(owner.name).toBe("Marta Lopes")
  })

  test("is recognised by network_distance SELF when account_info says nothing", () => {
    const { owner, sender, message } = messageIn("linkedin_outbound_echo", { account_info: null, is_sender: undefined })
    expect(message.direction).toBe("outbound")
    expect(owner.key).toBe("account:_MpGHlq-z7-1dfa5szm5_g")
    expect(owner.identifiers).toEqual({ linkedin_member_urn: "urn:li:member:900000001" })
    expect(sender).toEqual(owner)
  })

  test("without account_info has the account's key, whether it wrote the message or not", () => {
    const keys = ["whatsapp_direct", "whatsapp_outbound_echo"].map(
      (name) => messageIn(name, { account_info: {} }).owner.key
    )
    expect(keys).toEqual(["account:ryiNb5LlmAmAfGwuyo5X7A", "account:ryiNb5LlmAmAfGwuyo5X7A"])
  })

  test("is the sender of what is_sender marks, even under an id that cannot be compared", () => {
    const lid = {
      attendee_id: "x",
      attendee_provider_id: "99000111222333@lid",
      attendee_name: "Marta",
      attendee_specifics: { phone_number: "hidden" }
    }
    const attendees = [...fixture("message_received.whatsapp_direct")["attendees"], lid]
    const { owner, sender, people } = messageIn("whatsapp_outbound_echo", { sender: lid, attendees })
    // From then on the hidden id is known to be the account's own.
    expect(sender).toEqual({
      ...martaUnseen,
      provider_participant_id: "99000111222333@lid",
      name: "Marta",
      also: ["whatsapp:99000111222333@lid"]
    })
    expect(owner).toEqual(sender)
    expect(people).toEqual([ben])
  })
})

describe("people", () => {
  const from = (sender: Json, account_type = "WHATSAPP") =>
    messageIn("whatsapp_direct", {
      account_type,
      account_info: {},
      provider_chat_id: null,
      sender,
      attendees: [sender]
    }).sender!

  test.each<[string, Json, string, Json]>([
    [
      "WHATSAPP",
      { attendee_provider_id: "1@lid", attendee_public_identifier: "34600000222@s.whatsapp.net" },
      "phone:+34600000222",
      { phone: "+34600000222" }
    ],
    [
      "WHATSAPP",
      { attendee_provider_id: "1@lid", attendee_specifics: { phone_number: "34600000222" } },
      "phone:+34600000222",
      { phone: "+34600000222" }
    ],
    [
      "WHATSAPP",
      { attendee_provider_id: "34600000222:7@s.whatsapp.net" },
      "phone:+34600000222",
      { phone: "+34600000222" }
    ],
    [
      "WHATSAPP",
      { attendee_provider_id: "183:4@lid", attendee_specifics: { phone_number: "hidden" } },
      "whatsapp:183@lid",
      {}
    ],
    ["LINKEDIN", { attendee_provider_id: "ACoAAx" }, "linkedin:ACoAAx", {}],
    [
      "INSTAGRAM",
      { attendee_public_identifier: "@Noor.Makes" },
      "instagram:noor.makes",
      { instagram_username: "noor.makes" }
    ],
    ["MESSENGER", { attendee_provider_id: 1000123 }, "facebook:1000123", { facebook_id: "1000123" }],
    [
      "TWITTER",
      { attendee_provider_id: "55", attendee_public_identifier: "@Jo" },
      "twitter:55",
      { twitter_handle: "jo" }
    ],
    [
      "TELEGRAM",
      { attendee_provider_id: "61", attendee_specifics: { phone_number: "+34 600 000 222" } },
      "phone:+34600000222",
      { phone: "+34600000222", telegram_id: "61" }
    ],
    [
      "OUTLOOK",
      { attendee_public_identifier: "Jo@Acme.example" },
      "email:jo@acme.example",
      { email: "jo@acme.example" }
    ],
    ["GOOGLE_OAUTH", { attendee_provider_id: "g-1" }, "gmail:g-1", {}],
    ["LINKEDIN", { attendee_id: "only-ours" }, "unipile:only-ours", {}]
  ])("on %s, %j is %s", (account_type, sender, key, identifiers) => {
    expect(from(sender, account_type)).toMatchObject({ key, identifiers })
    expect(from(sender, account_type).identifiers).toEqual(identifiers)
  })

  test("are listed once, the author included", () => {
    const twice = [
      ...fixture("message_received.whatsapp_direct")["attendees"],
      ...fixture("message_received.whatsapp_direct")["attendees"]
    ]
    expect(messageIn("whatsapp_direct", { attendees: twice }).people).toEqual([ben])
    expect(messageIn("whatsapp_direct", { attendees: [] }).people).toEqual([ben])
    expect(messageIn("whatsapp_direct", { attendees: undefined }).people).toEqual([ben])
  })

  test("do not include a group's own id", () => {
    const group = { attendee_id: "g", attendee_provider_id: "120363000000000777@g.us" }
    const attendees = [...fixture("message_received.whatsapp_group")["attendees"], group]
    expect(messageIn("whatsapp_group", { attendees }).people).toEqual([ben, ana, carl])
  })

  test("keep a picture's address, but not a picture", () => {
    const sender = { attendee_provider_id: "1@lid" }
    const url = "https://media.example.net/a.jpg"
    expect(from({ ...sender, attendee_profile_picture_url: url }).avatar_url).toBe(url)
    expect(from({ ...sender, attendee_profile_picture_url: `data:${"x".repeat(3000)}` }).avatar_url).toBeNull()
  })

  test("a missing author is the other side of a chat of two, and nobody where there are more", () => {
    expect(messageIn("whatsapp_direct", { sender: null }).sender).toEqual(ben)
    expect(messageIn("whatsapp_group", { sender: null }).sender).toBeNull()
    for (const of of [{ provider_chat_id: "120363@newsletter" }, { is_channel: true }, { is_broadcast: 1 }])
      expect(messageIn("whatsapp_direct", { ...of, sender: null }).sender).toBeNull()
  })

  test("a system line that shows no author is nobody's, in a chat of two as well", () => {
    expect(messageIn("whatsapp_direct", { sender: null, is_event: 1 }).sender).toBeNull()
  })

  test("a group or channel that speaks for itself is nobody", () => {
    const chat = { attendee_id: "c", attendee_provider_id: "-1001234567890", attendee_name: "Acme news" }
    const post = { sender: chat, attendees: [chat], provider_chat_id: "-1001234567890", is_group: true }
    expect(messageIn("telegram_inbound", post)).toMatchObject({ sender: null, people: [] })
    const newsletter = { attendee_id: "n", attendee_provider_id: "120363@newsletter" }
    expect(messageIn("whatsapp_direct", { sender: newsletter, attendees: [newsletter] })).toMatchObject({ people: [] })
  })

  test("an author of whom only UniPile's id can be read is the attendee of that id", () => {
    const { sender, people } = messageIn("whatsapp_direct", {
      sender: {
        ...fixture("message_received.whatsapp_direct")["sender"],
        attendee_provider_id: {},
        attendee_specifics: 0
      }
    })
    expect(sender).toEqual(ben)
    expect(people).toEqual([ben])
  })

  test("attendees that are odd are left out, and their odd parts are", () => {
    const [shown] = fixture("message_received.whatsapp_direct")["attendees"]
    const odd = [null, 0, "", "0", [], {}, [shown], { x: shown }, { attendee_id: {} }, { attendee_id: 0 }]
    expect(messageIn("whatsapp_direct", { attendees: [...odd, shown] }).people).toEqual([ben])
    expect(messageIn("whatsapp_direct", { attendees: shown }).people).toEqual([ben])
  })

  test("a list past what is looked at does not say who is missing", () => {
    const many = Array.from({ length: 3_000 }, (_, n) => ({
      attendee_id: `a${n}`,
      attendee_provider_id: `${n + 1}@lid`
    }))
    const line = { is_event: 1, event_type: 6, attendees: many }
    const { people, message } = messageIn("whatsapp_group", line)
    expect(people.length).toBeLessThanOrEqual(2_049)
    expect(message.event_type).toBeNull()
    expect(messageIn("whatsapp_group", { ...line, attendees: many.slice(0, 9) }).message.event_type).toBe(6)
  })
})

describe("a chat of two that is named after the other person", () => {
  const lid = { attendee_id: "x", attendee_provider_id: "998877:4@lid", attendee_name: "Ben" }
  const chat = (changes: Json) => messageIn("whatsapp_direct", { sender: lid, attendees: [lid], ...changes })

  test("tells the number of whoever writes under a hidden id", () => {
    const { sender, people, thread } = chat({})
    expect(sender).toMatchObject({ key: ben.key, identifiers: ben.identifiers, also: ["whatsapp:998877@lid"] })
    expect(people).toEqual([sender])
    expect(thread).toMatchObject({ is_direct: true, partner: ben.key })
  })

  test("tells the hidden id of whoever writes under a number", () => {
    const { sender, thread } = messageIn("whatsapp_direct", { provider_chat_id: "998877@lid" })
    expect(sender).toEqual({ ...ben, also: ["whatsapp:998877@lid"] })
    expect(thread).toMatchObject({ is_direct: true, partner: "whatsapp:998877@lid" })
  })

  test.each<[string, Json]>([
    ["a group", { is_group: true }],
    ["a group by its id", { is_group: false, provider_chat_id: "120363000000000777@g.us" }],
    ["somebody's status", { provider_chat_id: "status@broadcast" }],
    ["a chat of another name", { provider_chat_id: null }],
    ["the account's own message", { is_sender: true }],
    ["the chat with oneself", { provider_chat_id: "351960000111@s.whatsapp.net" }]
  ])("%s tells nothing of it", (_, changes) => {
    const { owner, people } = chat(changes)
    for (const one of people) expect(one).toMatchObject({ key: "whatsapp:998877@lid", identifiers: {} })
    expect(owner.key).toBe("phone:+351960000111")
  })

  test("contradicts nobody who is known under two ids", () => {
    const known = { ...lid, attendee_specifics: { phone_number: "+34600000222" } }
    expect(chat({ sender: known, attendees: [known] }).sender!.key).toBe("phone:+34600000222")
    const other = { ...fixture("message_received.whatsapp_direct")["sender"], attendee_specifics: { lid: "1@lid" } }
    expect(chat({ sender: other, attendees: [other], provider_chat_id: "998877@lid" }).sender!.also).toEqual([
      "whatsapp:1@lid"
    ])
  })

  test("needs no flag; a payload that says nothing of either is no chat of two", () => {
    expect(chat({ is_group: undefined }).thread).toMatchObject({ is_direct: true, partner: ben.key })
    expect(chat({ is_group: undefined, provider_chat_id: null }).thread).not.toHaveProperty("is_direct")
    expect(messageIn("linkedin_inbound", { is_group: undefined }).thread).not.toHaveProperty("is_direct")
    expect(messageIn("linkedin_inbound", { is_group: false }).thread).toMatchObject({ is_direct: true })
  })
})

describe("direction", () => {
  test.each([
    [true, "outbound"],
    [1, "outbound"],
    ["true", "outbound"],
    ["1", "outbound"],
    [false, "inbound"],
    [0, "inbound"],
    ["false", "inbound"],
    ["0", "inbound"]
  ])("is_sender %j means %s", (is_sender, direction) =>
    expect(messageIn("whatsapp_direct", { is_sender }).message.direction).toBe(direction)
  )

  test("without is_sender is told by comparing the author with the account", () => {
    const is_sender = undefined
    expect(messageIn("whatsapp_direct", { is_sender }).message.direction).toBe("inbound")
    expect(messageIn("whatsapp_outbound_echo", { is_sender }).message.direction).toBe("outbound")
    expect(messageIn("linkedin_inbound", { is_sender }).message.direction).toBe("inbound")
  })

  test("that nothing tells is inbound", () => {
    for (const is_sender of [null, undefined, "perhaps", {}, []]) {
      expect(messageIn("whatsapp_direct", { is_sender, account_info: null }).message.direction).toBe("inbound")
      const sender = { attendee_provider_id: "183@lid" }
      expect(messageIn("whatsapp_direct", { is_sender, sender }).message.direction).toBe("inbound")
    }
  })
})
