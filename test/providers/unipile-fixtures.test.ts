/** Every fixture is understood with these facts. */
import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import { parse } from "../../src/providers/parse.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import type { Json } from "./unipile-bodies.ts"
import * as bodies from "./unipile-bodies.ts"
import { fixture, names, received, understood } from "./unipile-bodies.ts"

const { ana, ben, carl, dana, hexa, marta, martaOnLinkedin, martaUnseen, martaUnseenOnLinkedin, noor, yuri } = bodies

const whatsapp = { account_id: "ryiNb5LlmAmAfGwuyo5X7A", channel_type: "whatsapp", via: "webhook", received } as const
const withBen = { ...whatsapp, external_thread_id: "v4wOGRWJb704L5rikhXCig" } as const
const linkedin = { account_id: "_MpGHlq-z7-1dfa5szm5_g", channel_type: "linkedin", via: "webhook", received } as const
const bensQuestion = { external_message_id: "yg3yyVqhRMHQ_y_zyPln_Q", provider_message_id: "3EB0CA0DF2C95AA144C1D0" }
const martasAnswer = { external_message_id: "I5ahJWrEscaEnJMd24AYvQ", provider_message_id: "3EB02396A1256AC4B1C684" }
const status = (account_id: string, status: string) => ({
  type: "account_status_changed",
  via: "webhook",
  received,
  at: received,
  account_id,
  status
})

const mail = {
  type: "fact_arrived",
  account_id: "f1I55kJk_hrGCW91rUVgkQ",
  channel_type: null,
  via: "webhook",
  received
} as const
const v2 = { ...mail, account_id: "acc_IYdZUFKD48eTuYZRoyNR1g" } as const
const v2Message = "2-vh5MLUjfF+b1KviLnh9kygaDXXGjPbpl5IvZlmXmNcY="
const v2Chat = "2-tru4aw6V5MuIHqyXSzy40zdtBGdmdrWXmSy4f7iVn2o="

/** What must stand in the event of each fixture; nothing else of it is checked here. */
const expectations: Record<string, Json> = {
  "message_received.whatsapp_direct": {
    ...withBen,
    type: "message_received",
    at: Date.UTC(2026, 4, 4, 9, 15, 27),
    owner: martaUnseen,
    sender: ben,
    people: [ben],
    thread: {
      external_thread_id: "v4wOGRWJb704L5rikhXCig",
      subject: null,
      is_group: false,
      is_broadcast: false,
      is_channel: false,
      is_community: false,
      folders: ["INBOX"],
      message_count: null,
      is_urgent: false,
      metadata: { pinned: false, folder: ["INBOX"], provider_chat_id: "447700900123@s.whatsapp.net" }
    },
    message: {
      ...bensQuestion,
      direction: "inbound",
      content: "Hi, is the demo still on for Thursday?",
      subject: null,
      attachments: [],
      is_event: false,
      event_type: null,
      hidden: false,
      deleted: false,
      read_at: null,
      metadata: {}
    }
  },
  "message_received.whatsapp_outbound_echo": {
    ...withBen,
    at: Date.UTC(2026, 4, 4, 9, 16, 2),
    owner: marta,
    sender: marta,
    people: [ben],
    message: { ...martasAnswer, direction: "outbound", content: "Yes, Thursday 15:00 works." }
  },
  "message_received.whatsapp_group": {
    ...whatsapp,
    external_thread_id: "_jd7nYDZ-vOr3dNJzcIjFA",
    at: Date.UTC(2026, 4, 5, 8, 0, 10),
    owner: marta,
    sender: carl,
    people: [ben, ana, carl],
    thread: { is_group: true, subject: "Launch crew" },
    message: { external_message_id: "FTgSrl_qC3OgEb8ovXzqkw", direction: "inbound", subject: null }
  },
  "message_received.whatsapp_image_attachment": {
    ...withBen,
    message: {
      external_message_id: "tfIDHrYuN8bTgoezj4Ov6g",
      content: null,
      attachments: [
        {
          id: "tuEohSemAywPKcnaLFmSAg",
          type: "img",
          name: null,
          mime: "image/jpeg",
          size: 184233,
          url: "att://ryiNb5LlmAmAfGwuyo5X7A/bWVkaWEtNQ=="
        }
      ]
    }
  },
  "message_received.whatsapp_voice_note_alt_keys": {
    ...withBen,
    message: {
      external_message_id: "40H8xIiTTiV4lWJUtbfeFQ",
      content: "",
      attachments: [
        {
          id: "Pv2m7njDG6tplbESLsE_ag",
          type: "audio",
          name: "voice.ogg",
          mime: null,
          size: 20480,
          url: "att://ryiNb5LlmAmAfGwuyo5X7A/bWVkaWEtNg=="
        }
      ]
    }
  },
  "message_received.whatsapp_reply_quoted": {
    ...withBen,
    message: {
      external_message_id: "AYwmfXL2OBouyCitqPtJlQ",
      metadata: {
        quoted: { provider_id: martasAnswer.provider_message_id, text: "Yes, Thursday 15:00 works." },
        reply_to: { id: martasAnswer.external_message_id }
      }
    }
  },
  "message_received.linkedin_inbound": {
    ...linkedin,
    external_thread_id: "lxxuA0I8HHWYSUSS1XTzEg",
    at: Date.UTC(2026, 6, 14, 10, 2, 33, 512),
    owner: martaUnseenOnLinkedin,
    sender: dana,
    people: [dana],
    thread: { folders: ["INBOX", "INBOX_LINKEDIN_CLASSIC"] },
    message: {
      external_message_id: "KAS61v6UpV8YsrN-MAkZpQ",
      provider_message_id: "2-KAS61v6UpV8YsrN+MAkZpf1Re5WqgeldtXTAugaaN0A=",
      direction: "inbound",
      metadata: { message_type: "MESSAGE" }
    }
  },
  "message_received.linkedin_outbound_echo": {
    ...linkedin,
    at: Date.UTC(2026, 6, 14, 10, 5, 1, 120),
    owner: martaOnLinkedin,
    sender: martaOnLinkedin,
    people: [dana],
    message: { external_message_id: "ihzuQ2y6wUiaGIPJ2Ib8_A", direction: "outbound" }
  },
  "message_received.linkedin_sponsored": {
    ...linkedin,
    owner: martaUnseenOnLinkedin,
    sender: hexa,
    people: [hexa],
    thread: { subject: "Try Hexa Cloud", is_broadcast: false, metadata: { content_type: "sponsored" } },
    message: { subject: "Try Hexa Cloud", direction: "inbound" }
  },
  "message_received.instagram_inbound": {
    account_id: "1Y7nAVagmZ0ELtwkBTwVRA",
    channel_type: "instagram",
    at: Date.UTC(2026, 5, 2, 18, 30, 45),
    owner: { key: "instagram:59000000001" },
    sender: noor,
    people: [noor],
    message: { external_message_id: "TNm3Zy1_vuj7UfseBJ9pAw", direction: "inbound" }
  },
  "message_received.telegram_inbound": {
    account_id: "7YfixIRk8mJp1_2US8qaoQ",
    channel_type: "telegram",
    at: Date.UTC(2026, 5, 3, 12),
    owner: { key: "telegram:7000000001", identifiers: { telegram_id: "7000000001" } },
    sender: yuri,
    people: [yuri],
    message: { external_message_id: "YotJ2W3N6XpDDdT1l3BYmQ", content: "Привет! Когда запуск?" }
  },
  message_delivered: {
    ...withBen,
    ...martasAnswer,
    type: "message_delivered",
    at: Date.UTC(2026, 4, 4, 9, 16, 4),
    owner: marta,
    direction: "outbound"
  },
  message_read: {
    ...withBen,
    ...martasAnswer,
    type: "message_read",
    at: Date.UTC(2026, 4, 4, 9, 17, 30),
    owner: marta,
    direction: "outbound",
    reader: ben
  },
  message_reaction_added: {
    ...withBen,
    ...martasAnswer,
    type: "message_reacted",
    at: Date.UTC(2026, 4, 4, 9, 18),
    owner: marta,
    sender: ben,
    reaction: "👍"
  },
  message_reaction_by_me: {
    ...withBen,
    external_message_id: "AYwmfXL2OBouyCitqPtJlQ",
    type: "message_reacted",
    at: Date.UTC(2026, 4, 4, 9, 27),
    owner: marta,
    sender: marta,
    reaction: "❤️"
  },
  message_edited: {
    ...withBen,
    ...bensQuestion,
    type: "message_edited",
    at: Date.UTC(2026, 4, 4, 9, 28),
    owner: martaUnseen,
    content: "Hi, is the demo still on for Friday?"
  },
  message_deleted: {
    ...withBen,
    ...bensQuestion,
    type: "message_deleted",
    at: Date.UTC(2026, 4, 4, 9, 30),
    owner: martaUnseen
  },
  "account_status.ok": status("ryiNb5LlmAmAfGwuyo5X7A", "OK"),
  "account_status.connecting": status("ryiNb5LlmAmAfGwuyo5X7A", "CONNECTING"),
  "account_status.reconnected": status("ryiNb5LlmAmAfGwuyo5X7A", "RECONNECTED"),
  "account_status.credentials": status("_MpGHlq-z7-1dfa5szm5_g", "CREDENTIALS"),
  "account_status.creation_success": status("_MpGHlq-z7-1dfa5szm5_g", "CREATION_SUCCESS"),
  "account_status.creation_fail": status("_MpGHlq-z7-1dfa5szm5_g", "CREATION_FAIL"),
  "account_status.error": status("1Y7nAVagmZ0ELtwkBTwVRA", "ERROR"),
  "account_status.permissions": status("BtdlbG-YGqnuyHQiEb3Dvw", "PERMISSIONS"),
  "account_status.sync_success": status("f1I55kJk_hrGCW91rUVgkQ", "SYNC_SUCCESS"),
  "account_status.deleted": status("VPzOBxXXog2JoC6gZfEf5A", "DELETED"),
  mail_received: {
    ...mail,
    at: Date.UTC(2026, 5, 10, 7, 12, 9),
    where: {
      thread_id: null,
      names: ["<q1.ff33f1b122@mail.example.net>", "YcVpMIT-C8_HaeUWTFX2zA", "ff33f1b12213e021"],
      roots: [],
      answers: [],
      mail: {
        message_id: "<q1.ff33f1b122@mail.example.net>",
        by: "email:jo.brandt@acme.example",
        at: Date.UTC(2026, 5, 10, 7, 12, 9),
        alone: "YcVpMIT-C8_HaeUWTFX2zA 2026-06-10T07:12:09.000Z"
      }
    },
    fact: {
      type: "message_received",
      owner: { key: `account:${mail.account_id}` },
      sender: { key: "email:jo.brandt@acme.example", name: "Jo Brandt" },
      thread: { subject: "Quote for 40 seats", folders: ["INBOX"] },
      message: {
        external_message_id: "YcVpMIT-C8_HaeUWTFX2zA",
        provider_message_id: "ff33f1b12213e021",
        direction: "inbound",
        content: "Hello Marta, please find our request below.",
        read_at: null
      },
      letter: {
        owner_known: false,
        moved: null,
        roles: {
          "email:jo.brandt@acme.example": "sender",
          "email:marta@lumen.example": "recipient",
          "email:kai@acme.example": "cc",
          "email:legal@acme.example": "cc",
          "email:audit@lumen.example": "bcc"
        }
      }
    }
  },
  "mail_received.attachments_reply": {
    ...mail,
    where: {
      thread_id: "EJCHYtIEKD6B1eou5OUTOA",
      roots: ["<q0.1111@lumen.example>"]
    },
    fact: {
      message: {
        attachments: [
          { id: "9V_xb2b0M2Ama5Xbb4_sAQ", name: "contract.pdf", mime: "application/pdf", size: 48211 },
          { id: "LDpCSddwcAWGSdvYItyveQ", name: "logo.png" }
        ]
      }
    }
  },
  mail_sent: {
    ...mail,
    fact: {
      owner: { key: "email:marta@lumen.example" },
      sender: { key: "email:marta@lumen.example" },
      people: [{ key: "email:jo.brandt@acme.example" }, { key: "email:kai@acme.example" }],
      message: { direction: "outbound", read_at: null, metadata: { tracking_id: "Bp56SVNEritzCbHoGNUfmw" } },
      letter: { owner_known: true }
    }
  },
  mail_moved: {
    ...mail,
    fact: { thread: { folders: [] }, letter: { moved: { at: received, folders: ["ARCHIVE"] } } }
  },
  mail_opened: {
    ...mail,
    at: Date.UTC(2026, 5, 10, 8, 31, 5),
    where: { thread_id: null, names: ["o3MNNcEmK44oxJgO_DhEkA"], roots: [] },
    fact: { type: "mail_tracked", action: "opened", event_id: "XX8UUICaaGcO3JGhGBSfqg", url: null }
  },
  mail_link_clicked: {
    ...mail,
    fact: { type: "mail_tracked", action: "clicked", url: "https://lumen.example/pricing" }
  },
  new_relation: {
    type: "relation_added",
    account_id: linkedin.account_id,
    at: received,
    person: { key: dana.key, name: "Dana Whitfield", avatar_url: "https://media.example.net/dana.jpg" },
    metadata: { profile_url: "https://www.linkedin.com/in/dana-whitfield/" }
  },
  calendar_event_created: {
    ...mail,
    account_id: "ZlgSpeBxgs9wAauqEJEWNw",
    at: Date.UTC(2026, 1, 2, 10),
    where: { thread_id: "calendar:Eadtqoc-FUoOs4bYb1F-qw" },
    fact: {
      type: "calendar_event_shown",
      title: "Kick-off",
      is_deleted: false,
      is_complete: true,
      people: [{ key: "email:marta@lumen.example" }, { key: "email:jo.brandt@acme.example" }]
    }
  },
  calendar_event_deleted: {
    ...mail,
    account_id: "ZlgSpeBxgs9wAauqEJEWNw",
    fact: { type: "calendar_event_shown", is_deleted: true, people: [] }
  },
  "v2/account.status.errored": {
    ...status(v2.account_id, "ERROR"),
    at: Date.UTC(2026, 7, 1, 10)
  },
  "v2/message.new": {
    ...v2,
    at: Date.UTC(2026, 7, 1, 9, 59, 58),
    where: { thread_id: null, names: [v2Message], roots: [], chat: v2Chat },
    fact: {
      type: "message_received",
      sender: { key: dana.key, name: "Dana Whitfield" },
      message: { external_message_id: v2Message, direction: "inbound", content: "Thanks, talk soon" }
    }
  },
  "v2/message.delete": { ...v2, where: { names: [v2Message] }, fact: { type: "message_deleted" } },
  "v2/message.reaction.new": {
    ...v2,
    where: { thread_id: null, names: [v2Message], roots: [], chat: null },
    fact: { type: "message_reacted", sender: { key: dana.key }, reaction: "👏" }
  },
  "v2/message.receipt.read": {
    ...v2,
    account_id: "acc_LSVvKgMAGcIfUmfYtp_DGw",
    where: { names: ["3EB0A1A746F28ABD5E63EB"], roots: [], chat: "447700900123@s.whatsapp.net" },
    fact: { type: "message_read", reader: null }
  },
  "v2/relation.new": {
    type: "relation_added",
    account_id: v2.account_id,
    at: Date.UTC(2026, 7, 1, 10),
    person: { key: dana.key, name: "Dana Whitfield" }
  },
  "hosted_auth_notify.creation_success": {
    type: "hosted_auth_reported",
    via: "webhook",
    received,
    account_id: "ryiNb5LlmAmAfGwuyo5X7A",
    user_id: "user-4711",
    status: "CREATION_SUCCESS"
  },
  "hosted_auth_notify.creation_fail": {
    type: "hosted_auth_reported",
    account_id: null,
    user_id: "user-4711",
    status: "CREATION_FAIL"
  }
}

describe("fixtures", () => {
  test("every one is understood", () => {
    expect([...Object.keys(expectations), "v2/message.update"].sort()).toEqual([...names].sort())
    expect(names.length).toBeGreaterThan(40)
  })

  test.each(Object.entries(expectations))("%s is understood", (name, expected) => {
    const raw = Result.getOrThrow(parse(bodies.rawFixture(name)))
    const events = Result.getOrThrow(translate(raw, { received }))
    expect(events).toHaveLength(1)
    expect(events[0]).toMatchObject(expected)
  })

  test("a v2 update is the message as it is now, and its edit", () => {
    const events = Result.getOrThrow(translate(fixture("v2/message.update"), { received }))
    expect(events).toMatchObject([
      { ...v2, fact: { type: "message_received", message: { external_message_id: v2Message } } },
      { ...v2, at: Date.UTC(2026, 7, 1, 10), fact: { type: "message_edited", content: "Thanks, talk tomorrow" } }
    ])
  })

  test("every event survives JSON unchanged, so that it can be journaled (I2)", () => {
    for (const name of Object.keys(expectations)) {
      const events = Result.getOrThrow(translate(fixture(name), { received }))
      expect(JSON.parse(JSON.stringify(events))).toStrictEqual(events)
    }
  })

  test("the provider's payload is not kept alive or changed", () => {
    const body = fixture("message_received.whatsapp_reply_quoted")
    const event = understood(body, "message_received")
    expect(body).toStrictEqual(fixture("message_received.whatsapp_reply_quoted"))
    expect(event.message.metadata["quoted"]).not.toBe(body["quoted"])
  })
})
