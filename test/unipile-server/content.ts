/** What the accounts of a made-up UniPile hold: chats, people and messages from one seed. Ids of messages repeat across chats. */
import { generatorOf } from "../support/seeded.ts"

export type Thing = Record<string, any>

export interface Chat {
  readonly chat: Thing
  readonly attendees: Array<Thing>
  /** The newest first. */
  readonly messages: Array<Thing>
}
export interface Account {
  readonly account: Thing
  readonly chats: Array<Chat>
  readonly mails: Array<Thing>
}

export interface Size {
  readonly seed: number
  readonly account_id: string
  readonly chats: number
  /** Of one chat, on average. */
  readonly messages: number
  /** Of the newest message, epoch milliseconds; the others are minutes apart. */
  readonly newest: number
}

export const ownNumber = "+447700900000"
const minute = 60_000

const addressOf = (n: number) => `person-${n}@example.org`
export const ownAddress = "support@acme.example"

/** A mail account: mails from so many people in turn, each a thread of its own. */
export const gmail = (account_id: string, mails: number, people: number, newest: number): Account => ({
  account: { object: "Account", type: "GOOGLE_OAUTH", id: account_id, name: ownAddress, connection_params: {} },
  chats: [],
  mails: Array.from({ length: mails }, (_, n) => ({
    object: "Email",
    id: `${account_id}-mail-${n}`,
    account_id,
    type: "MAIL",
    date: new Date(newest - n * minute).toISOString(),
    role: "inbox",
    folders: ["INBOX"],
    thread_id: `${account_id}-thread-${n}`,
    message_id: `<${n}.${account_id}@example.org>`,
    provider_id: `provider-${n}`,
    from_attendee: {
      display_name: `Person ${n % people}`,
      identifier: addressOf(n % people),
      identifier_type: "EMAIL_ADDRESS"
    },
    to_attendees: [{ display_name: "Support", identifier: ownAddress, identifier_type: "EMAIL_ADDRESS" }],
    cc_attendees: [],
    bcc_attendees: [],
    subject: `Mail ${n}`,
    body: `<p>Mail ${n}</p>`,
    body_plain: `Mail ${n}`,
    attachments: [],
    has_attachments: false,
    read_date: null,
    is_complete: true,
    in_reply_to: null,
    origin: "external"
  }))
})

/** A WhatsApp account. Every tenth chat is a group. */
export const whatsapp = ({ seed, account_id, chats, messages, newest }: Size): Account => {
  const next = generatorOf(seed)
  const below = (limit: number) => Math.floor(next() * limit)
  const account = {
    object: "Account",
    type: "WHATSAPP",
    id: account_id,
    name: "Support",
    connection_params: { im: { phone_number: ownNumber } },
    sources: [{ id: `${account_id}_MESSAGING`, status: "OK" }]
  }
  const made = Array.from({ length: chats }, (_, n): Chat => {
    const isGroup = n % 10 === 9
    const people = Array.from({ length: isGroup ? 3 : 1 }, (__, p) => String(4477001_00000 + n * 10 + p))
    const chat_id = `${account_id}-chat-${n}`
    const attendees = [
      { id: `${account_id}-self`, provider_id: `${ownNumber.slice(1)}@s.whatsapp.net`, name: "Support", is_self: 1 },
      ...people.map((digits) => ({
        id: `${account_id}-at-${digits}`,
        account_id,
        provider_id: `${digits}@s.whatsapp.net`,
        public_identifier: `${digits}@s.whatsapp.net`,
        name: `Person ${digits.slice(-5)}`,
        is_self: 0,
        specifics: { provider: "WHATSAPP", phone_number: `+${digits}` }
      }))
    ]
    const last = newest - n * minute
    const count = Math.max(1, messages + below(messages) - Math.floor(messages / 2))
    const unread_count = below(3)
    const list = Array.from({ length: count }, (__, m): Thing => {
      const isOurs = m >= unread_count && below(2) === 0
      const from = isOurs ? attendees[0]! : attendees[1 + below(people.length)]!
      return {
        object: "Message",
        // The same number in every chat: an id is worth what its chat is worth.
        id: `m-${count - m}`,
        account_id,
        chat_id,
        chat_provider_id: isGroup ? `${n}@g.us` : attendees[1]!.provider_id,
        provider_id: `3EB0${count - m}`,
        sender_id: from.provider_id,
        sender_attendee_id: from.id,
        text: `Message ${count - m} of chat ${n}`,
        timestamp: new Date(last - m * minute).toISOString(),
        attachments: [],
        reactions: [],
        is_sender: isOurs ? 1 : 0,
        seen: isOurs ? below(2) : 0,
        delivered: 1,
        hidden: 0,
        deleted: 0,
        edited: 0,
        is_event: 0
      }
    })
    const inbound = list.filter((message) => message["is_sender"] === 0).length
    return {
      chat: {
        object: "Chat",
        id: chat_id,
        account_id,
        account_type: "WHATSAPP",
        provider_id: isGroup ? `${n}@g.us` : attendees[1]!.provider_id,
        name: isGroup ? `Group ${n}` : null,
        type: isGroup ? 1 : 0,
        timestamp: new Date(last).toISOString(),
        unread_count: Math.min(unread_count, inbound),
        archived: 0,
        pinned: 0,
        folder: ["INBOX"]
      },
      attendees,
      messages: list
    }
  })
  return { account, chats: made, mails: [] }
}
