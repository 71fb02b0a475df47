/** UniPile payloads (unipile.md §2–4) of the accounts and people of the scenario. */

export interface Account {
  readonly id: string
  readonly channel_type: string
  /** `account_type` of the payloads. */
  readonly type: string
  readonly info: object
  readonly name: string
  readonly user: string
}

export const accounts = {
  sales: {
    id: "wa-sales",
    channel_type: "whatsapp",
    type: "WHATSAPP",
    info: { type: "WHATSAPP", phone_number: "+351960000111" },
    name: "Sales phone",
    user: "anna"
  },
  support: {
    id: "wa-support",
    channel_type: "whatsapp",
    type: "WHATSAPP",
    info: { type: "WHATSAPP", phone_number: "+351960000222" },
    name: "Support phone",
    user: "ben"
  },
  linkedin: {
    id: "li-lena",
    channel_type: "linkedin",
    type: "LINKEDIN",
    info: { type: "LINKEDIN", feature: "classic", user_id: "ACoAALena" },
    name: "Lena Hart",
    user: "lena"
  },
  telegram: {
    id: "tg-lena",
    channel_type: "telegram",
    type: "TELEGRAM",
    info: { type: "TELEGRAM", user_id: "7000000001" },
    name: "Lena on Telegram",
    user: "lena"
  },
  instagram: {
    id: "ig-lamps",
    channel_type: "instagram",
    type: "INSTAGRAM",
    info: { type: "INSTAGRAM", user_id: "17840000000009001" },
    name: "lanternworks",
    user: "anna"
  },
  gmail: {
    id: "gm-hello",
    channel_type: "gmail",
    type: "GOOGLE_OAUTH",
    info: {},
    name: "hello@lanternworks.example",
    user: "anna"
  },
  imap: {
    id: "ml-orders",
    channel_type: "mail",
    type: "MAIL",
    info: {},
    name: "orders@lanternworks.example",
    user: "ben"
  },
  calendar: {
    id: "cal-lena",
    channel_type: "calendar",
    type: "GOOGLE_CALENDAR",
    info: {},
    name: "Lena's calendar",
    user: "lena"
  }
} as const satisfies Readonly<Record<string, Account>>

export interface Somebody {
  readonly name: string
  /** How the network names them; on WhatsApp the JID. */
  readonly id: string
  readonly specifics?: object
  readonly handle?: string
  readonly avatar?: string
}

const phone = (name: string, digits: string): Somebody => ({
  name,
  id: `${digits}@s.whatsapp.net`,
  specifics: { provider: "WHATSAPP", phone_number: `+${digits}` },
  handle: `${digits}@s.whatsapp.net`
})

export const people = {
  ben: phone("Ben Adeyemi", "447700900101"),
  sofia: phone("Sofia Marin", "34600000201"),
  carl: phone("Carl Jensen", "4520000301"),
  ines: phone("Ines Duarte", "351910000401"),
  hugo: phone("Hugo Petit", "33600000501"),
  /** Known by a hidden id, then by the number too: two people who turn out to be one. */
  anaHidden: { name: "Ana Ruiz", id: "183002000444555@lid", specifics: { provider: "WHATSAPP" } },
  anaPhone: phone("Ana R.", "34600000222"),
  anaBoth: {
    name: "Ana Ruiz",
    id: "183002000444555@lid",
    specifics: { provider: "WHATSAPP", phone_number: "+34600000222", lid: "183002000444555@lid" }
  },
  dana: {
    name: "Dana Whitlock",
    id: "ACoAADana",
    specifics: { provider: "LINKEDIN", member_urn: "urn:li:member:900000010", occupation: "Head of Ops" }
  },
  yuri: { name: "Yuri Petrenko", id: "610000001", handle: "yuri_p", specifics: { provider: "TELEGRAM" } },
  mika: { name: "Mika Lund", id: "610000002", handle: "mika_l", specifics: { provider: "TELEGRAM" } },
  leila: {
    name: "Leila Farouk",
    id: "1784000000000055",
    handle: "leila.f",
    avatar: "https://media.example.net/leila.jpg?sig=1",
    specifics: { provider: "INSTAGRAM", public_identifier: "leila.f" }
  }
} as const satisfies Readonly<Record<string, Somebody>>

const attendee = ({ name, id, specifics = {}, handle = id, avatar }: Somebody) => ({
  attendee_id: `att-${id}`,
  attendee_provider_id: id,
  attendee_name: name,
  attendee_profile_url: null,
  attendee_specifics: specifics,
  attendee_public_identifier: handle,
  ...(avatar === undefined ? {} : { attendee_profile_picture_url: avatar })
})

export interface Chat {
  readonly account: Account
  readonly id: string
  readonly with: ReadonlyArray<Somebody>
  /** A group has a title. */
  readonly title?: string
}

export interface Said {
  readonly id: string
  readonly at: number
  readonly text?: string | null
  /** null: the account's owner. */
  readonly by?: Somebody | null
  readonly event?: string
  readonly more?: object
}

/** A messaging payload; `event` is message_received unless it says otherwise. */
export const messaging = ({ account, id: chat, with: others, title }: Chat, said: Said) => {
  const { id, at, text = `text of ${said.id}`, by = others[0]!, event = "message_received", more = {} } = said
  return {
    event,
    account_id: account.id,
    account_type: account.type,
    account_info: account.info,
    webhook_name: "Messaging hook",
    chat_id: chat,
    attendees: others.map(attendee),
    sender: by === null ? attendee({ name: "Lena Hart", id: `own-of-${account.id}` }) : attendee(by),
    subject: title ?? null,
    message: text,
    message_id: id,
    timestamp: new Date(at).toISOString(),
    attachments: [],
    is_sender: by === null,
    provider_chat_id: `${chat}@${account.channel_type}`,
    provider_message_id: `P-${id}`,
    is_event: 0,
    chat_pinned: 0,
    quoted: null,
    is_forwarded: null,
    chat_content_type: null,
    message_type: null,
    is_group: title !== undefined,
    folder: ["INBOX"],
    ...more
  }
}

/** A reaction; empty takes it back. */
export const reaction = (chat: Chat, id: string, at: number, by: Somebody, emoji: string) =>
  messaging(chat, {
    id,
    at,
    event: "message_reaction",
    more: { reaction: emoji, reaction_sender: attendee(by) }
  })

export interface Letter {
  readonly id: string
  readonly at: number
  readonly event?: string
  readonly from: string
  readonly to: ReadonlyArray<string>
  readonly cc?: ReadonlyArray<string>
  readonly subject: string
  readonly more?: object
}

const correspondent = (address: string) => ({
  display_name: address.split("@")[0]!,
  identifier: address,
  identifier_type: "EMAIL_ADDRESS"
})

/** A mail payload; `event` is mail_received unless it says otherwise. */
export const mail = (
  account: Account,
  { id, at, event = "mail_received", from, to, cc = [], subject, more = {} }: Letter
) => ({
  event,
  webhook_name: "Mail hook",
  account_id: account.id,
  email_id: `email-${id}`,
  date: new Date(at).toISOString(),
  from_attendee: correspondent(from),
  to_attendees: to.map(correspondent),
  cc_attendees: cc.map(correspondent),
  bcc_attendees: [],
  reply_to_attendees: [],
  provider_id: `prov-${id}`,
  message_id: `<${id}@mail.example.net>`,
  has_attachments: false,
  subject,
  body: `<p>Body of ${id}</p>`,
  body_plain: `Body of ${id}`,
  attachments: [],
  folders: [event === "mail_sent" ? "SENT" : "INBOX"],
  role: event === "mail_sent" ? "sent" : "inbox",
  read_date: null,
  is_complete: true,
  in_reply_to: null,
  tracking_id: null,
  origin: "external",
  ...more
})

export const answering = (id: string) => ({
  in_reply_to: { message_id: `<${id}@mail.example.net>`, id: `email-${id}` }
})

export const calendarEvent = (id: string, at: number, event: string, more: object = {}) => ({
  event,
  webhook_name: "Calendar hook",
  account_id: accounts.calendar.id,
  id,
  calendar_id: "lena-main",
  created_at: new Date(at).toISOString(),
  updated_at: new Date(at).toISOString(),
  title: `Meeting ${id}`,
  is_cancelled: false,
  attendees: [{ email: "jo.keller@harbour.example", display_name: "Jo Keller", response_status: "yes" }],
  organizer: { email: "lena@lanternworks.example", display_name: "Lena Hart" },
  start: { date_time: "2026-12-01T14:00:00", time_zone: "Europe/Lisbon" },
  end: { date_time: "2026-12-01T15:00:00", time_zone: "Europe/Lisbon" },
  ...more
})

export const accountStatus = ({ id, type }: Account, message: string) => ({
  AccountStatus: { account_id: id, account_type: type, message }
})

/** A v2 envelope of a message event. */
export const envelope = (account: Account, type: string, at: number, payload: object) => ({
  id: `evt-${type}-${at}`,
  created_at: new Date(at).toISOString(),
  account_id: account.id,
  account_provider: account.channel_type,
  account_name: account.name,
  type,
  payload
})
