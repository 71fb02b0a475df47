/** Bodies in Switchboard's own JSON format, a foreign format that is nothing but a table, and how a test asks for an event or a fault. */
import * as Result from "effect/Result"
import { expect } from "vitest"
import type { ProviderEvent } from "../../machines/events.ts"
import type { ChannelType } from "../../machines/vocabulary.ts"
import { switchboardFormat } from "../../src/providers/generic/format.ts"
import type { Mapping, PersonTable } from "../../src/providers/mapping/mapping.ts"
import { translateBy } from "../../src/providers/mapping/translate.ts"
import type { Translate } from "../../src/providers/provider.ts"

/** The instant at which every test accepts its bodies. */
export const received = Date.UTC(2026, 8, 1)

export type Json = Record<string, any>

export const account_id = "sms-1"
const of = (event: string, fields: Json): Json => ({ event, account_id, at: "2026-05-04T09:15:27Z", ...fields })
const about = { channel_type: "whatsapp", thread_id: "+447700900123", message_id: "SM-1" }

/** One body of each kind of the own format. */
export const bodies = {
  message_received: of("message_received", {
    ...about,
    provider_message_id: "P-1",
    direction: "inbound",
    text: "Is the flat still free?",
    subject: "Flat",
    is_group: false,
    title: "Ben",
    person_phone: "+44 7700 900123",
    person_name: "Ben Okafor",
    person_avatar_url: "https://pictures.example/ben.png",
    attachments: [
      { id: "A-1", type: "image", name: "flat.png", mime: "image/png", size: "2048", url: "https://a.example/1" }
    ]
  }),
  message_delivered: of("message_delivered", { ...about, message_id: "SM-2" }),
  message_read: of("message_read", { ...about, message_id: "SM-2", person_phone: "+447700900123" }),
  message_edited: of("message_edited", { ...about, text: "Is the house still free?" }),
  message_deleted: of("message_deleted", about),
  message_reacted: of("message_reacted", { ...about, reaction: "👍", person_phone: "+447700900123" }),
  account_status: of("account_status", { status: "credentials" })
} as const satisfies Record<string, Json>

const number = (path: string): PersonTable => ({
  phone: { from: `${path}.number`, as: "id" },
  name: { from: [`${path}.profile.name`, `${path}.name`], as: "text" }
})
const gatewayMessage = {
  account_id: { from: "data.service.sid", as: "id" },
  at: { from: ["data.sent_at_ms", "created"], as: "instant" },
  message_id: { from: "data.sid", as: "id" },
  thread_id: { from: "data.conversation.0.sid", as: "id" }
} as const
const gatewayText = {
  text: { from: "data.content.body", as: "text" },
  direction: {
    from: "data.direction",
    as: "direction",
    words: { "outbound-api": "outbound", "outbound-reply": "outbound", mo: "inbound" }
  },
  is_group: { from: "data.participants.many", as: "yes_no" },
  people: { from: "data.participants.list", as: "list", of: number("identity") },
  attachments: {
    from: "data.media",
    as: "list",
    of: { id: { from: "sid", as: "id" }, mime: { from: "content.type", as: "text" } }
  }
} as const

/** A gateway whose payloads nest, number their times and have words of their own. */
export const gatewayFormat: Mapping = {
  kind: "meta.type",
  kinds: {
    "message.mo": {
      event: "message_received",
      fields: { ...gatewayMessage, ...gatewayText, person: number("data.from") }
    },
    "message.mt": {
      event: "message_received",
      fields: { ...gatewayMessage, ...gatewayText, person: number("data.to") }
    },
    "status.delivered": { event: "message_delivered", fields: gatewayMessage },
    "status.read": { event: "message_read", fields: gatewayMessage },
    "service.state": {
      event: "account_status_changed",
      fields: {
        account_id: { from: "data.service.sid", as: "id" },
        status: { from: "data.state", as: "account_status", words: { up: "ok", "401": "credentials" } }
      }
    }
  }
}

/** What the gateway sends. */
export const gatewayBodies: ReadonlyArray<Json> = [
  {
    meta: { type: "message.mo" },
    created: 1_777_886_000,
    data: {
      sid: "SM-in",
      service: { sid: account_id },
      conversation: [{ sid: "CH-1" }],
      direction: "MO",
      sent_at_ms: 1_777_886_127_500,
      from: { number: "+447700900123", profile: { name: "Ben Okafor" } },
      to: { number: "+15005550006" },
      participants: { many: "false" },
      content: { body: "Hello" },
      media: { sid: "ME-1", content: { type: "image/png" } }
    }
  },
  {
    meta: { type: "message.mt" },
    created: 1_777_886_200,
    data: {
      sid: "SM-out",
      service: { sid: account_id },
      conversation: [{ sid: "CH-1" }],
      direction: "outbound-api",
      from: { number: "+15005550006" },
      to: { number: "+447700900123", name: "Ben" },
      content: { body: "Hello Ben" }
    }
  },
  { meta: { type: "status.delivered" }, created: 1_777_886_201, data: { sid: "SM-out", service: { sid: account_id } } },
  { meta: { type: "status.read" }, created: 1_777_886_202, data: { sid: "SM-out", service: { sid: account_id } } },
  { meta: { type: "service.state" }, data: { service: { sid: account_id }, state: 401 } }
]

export const translateOwn = translateBy(switchboardFormat)
export const translateGateway = translateBy(gatewayFormat)

/** The one event of a body that must be understood. */
export const eventOf = <T extends ProviderEvent["type"]>(
  body: unknown,
  type: T,
  { translate = translateOwn, channel_type }: { translate?: Translate; channel_type?: ChannelType } = {}
): Extract<ProviderEvent, { type: T }> => {
  const events = Result.getOrThrow(translate(body, { received, ...(channel_type && { channel_type }) }))
  expect(events.map((event) => event.type)).toEqual([type])
  return events[0] as Extract<ProviderEvent, { type: T }>
}

/** The fault of a body that must be refused. */
export const faultOf = (body: unknown, translate: Translate = translateOwn) => {
  const { field, rule, account_id } = Result.getOrThrow(Result.flip(translate(body, { received })))
  return { field, rule, account_id }
}
