/** Webhook payloads as UniPile sends them (v1), built for the demo. Times are those of the moment at which they are sent. */
import type { Account, Network, Somebody } from "./cast.ts"

export interface Chat {
  readonly account: Account
  readonly chat_id: string
  readonly people: ReadonlyArray<Somebody>
  /** A group has a name. */
  readonly title: string | null
}

export interface Written {
  readonly id: string
  /** null: the account's owner. */
  readonly by: Somebody | null
  readonly text: string
  readonly at: Date
  readonly attachments?: ReadonlyArray<unknown>
}

const digits = (number: number, length: number) => String(number + 1).padStart(length, "0")

/** How a network names a person; also how a member of a conversation is named to the events endpoint. */
export const providerId = (network: Network, { name, number }: Somebody): string => {
  switch (network) {
    case "whatsapp":
      return `4470090${digits(number, 5)}@s.whatsapp.net`
    case "linkedin":
      return `ACoAADemo${digits(number, 8)}${"0".repeat(21)}`
    case "instagram":
      return `1784000000${digits(number, 7)}`
    case "gmail":
      return mailAddress(name)
  }
}

const handle = (name: string) =>
  name
    .toLowerCase()
    .normalize("NFD")
    .replace(/[^a-z ]/g, "")
    .replaceAll(" ", ".")
const mailAddress = (name: string) => `${handle(name)}@harbour.example`

const specifics = (network: Network, somebody: Somebody) => {
  switch (network) {
    case "whatsapp":
      return { provider: "WHATSAPP", phone_number: `+${providerId(network, somebody).split("@")[0]}` }
    case "linkedin":
      return { provider: "LINKEDIN", member_urn: `urn:li:member:9${digits(somebody.number, 8)}`, is_company: false }
    default:
      return { provider: network.toUpperCase(), public_identifier: handle(somebody.name) }
  }
}

const attendee = (network: Network, somebody: Somebody) => ({
  attendee_id: `att_${network}_${somebody.number}`,
  attendee_provider_id: providerId(network, somebody),
  attendee_name: somebody.name,
  attendee_profile_url: network === "instagram" ? `https://www.instagram.com/${handle(somebody.name)}/` : null,
  attendee_specifics: specifics(network, somebody),
  attendee_public_identifier: network === "instagram" ? handle(somebody.name) : providerId(network, somebody)
})

const ownAttendee = ({ network, own_id }: Account) => ({
  attendee_id: `att_${network}_own`,
  attendee_provider_id: own_id,
  attendee_name: "Lena Hart",
  attendee_profile_url: null,
  attendee_specifics: { provider: network.toUpperCase() },
  attendee_public_identifier: own_id
})

const accountInfo = ({ network, account_type, own_id }: Account) =>
  network === "whatsapp"
    ? { type: account_type, phone_number: `+${own_id.split("@")[0]}` }
    : { type: account_type, user_id: own_id }

/** What every messaging event has: it describes the message, whatever happened to it. */
const messaging = (event: string, chat: Chat, message: Written, timestamp: Date) => {
  const { account, chat_id, people, title } = chat
  return {
    event,
    account_id: account.account_id,
    account_type: account.account_type,
    account_info: accountInfo(account),
    webhook_name: "Messaging hook",
    chat_id,
    attendees: people.map((one) => attendee(account.network, one)),
    sender: message.by === null ? ownAttendee(account) : attendee(account.network, message.by),
    subject: title,
    message: message.text,
    message_id: message.id,
    timestamp: timestamp.toISOString(),
    attachments: message.attachments ?? [],
    is_sender: message.by === null,
    provider_chat_id: `${chat_id}@demo`,
    provider_message_id: `P${message.id}`,
    is_event: 0,
    chat_pinned: 0,
    quoted: null,
    is_forwarded: null,
    chat_content_type: null,
    message_type: null,
    is_group: title !== null,
    folder: ["INBOX"]
  }
}

export const received = (chat: Chat, message: Written) => messaging("message_received", chat, message, message.at)
export const delivered = (chat: Chat, message: Written, at: Date) => messaging("message_delivered", chat, message, at)
export const read = (chat: Chat, message: Written, by: Somebody, at: Date) => ({
  ...messaging("message_read", chat, message, at),
  read_by: attendee(chat.account.network, by)
})
export const reacted = (chat: Chat, message: Written, by: Somebody, reaction: string, at: Date) => ({
  ...messaging("message_reaction", chat, message, at),
  reaction,
  reaction_sender: attendee(chat.account.network, by)
})

export interface Mail {
  readonly id: string
  readonly by: Somebody | null
  readonly subject: string
  readonly text: string
  readonly at: Date
  readonly with: ReadonlyArray<Somebody>
  readonly answers: string | null
}

const correspondent = (somebody: Somebody | null, account: Account) => ({
  display_name: somebody?.name ?? "Lena Hart",
  identifier: somebody === null ? account.own_id : mailAddress(somebody.name),
  identifier_type: "EMAIL_ADDRESS"
})

/** mail_received, or mail_sent when the account's owner wrote it. */
export const mail = (account: Account, { id, by, subject, text, at, with: others, answers }: Mail) => {
  const isOurs = by === null
  const cast = others.filter((one) => one !== by).map((one) => correspondent(one, account))
  const messageId = (of: string) => `<${of}@mail.lanternworks.example>`
  return {
    email_id: `mail_${id}`,
    account_id: account.account_id,
    event: isOurs ? "mail_sent" : "mail_received",
    webhook_name: "Mail hook",
    date: at.toISOString(),
    from_attendee: correspondent(by, account),
    to_attendees: isOurs ? cast.slice(0, 1) : [correspondent(null, account)],
    bcc_attendees: [],
    cc_attendees: isOurs ? cast.slice(1) : cast,
    reply_to_attendees: [],
    provider_id: `pm_${id}`,
    message_id: messageId(id),
    has_attachments: false,
    subject,
    body: `<div dir="ltr">${text}</div>`,
    body_plain: text,
    attachments: [],
    folders: [isOurs ? "[Gmail]/Sent Mail" : "INBOX"],
    role: isOurs ? "sent" : "inbox",
    read_date: isOurs ? at.toISOString() : null,
    is_complete: true,
    in_reply_to: answers === null ? null : { message_id: messageId(answers), id: `mail_${answers}` },
    tracking_id: null,
    origin: isOurs ? "unipile" : "external"
  }
}

export const accountStatus = ({ account_id, account_type }: Account, message: "OK" | "CREDENTIALS") => ({
  AccountStatus: { account_id, message, account_type }
})

/** An unknown kind of event: it goes to quarantine, where it can be looked at. */
export const unheardOf = ({ account_id, account_type }: Account, at: Date) => ({
  event: "chat_hologram_received",
  account_id,
  account_type,
  timestamp: at.toISOString()
})
