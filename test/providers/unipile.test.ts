/** Claims about the UniPile adapter where payloads differ, lack something, or are odd. */
import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import { parse } from "../../src/providers/parse.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import type { Json } from "./unipile-bodies.ts"
import { ben, fixture, marta, martaUnseen, messageIn, received, refused, understood } from "./unipile-bodies.ts"

const bytes = (text: string) => new TextEncoder().encode(text)

describe("ids and time", () => {
  test("provider_message_id stands in for a missing message_id", () => {
    for (const message_id of [undefined, null, "", " "]) {
      expect(messageIn("whatsapp_direct", { message_id }).message.external_message_id).toBe("3EB0CA0DF2C95AA144C1D0")
    }
    const none = { message_id: null, provider_message_id: null }
    expect(refused({ ...fixture("message_received.whatsapp_direct"), ...none }).field).toBe("message_id")
  })

  test.each([
    ["2026-05-04T09:15:27.123Z", Date.UTC(2026, 4, 4, 9, 15, 27, 123)],
    ["2026-05-04T11:15:27+02:00", Date.UTC(2026, 4, 4, 9, 15, 27)],
    ["2026-05-04T09:15:27", Date.UTC(2026, 4, 4, 9, 15, 27)],
    ["2000-01-01T00:00:00Z", Date.UTC(2000, 0, 1)],
    ["2100-12-31T23:59:59.999Z", received],
    ["2101-01-01T00:00:00Z", received],
    [null, received],
    ["", received],
    [undefined, received],
    ["1999-12-31T23:59:59Z", received],
    ["2101-01-01T00:00:00Z", received],
    ["yesterday", received],
    ["2026", received],
    ["2026-13-01T00:00:00Z", received],
    [1777886127000, received],
    [["2026-05-04T09:15:27Z"], received]
  ])("timestamp %j is %d", (timestamp, at) => expect(messageIn("whatsapp_direct", { timestamp }).at).toBe(at))

  test.each([
    ["account_id", null],
    ["account_id", " "],
    ["account_id", "\0"],
    ["chat_id", undefined],
    ["chat_id", {}],
    ["account_type", "SLACK"],
    ["account_type", "MOBILE"]
  ])("%s as %j is unreadable, and the fault names the field", (field, value) => {
    const body = { ...fixture("message_received.whatsapp_direct"), account_info: {}, [field]: value }
    expect(refused(body)).toMatchObject({ _tag: "Unreadable", field })
  })

  test("what the account was registered as stands in the place of a type that is odd, missing or another one", () => {
    const body = fixture("message_received.whatsapp_direct")
    const right = Result.getOrThrow(translate(body, { received }))
    for (const account_type of ["SLACK", 0, null, ["WHATSAPP"], "LINKEDIN"]) {
      const odd = { ...body, account_type, account_info: { ...body["account_info"], type: null } }
      expect(Result.getOrThrow(translate(odd, { received, channel_type: "whatsapp" }))).toEqual(right)
    }
    const fault = Result.getOrThrow(
      Result.flip(translate({ ...body, account_type: "SLACK", account_info: {} }, { received }))
    )
    expect(fault.account_id).toBe(body["account_id"])
  })

  test("an id longer than any index takes is unreadable", () => {
    const chat_id = "x".repeat(513)
    expect(refused({ ...fixture("message_received.whatsapp_direct"), chat_id }).field).toBe("chat_id")
  })

  test("a fault quotes nothing of the payload", () => {
    const rule = refused({ ...fixture("message_received.whatsapp_direct"), chat_id: { secret: "4711" } })
    expect(JSON.stringify(rule)).not.toContain("4711")
  })
})

describe("the thread", () => {
  const thread = (changes: Json) => messageIn("whatsapp_direct", changes).thread
  test.each<[Json, Json]>([
    [{ is_group: 1 }, { is_group: true }],
    [{ is_group: undefined, provider_chat_id: "120363000000000777@g.us" }, { is_group: true }],
    [{ provider_chat_id: "status@broadcast" }, { is_broadcast: true }],
    [{ provider_chat_id: "120363000000000888@newsletter" }, { is_channel: true }],
    [{ is_broadcast: true }, { is_broadcast: true, metadata: { is_broadcast: true } }],
    [{ is_broadcast: false }, { is_broadcast: false, metadata: { is_broadcast: false } }],
    [{ is_channel: 1 }, { is_channel: true, metadata: { is_channel: true } }],
    [{ is_community: true }, { is_community: true, metadata: { is_community: true } }],
    [{ chat_content_type: "inmail" }, { is_broadcast: false, metadata: { content_type: "inmail" } }],
    [{ folder: "spam" }, { folders: ["SPAM"] }],
    [{ folder: ["inbox", "INBOX", 3, null] }, { folders: ["INBOX"] }],
    [{ folder: null }, { folders: [] }],
    [{ chat_pinned: 1 }, { metadata: { pinned: true } }],
    [{ is_urgent: true }, { is_urgent: true }]
  ])("%j gives %j", (changes, expected) => expect(thread(changes)).toMatchObject(expected))

  test.each<[Json, boolean]>([
    [{ provider_chat_id: "status@broadcast" }, true],
    [{ chat_id: "Status@Broadcast" }, true],
    [{ chat_content_type: "story" }, true],
    [{ message_type: "STORY" }, true],
    [{ provider_chat_id: "447700900123@broadcast" }, false],
    [{ message_type: "story_reply" }, false],
    [{}, false]
  ])("%j shows a story: %j", (changes, isStory) =>
    expect(messageIn("whatsapp_direct", changes).message.is_story).toBe(isStory ? true : undefined)
  )

  test("has a subject of at most 500 characters", () => {
    expect(thread({ subject: "x".repeat(900) }).subject).toBe("x".repeat(500))
  })
})

describe("content", () => {
  const message = (changes: Json) => messageIn("whatsapp_direct", changes).message
  test.each([
    ["text", "text"],
    [null, null],
    [undefined, null],
    [{ text: "inside" }, "inside"],
    [{ text: null, extra: 1 }, null],
    [{}, null],
    [42, null],
    [["text"], null],
    ["a\0b\ud800c", "ab\ufffdc"]
  ])("message %j is %j", (value, content) => expect(message({ message: value }).content).toBe(content))

  test("is cut at 64 Ki characters, never inside one, and says so", () => {
    const { content, metadata } = message({ message: `${"x".repeat(65_535)}😀` })
    expect(content).toBe("x".repeat(65_535))
    expect(metadata["content_length"]).toBe(65_537)
  })

  test("a single attachment needs no array, and numbers may be text", () => {
    const attachment = {
      id: "a",
      type: "img",
      size: { height: "1", width: "2" },
      mimetype: "image/png",
      url: "att://x"
    }
    expect(message({ attachments: attachment }).attachments).toEqual([
      { id: "a", type: "img", name: null, mime: "image/png", size: null, url: "att://x" }
    ])
    expect(
      message({ attachments: [null, 7, {}, { attachment_id: "b", attachment_size: "20480" }] }).attachments
    ).toMatchObject([{ id: "b", size: 20480 }])
    expect(message({ attachments: null }).attachments).toEqual([])
  })

  test("a system line keeps its number", () => {
    expect(message({ is_event: 1, event_type: 7 })).toMatchObject({ is_event: true, event_type: 7 })
    expect(message({ is_event: true, event_type: "7" })).toMatchObject({ is_event: true, event_type: null })
  })

  test("no hint carries what Postgres cannot hold", () => {
    const { metadata } = message({ quoted: JSON.parse('{"te\\u0000xt": ["\\u0000", {"__proto__": "\\ud800"}]}') })
    expect(JSON.stringify(metadata)).toBe('{"quoted":{"text":["",{"__proto__":"\ufffd"}]}}')
  })

  test("an odd hint never costs a message", () => {
    const odd = {
      subject: 1,
      folder: {},
      quoted: "x",
      event_type: [],
      chat_pinned: "yes",
      attachments: "none",
      webhook_name: 3
    }
    expect(message(odd).content).toBe("Hi, is the demo still on for Thursday?")
  })
})

describe("who wrote it", () => {
  const echo = (changes: Json) => messageIn("whatsapp_outbound_echo", changes)

  test.each([false, 0, null, undefined, true])(
    "the account's own number writes outbound, is_sender being %j",
    (is_sender) => expect(echo({ is_sender }).message.direction).toBe("outbound")
  )

  test("so does its own id, where the account is known by one", () => {
    expect(messageIn("linkedin_outbound_echo", { is_sender: false }).message.direction).toBe("outbound")
  })

  test("an attachment that cannot be fetched says so, in either spelling", () => {
    for (const unavailable of [true, "true", 1]) {
      const { attachments } = messageIn("whatsapp_direct", { attachments: [{ id: "a", unavailable }] }).message
      expect(attachments).toMatchObject([{ id: "a", unavailable: true }])
    }
  })
})

describe("receipts and reactions", () => {
  const read = (changes: Json) => understood({ ...fixture("message_read"), ...changes }, "message_read")
  const reacted = (changes: Json) => understood({ ...fixture("message_reaction_added"), ...changes }, "message_reacted")

  test("the reader may stand in a list or as a bare id, and is null when unknown", () => {
    expect(read({ read_by: [fixture("message_read")["read_by"]] }).reader).toEqual(ben)
    expect(read({ read_by: "447700900123@s.whatsapp.net" }).reader?.key).toBe(ben.key)
    expect(read({ read_by: "351960000111@s.whatsapp.net" }).reader).toEqual(marta)
    for (const read_by of [null, undefined, [], {}, 5, [[]]]) expect(read({ read_by }).reader).toBeNull()
  })

  test("an empty or missing reaction takes it back", () => {
    for (const reaction of ["", " ", null, undefined]) expect(reacted({ reaction }).reaction).toBeNull()
  })

  test("without reaction_sender, whoever did not write the message of a chat of two reacted", () => {
    expect(reacted({ reaction_sender: null }).sender).toEqual(ben)
    const onTheirs = { ...fixture("message_reaction_by_me"), reaction_sender: undefined }
    expect(understood(onTheirs, "message_reacted").sender).toEqual(martaUnseen)
  })

  test("without reaction_sender, a group's reaction is nobody's in particular", () => {
    expect(reacted({ reaction_sender: null, is_group: true }).sender).toBeNull()
  })

  test("edits and deletions need no author", () => {
    const nobody = { sender: null, attendees: null, is_sender: null }
    expect(understood({ ...fixture("message_edited"), ...nobody }, "message_edited").content).toContain("Friday")
    expect(understood({ ...fixture("message_deleted"), ...nobody }, "message_deleted").at).toBe(
      Date.UTC(2026, 4, 4, 9, 30)
    )
  })
})

describe("accounts", () => {
  test("the flat form means the same as the wrapped one", () => {
    const wrapped = fixture("account_status.credentials")
    expect(understood(wrapped["AccountStatus"], "account_status_changed")).toEqual(
      understood(wrapped, "account_status_changed")
    )
  })

  test("an unknown status is unreadable", () => {
    expect(refused({ AccountStatus: { account_id: "a", message: "SLEEPING" } }).field).toBe("message")
    expect(refused({ AccountStatus: null })._tag).toBe("Unreadable")
  })

  test("a hosted login that succeeded must name its account", () => {
    expect(refused({ status: "CREATION_SUCCESS", account_id: "", name: "user-4711" }).field).toBe("account_id")
  })

  test("the hosted-auth door believes nothing but hosted-auth reports", () => {
    for (const name of ["message_received.whatsapp_direct", "account_status.ok"]) {
      expect(refused(fixture(name), "hosted_auth").field).toBe("status")
    }
    const report = translate(fixture("hosted_auth_notify.creation_success"), { received, source: "hosted_auth" })
    expect(Result.isSuccess(report)).toBe(true)
  })
})

describe("raw bodies", () => {
  const codeOf = (raw: Uint8Array) => Result.getOrThrow(Result.flip(parse(raw))).code

  test("are JSON in UTF-8, with or without a byte order mark", () => {
    expect(Result.getOrThrow(parse(bytes('\ufeff{"a":"ü"}')))).toEqual({ a: "ü" })
  })

  test.each(["", "{", "payload=%7B%7D", "event=message_received&account_id=a"])("%j is not_json", (text) =>
    expect(codeOf(bytes(text))).toBe("not_json")
  )

  test("broken UTF-8 is not_json", () => expect(codeOf(new Uint8Array([0x22, 0xff, 0x22]))).toBe("not_json"))

  test("64 levels are read, 65 are too_deep, and so is a megabyte of brackets", () => {
    const nested = (levels: number) => bytes("[".repeat(levels) + "]".repeat(levels))
    expect(JSON.stringify(Result.getOrThrow(parse(bytes('{"a":[{"\\u005f_proto__":{"b":1},"c":2}]}'))))).toBe(
      '{"a":[{"__proto__":{"b":1},"c":2}]}'
    )
    expect(Result.isSuccess(parse(nested(64)))).toBe(true)
    expect(codeOf(nested(65))).toBe("too_deep")
    expect(codeOf(nested(500_000))).toBe("too_deep")
  })

  test("JSON that is no object, or has no kind, is unreadable", () => {
    const bodies = [
      null,
      1,
      "text",
      true,
      [],
      [fixture("message_received.whatsapp_direct")],
      {},
      { event: 7 },
      { event: "" }
    ]
    for (const body of bodies) expect(refused(body)._tag).toBe("Unreadable")
  })

  test("an unknown kind of event is unreadable by its name", () => {
    expect(refused({ event: "message_failed", account_id: "a" })).toMatchObject({
      field: "event",
      rule: "message_failed is not handled yet"
    })
    expect(refused({ event: "constructor" }).rule).toBe("constructor is not handled yet")
  })
})
