/**
 * What happened to the tenant `acme`, day by day. Each day ends with a stop, and so with a cut; the journal of the first is trimmed
 * on the second.
 */
import {
  accounts,
  accountStatus,
  answering,
  calendarEvent,
  type Chat,
  envelope,
  mail,
  messaging,
  people,
  reaction
} from "./payloads.ts"
import type { Teller } from "./teller.ts"

const { sales, support, linkedin, telegram, instagram, gmail, imap } = accounts
const { ben, sofia, carl, ines, hugo, anaHidden, anaPhone, anaBoth, dana, yuri, mika, leila } = people
const minute = 60_000

export const firstDay = Date.UTC(2026, 10, 16, 9, 5)
export const secondDay = Date.UTC(2026, 10, 24, 9, 5)
/** Everything that is due once a day is due. */
export const thirdDay = Date.UTC(2026, 10, 25, 8, 5)
/** Between two full hours, so that nothing is due by itself. What was hot on the second day has gone cold since the third began. */
export const tailBegins = Date.UTC(2026, 10, 25, 8, 40)

export const chats = {
  long: { account: sales, id: "wa-long", with: [ben] },
  crew: { account: sales, id: "wa-crew", with: [ben, carl, anaHidden], title: "Launch crew" },
  sofia: { account: sales, id: "wa-sofia", with: [sofia] },
  ines: { account: sales, id: "wa-ines", with: [ines] },
  hugo: { account: support, id: "wa-hugo", with: [hugo] },
  anaHidden: { account: support, id: "wa-ana-hidden", with: [anaHidden] },
  anaPhone: { account: support, id: "wa-ana-phone", with: [anaPhone] },
  anaBoth: { account: support, id: "wa-ana-hidden", with: [anaBoth] },
  dana: { account: linkedin, id: "li-dana", with: [dana] },
  yuri: { account: telegram, id: "tg-yuri", with: [yuri] },
  mika: { account: telegram, id: "tg-mika", with: [mika] },
  leila: { account: instagram, id: "ig-leila", with: [leila] },
  news: { account: support, id: "wa-news", with: [carl] },
  spam: {
    account: instagram,
    id: "ig-spam",
    with: [{ ...leila, id: "1784000000000099", name: "Win Now", handle: "winnow" }]
  }
} as const satisfies Readonly<Record<string, Chat>>

const jo = "jo.keller@harbour.example"
const kai = "kai.sato@harbour.example"
const hello = gmail.name
const orders = imap.name

/** Messages of the long chat; every fifth is ours. */
export const longTalk = 700

export const dayOne = async ({ hook, api, event }: Teller) => {
  for (const account of Object.values(accounts)) {
    await api("PUT", `/connections/${account.id}`, {
      channel_type: account.channel_type,
      account_name: account.name,
      user_id: account.user,
      connection_config: { colour: "blue" },
      provider_config: { region: "pt" }
    })
    await hook(accountStatus(account, "CREATION_SUCCESS"))
  }
  await hook(accountStatus(sales, "SYNC_SUCCESS"))
  await api("PUT", "/connections/wa-sales/rate-limit", { rate_limit_per_hour: 60 })
  await api("PUT", "/channels/wa-sales/description", { description: "Where customers write" })
  await api("PUT", "/channels/wa-sales/sync-settings", { every: "hour" })
  await api("PUT", "/records/contact-ben", { kind: "contact", phones: ["+447700900101"], pipeline_id: "leads" })
  await api("PUT", "/records/company-harbour", { kind: "company", domains: ["harbour.example"], pipeline_id: "firms" })
  await api("PUT", "/records/contact-hugo-1", { phones: ["+33600000501"] })
  await api("PUT", "/records/contact-hugo-2", { phones: ["+33600000501"] })

  const began = Date.UTC(2026, 10, 10, 8)
  for (let n = 0; n < longTalk; n++) {
    const id = `long-${String(n).padStart(3, "0")}`
    await hook(
      messaging(chats.long, { id, at: began + n * 7 * minute, by: n % 5 === 4 ? null : ben, text: `line ${n}` })
    )
  }
  const t = (n: number) => firstDay - 60 * minute + n * minute
  for (let n = 0; n < 6; n++)
    await hook(messaging(chats.crew, { id: `crew-${n}`, at: t(n), by: [ben, carl, anaHidden][n % 3]! }))
  await hook(messaging(chats.crew, { id: "crew-mine", at: t(7), by: null }))
  await hook(messaging(chats.ines, { id: "ines-1", at: t(8) }))
  await hook(messaging(chats.ines, { id: "ines-2", at: t(9) }))
  await api("POST", "/conversations/wa-long/read", { user_id: "anna", message_id: "long-650" })
  await api("POST", "/conversations/wa-long/read", { user_id: "ben", message_id: "long-600" })
  await hook(messaging(chats.dana, { id: "dana-1", at: t(10) }))
  await hook(messaging(chats.dana, { id: "dana-2", at: t(11), by: null }))
  await event({ type: "participant", phone: "+351910000401", name: "Ines D.", at: new Date(t(12)).toISOString() })
}

export const dayTwo = async ({ hook, api, admin, event }: Teller) => {
  const t = (n: number) => secondDay - 60 * minute + (n * minute) / 2
  await api("PATCH", "", { read_on: "reply", default_contact_status: "fresh", max_creates_per_hour: 50 })
  await api("PATCH", "", { auto_create_enabled: true, blacklist: [{ kind: "domain", value: "spam.example" }] })
  await api("PUT", "/provider-preferences/whatsapp", { rate_limits: { messages_per_day: 500 } })
  await api("PUT", "/outgoing-webhook", { url: "http://127.0.0.1:9/crm" })

  // What the window has forgotten: known by its row, and brought along by the event.
  await hook(messaging(chats.long, { id: "long-003", at: t(0), event: "message_edited", text: "line 3, corrected" }))
  await hook(reaction(chats.long, "long-005", t(1), ben, "👍"))
  await hook(messaging(chats.long, { id: "long-006", at: t(2), event: "message_deleted", text: null }))
  await hook(messaging(chats.long, { id: "long-699", at: t(2), event: "message_edited", text: "line 699, corrected" }))

  // A group: edits, reactions, a deletion, receipts, somebody who leaves, two who turn out to be one.
  await hook(messaging(chats.crew, { id: "crew-0", at: t(3), event: "message_edited", text: "Venue: the pier" }))
  await hook(reaction(chats.crew, "crew-mine", t(4), ben, "🎉"))
  await hook(reaction(chats.crew, "crew-mine", t(5), carl, "👀"))
  await hook(reaction(chats.crew, "crew-mine", t(6), carl, ""))
  await hook(messaging(chats.crew, { id: "crew-1", at: t(7), by: carl, event: "message_deleted" }))
  await hook(messaging(chats.crew, { id: "crew-mine", at: t(8), by: null, event: "message_delivered" }))
  await hook(
    messaging(chats.crew, {
      id: "crew-7",
      at: t(9),
      by: carl,
      more: { attachments: [{ id: "a1", type: "img", mimetype: "image/png" }] }
    })
  )
  await event({
    type: "participant_left",
    conversation: "wa-crew",
    participant: ben.id,
    at: new Date(t(10)).toISOString()
  })
  await hook(messaging(chats.anaHidden, { id: "ana-1", at: t(11) }))
  await hook(messaging(chats.anaPhone, { id: "ana-2", at: t(12) }))
  await hook(messaging(chats.anaBoth, { id: "ana-3", at: t(13) }))

  // Two of one instant, and a receipt for a message that has not come yet.
  await hook(messaging(chats.sofia, { id: "sofia-b", at: t(14) }))
  await hook(messaging(chats.sofia, { id: "sofia-a", at: t(14) }))
  await hook(messaging(chats.sofia, { id: "sofia-early", at: t(16), by: null, event: "message_read" }))
  await hook(messaging(chats.sofia, { id: "sofia-mine", at: t(15), by: null }))
  await hook(messaging(chats.sofia, { id: "sofia-c", at: t(17), text: "please call" }))
  await api("PUT", "/conversations/wa-sofia/priority", { priority: "urgent" })
  await api("PUT", "/conversations/wa-sofia/local-messages/draft-1", { content: "Dear Sofia", subject: null })
  await api("POST", "/conversations/wa-ines/read", { user_id: "anna" })
  await api("POST", "/conversations/wa-ines/unread", { user_id: "anna" })

  // One number in two chats: the row of the older one belongs to the newer since, as that version had it.
  await hook(messaging(chats.yuri, { id: "4711", at: t(18), text: "Yuri's 4711" }))
  await hook(messaging(chats.yuri, { id: "4712", at: t(19) }))
  await hook(messaging(chats.mika, { id: "4711", at: t(20), text: "Mika's 4711", more: { provider_message_id: "P2" } }))

  await hook(messaging(chats.hugo, { id: "hugo-1", at: t(21) }))
  await hook(messaging(chats.hugo, { id: "hugo-2", at: t(22), by: null }))
  await api("PUT", "/conversations/wa-hugo/status", { status: "archived" })
  await hook(messaging(chats.news, { id: "news-1", at: t(23), more: { provider_chat_id: "120@newsletter" } }))
  await api("PUT", "/conversations/wa-news/status", { status: "deleted" })
  await hook(messaging(chats.spam, { id: "spam-1", at: t(24), more: { folder: ["SPAM"] } }))
  for (let n = 0; n < 12; n++) await hook(messaging(chats.leila, { id: `leila-${n}`, at: t(25 + n) }))

  // Mail: a thread by the provider's id, one by Message-IDs, two that turn out to be one, one that is moved.
  const thread = { thread_id: "gthread-1" }
  await hook(
    mail(gmail, { id: "offer-1", at: t(40), from: jo, to: [hello], cc: [kai], subject: "Offer", more: thread })
  )
  await hook(
    mail(gmail, {
      id: "offer-2",
      at: t(41),
      event: "mail_sent",
      from: hello,
      to: [jo],
      subject: "Re: Offer",
      more: { ...thread, ...answering("offer-1"), tracking_id: "track-2" }
    })
  )
  await hook(
    mail(gmail, {
      id: "offer-3",
      at: t(42),
      from: jo,
      to: [hello],
      subject: "Re: Offer",
      more: { ...thread, ...answering("offer-2"), read_date: new Date(t(43)).toISOString() }
    })
  )
  await hook({
    event: "mail_opened",
    event_id: "open-1",
    tracking_id: "track-2",
    date: new Date(t(42)).toISOString(),
    email_id: "email-offer-2",
    account_id: gmail.id
  })
  await hook(mail(imap, { id: "order-1", at: t(44), from: kai, to: [orders], subject: "Order 7" }))
  await hook(
    mail(imap, {
      id: "order-2",
      at: t(45),
      event: "mail_sent",
      from: orders,
      to: [kai],
      subject: "Re: Order 7",
      more: answering("order-1")
    })
  )
  await hook(mail(imap, { id: "chain-1", at: t(46), from: jo, to: [orders], subject: "Chain" }))
  await hook(
    mail(imap, {
      id: "chain-3",
      at: t(48),
      from: jo,
      to: [orders],
      subject: "Re: Re: Chain",
      more: answering("chain-2")
    })
  )
  await hook(
    mail(imap, { id: "chain-2", at: t(47), from: kai, to: [orders], subject: "Re: Chain", more: answering("chain-1") })
  )
  await hook(
    mail(gmail, {
      id: "bill",
      at: t(49),
      from: "billing@shop.example",
      to: [hello],
      subject: "Your bill",
      more: { thread_id: "gthread-2" }
    })
  )
  await hook(
    mail(gmail, {
      id: "bill",
      at: t(49),
      event: "mail_moved",
      from: "billing@shop.example",
      to: [hello],
      subject: "Your bill",
      more: { thread_id: "gthread-2", folders: ["Archive"], role: "archive" }
    })
  )

  await hook(calendarEvent("kick-off", t(50), "calendar_event_created"))
  await hook(calendarEvent("retro", t(50), "calendar_event_created"))
  await hook(calendarEvent("retro", t(51), "calendar_event_deleted"))
  await hook({
    event: "new_relation",
    account_id: linkedin.id,
    account_type: "LINKEDIN",
    user_full_name: "Nadia Chen",
    user_provider_id: "ACoAANadia",
    user_public_identifier: "nadia-chen",
    user_profile_url: "https://www.linkedin.com/in/nadia-chen/",
    user_picture_url: null,
    timestamp: new Date(t(52)).toISOString()
  })

  await api("PUT", `/connections/li-lena/tokens`, {
    access_token: "access-of-lena",
    refresh_token: "refresh-of-lena",
    expires_in: 30 * 86_400
  })
  await api("POST", `/connections/ml-orders/syncs`, { error: "the mailbox did not answer" })
  await hook(accountStatus(instagram, "CREDENTIALS"))
  await event({
    type: "auth",
    account: "cal-lena",
    status: "checkpoint_required",
    checkpoint_data: { kind: "otp" },
    hosted_auth_url: "https://auth.example/1"
  })

  // The send budget: a place that was taken and confirmed, one given back, one that waits for its echo.
  const kept = await api("POST", "/connections/wa-support/sends", {})
  await api("POST", `/connections/wa-support/sends/${kept.reservation_id}/confirm`, { message_id: "hugo-3" })
  const given = await api("POST", "/connections/wa-support/sends", { count: 2 })
  await api("DELETE", `/connections/wa-support/sends/${given.reservation_id}`)

  await api("POST", "/keys", { name: "mobile app" })
  const gone = await api("POST", "/keys", { name: "old app" })
  await api("DELETE", `/keys/${gone.id}`)
  await admin("POST", "/keys", { name: "vault", scopes: ["secrets"] })
  const { items } = await api("GET", "/participants?q=Dana")
  await api("PUT", `/participants/${items[0].id}/resolution`, { record_id: "contact-dana" })
  await api("PUT", `/participants/${items[0].id}/secondary-resolution`, {
    record_id: "company-harbour",
    pipeline_id: "firms"
  })
  await api("PUT", `/participants/${items[0].id}/social-handles`, {
    twitter_handle: "dana_w",
    name: "Dana Whitlock-Reyes"
  })
  await api("PUT", "/records/contact-ben/auto-sync", { sync_frequency_hours: 12, user_id: "anna" })

  await hook({ event: "message_from_the_future", account_id: sales.id, id: 1 }, "quarantined")
  await hook(
    { ...messaging(chats.sofia, { id: "x", at: t(53) }), message_id: null, provider_message_id: null },
    "quarantined"
  )
  const late = { ...sales, id: "wa-late" }
  for (const n of [1, 2, 3])
    await hook(
      messaging({ account: late, id: "late-chat", with: [carl] }, { id: `late-${n}`, at: t(53 + n) }),
      "waiting"
    )
}

/**
 * What compares with the rows, or looks at them, all at once: each makes a cut first, and what it says then is the tail's beginning.
 */
export const tailBegun = ({ api, hook, task }: Teller, now: number) =>
  Promise.all([
    task("update_participant_statistics"),
    task("update_channel_statistics"),
    task("detect_hot_conversations"),
    task("update_conversation_types"),
    api("PUT", "/records/contact-nora", { phones: ["+46700000601"] }),
    api("DELETE", "/records/contact-hugo-2"),
    // Of one that has left the window: its row stands in the event.
    hook(messaging(chats.long, { id: "long-010", at: now, event: "message_edited", text: "line 10, corrected" }))
  ])

/**
 * What no cut holds: the journal's tail. Every kind of event that a day can bring, so that the next version folds each of them. What
 * a rule of the next version decides otherwise stands apart, in the tenant `rules`. `known` is Yuri's id. Nothing here asks for a list:
 * a list is made from the rows, and so makes a cut.
 */
export const tail = async (
  { hook, api, event, task }: Teller,
  known: string,
  now: number,
  wait: (milliseconds: number) => Promise<void>
) => {
  const t = (n: number) => now - 10 * minute + n * 1_000
  const iso = (n: number) => new Date(t(n)).toISOString()

  await api("PUT", "/connections/wa-second", {
    channel_type: "whatsapp",
    account_name: "Second phone",
    user_id: "ben",
    is_active: true
  })
  const second = { ...sales, id: "wa-second", info: { type: "WHATSAPP", phone_number: "+351960000333" } }
  await hook(accountStatus(second, "OK"))
  await hook({ status: "RECONNECTED", account_id: instagram.id, name: "anna" })
  await event({ type: "auth", account: "cal-lena", status: "connected", provider_config: { region: "es" } })
  await api("PUT", "/connections/wa-second/rate-limit", { rate_limit_per_hour: 5 })
  await api("POST", "/connections/ml-orders/syncs", {})
  await api("PUT", "/connections/tg-lena/active", { is_active: false })
  await api("PUT", "/channels/tg-lena/active", { is_active: false })
  await api("PUT", "/channels/tg-lena/description", { description: "Quiet" })
  await api("PUT", "/channels/tg-lena/sync-settings", { every: "day" })

  // Messages of every kind, in chats that are new, that are known and that sleep.
  const nora = {
    account: second,
    id: "wa-nora",
    with: [
      {
        ...ben,
        name: "Nora Lind",
        id: "46700000601@s.whatsapp.net",
        handle: "46700000601@s.whatsapp.net",
        specifics: { provider: "WHATSAPP", phone_number: "+46700000601" }
      }
    ]
  }
  await hook(messaging(nora, { id: "nora-1", at: t(1) }))
  await hook(messaging(nora, { id: "nora-2", at: t(2), by: null }))
  await hook(messaging(nora, { id: "nora-2", at: t(3), by: null, event: "message_delivered" }))
  await hook(
    messaging(nora, { id: "nora-2", at: t(4), by: null, event: "message_read", more: { read_by: nora.with[0]!.id } })
  )
  await hook(messaging(nora, { id: "nora-1", at: t(5), event: "message_edited", text: "Good morning" }))
  await hook(reaction(nora, "nora-2", t(6), nora.with[0]!, "❤️"))
  await hook(messaging(nora, { id: "nora-3", at: t(7) }))
  await hook(messaging(nora, { id: "nora-3", at: t(8), event: "message_deleted" }))
  await hook(messaging(nora, { id: "nora-4", at: t(9) }))
  await hook(messaging(nora, { id: "nora-4", at: t(10), event: "message_read" }))
  await hook(messaging(nora, { id: "nora-5", at: t(11) }))
  for (let n = 0; n < 150; n++)
    await hook(
      messaging(chats.long, {
        id: `tail-${String(n).padStart(3, "0")}`,
        at: t(20 + n),
        by: n % 5 === 4 ? null : ben,
        text: `line ${longTalk + n}`
      })
    )
  await hook(messaging(chats.crew, { id: "crew-8", at: t(183), by: carl }))
  await hook(
    messaging(chats.crew, {
      id: "crew-line",
      at: t(184),
      by: carl,
      text: "Carl changed the subject",
      more: { is_event: 1, event_type: 4, subject: "Launch crew 2" }
    })
  )
  await event({ type: "participant_left", conversation: "wa-crew", participant: carl.id, at: iso(185) })
  await event({
    type: "read_receipt",
    conversation: "wa-crew",
    message_id: "crew-mine",
    participant: anaHidden.id,
    at: iso(186)
  })
  await hook(
    messaging(chats.crew, {
      id: "crew-9",
      at: t(187),
      by: anaHidden,
      event: "message_edited",
      text: "waits for its message"
    })
  )
  await event({
    type: "message",
    account: "wa-sales",
    conversation: "wa-sofia",
    message_id: "sofia-d",
    direction: "inbound",
    content: "told by the CRM",
    sender: { identifiers: { phone: "+34600000201" } },
    at: iso(188)
  })
  await event({
    type: "conversation",
    conversation: "wa-sofia",
    participant_count: 2,
    is_urgent: true,
    subject: "Sofia's lamps",
    sync_status: "synced",
    at: iso(189)
  })
  await event({
    type: "participant",
    phone: "+34600000201",
    email: "sofia@marin.example",
    avatar_url: "https://media.example.net/sofia.jpg",
    resolved_contact_id: "contact-sofia",
    at: iso(190)
  })

  // v2 names the same chats by the network's own ids.
  const atNetwork = "li-dana@linkedin"
  await hook(
    envelope(linkedin, "message.new", t(191), {
      object: "Message",
      id: "dana-net-3",
      text: "From the other version",
      sender_id: dana.id,
      chat_id: atNetwork,
      timestamp: iso(191),
      is_sender: false,
      provider: "linkedin",
      attachments: [],
      sender: { id: dana.id, display_name: dana.name }
    })
  )
  await hook(
    envelope(linkedin, "message.update", t(192), {
      object: "Message",
      id: "dana-net-3",
      text: "From the other version, edited",
      sender_id: dana.id,
      chat_id: atNetwork,
      timestamp: iso(191),
      is_sender: false,
      is_edited: true,
      provider: "linkedin",
      attachments: [],
      sender: { id: dana.id, display_name: dana.name }
    })
  )
  await hook(envelope(linkedin, "message.receipt.delivery", t(193), { message_id: "P-dana-2", chat_id: atNetwork }))
  await hook(envelope(linkedin, "message.receipt.read", t(194), { message_id: "P-dana-2", chat_id: atNetwork }))
  await hook(
    envelope(linkedin, "message.reaction.new", t(195), {
      message_id: "P-dana-1",
      chat_id: atNetwork,
      reaction: { value: "👏", sender: { id: dana.id, display_name: dana.name }, is_sender: false }
    })
  )
  await hook(envelope(linkedin, "message.delete", t(196), { message_id: "dana-net-3", chat_id: atNetwork }))
  await hook(messaging(chats.dana, { id: "dana-4", at: t(197) }))

  await hook(
    mail(gmail, {
      id: "offer-4",
      at: t(200),
      from: jo,
      to: [hello],
      subject: "Re: Offer",
      more: { thread_id: "gthread-1", ...answering("offer-3") }
    })
  )
  await hook(
    mail(imap, {
      id: "order-3",
      at: t(201),
      from: kai,
      to: [orders],
      subject: "Re: Order 7",
      more: answering("order-2")
    })
  )
  await hook(mail(imap, { id: "split-1", at: t(202), from: jo, to: [orders], subject: "Split" }))
  await hook(
    mail(imap, {
      id: "split-3",
      at: t(204),
      from: jo,
      to: [orders],
      subject: "Re: Re: Split",
      more: answering("split-2")
    })
  )
  await hook(
    mail(imap, { id: "split-2", at: t(203), from: kai, to: [orders], subject: "Re: Split", more: answering("split-1") })
  )
  await hook(
    mail(gmail, {
      id: "bill",
      at: t(205),
      event: "mail_moved",
      from: "billing@shop.example",
      to: [hello],
      subject: "Your bill",
      more: { thread_id: "gthread-2", folders: ["INBOX"], role: "inbox" }
    })
  )
  await hook({
    event: "mail_link_clicked",
    event_id: "click-1",
    tracking_id: "track-2",
    date: iso(206),
    email_id: "email-offer-2",
    account_id: gmail.id,
    url: "https://lanternworks.example/offer"
  })
  await hook(calendarEvent("kick-off", t(207), "calendar_event_updated", { title: "Kick-off, moved" }))
  await hook(calendarEvent("standup", t(208), "calendar_event_created"))
  await hook({
    event: "new_relation",
    account_id: linkedin.id,
    account_type: "LINKEDIN",
    user_full_name: "Samir Patel",
    user_provider_id: "ACoAASamir",
    user_public_identifier: "samir-patel",
    user_profile_url: null,
    user_picture_url: null,
    timestamp: iso(209)
  })

  // Commands on conversations.
  const on = (id: string, what: string) => `/conversations/${id}/${what}`
  await api("POST", on("wa-crew", "read"), { user_id: "anna" })
  await api("POST", on("wa-crew", "read"), { user_id: "ben", message_id: "crew-7" })
  await api("POST", on("wa-long", "read"), { user_id: "ben", message_id: "tail-140" })
  await api("POST", on("wa-long", "unread"), { user_id: "anna" })
  await api("PUT", on("li-dana", "priority"), { priority: "high" })
  await api("PUT", on("ig-leila", "status"), { status: "archived" })
  await api("PUT", on("wa-ines", "type"), { conversation_type: "broadcast" })
  await api("PUT", on("tg-mika", "type"), { conversation_type: "group" })
  await api("POST", on("tg-mika", "detect-type"), { release: true })
  await api("PUT", on("wa-sofia", "hot"), { is_hot: true })
  await api("PUT", on("wa-ines", "sync-status"), { sync_status: "failed", error: "history is away" })
  await api("PUT", on("wa-sofia", "messages/sofia-a/timestamps"), { received_at: iso(-3_600) })
  await api("PUT", on("gthread-1", "messages/email-offer-1/subject"), { subject: "Offer, the first" })
  await api("PUT", on("wa-nora", "local-messages/draft-2"), { content: "Hello Nora", subject: null })
  await api("POST", on("wa-crew", `members/${encodeURIComponent(carl.id)}/activity`), { at: iso(215) })
  await api("POST", on("wa-crew", `members/${encodeURIComponent(anaHidden.id)}/left`), { at: iso(216) })
  await api("PUT", on("wa-sofia", `members/${encodeURIComponent(sofia.id)}/provider-id`), {
    provider_participant_id: "sofia-of-the-crm"
  })
  await api("GET", "/conversations/wa-nora")

  // The send budget, people, records, settings.
  const confirmed = await api("POST", "/connections/wa-second/sends", { idempotency_key: "one" })
  await api("POST", `/connections/wa-second/sends/${confirmed.reservation_id}/confirm`, { message_id: "nora-6" })
  await hook(messaging(nora, { id: "nora-6", at: t(220), by: null }))
  const cancelled = await api("POST", "/connections/wa-second/sends", {})
  await api("DELETE", `/connections/wa-second/sends/${cancelled.reservation_id}`)
  await api("POST", "/connections/wa-second/sends", {})
  await api("PUT", `/participants/${known}/resolution`, { record_id: "contact-yuri" })
  await api("PUT", `/participants/${known}/secondary-resolution`, { record_id: "company-x" })
  await api("PUT", `/participants/${known}/social-handles`, { instagram_username: "yuri.p" })
  await api("PUT", "/records/contact-nora/auto-sync", { sync_frequency_hours: 6 })
  await api("PATCH", "", { creation_delay_hours: 1 })
  await api("PUT", "/provider-preferences/telegram", { rate_limits: { messages_per_day: 300 } })
  await api("POST", "/webhook-status", { ok: false, at: iso(225) })
  await hook({ event: "message_from_the_future", account_id: sales.id, id: 2 }, "quarantined")

  // The token of the second phone runs out by itself; the provider says that all is well; the task looks at it.
  await api("PUT", "/connections/wa-second/tokens", {
    access_token: "short-lived",
    refresh_token: "refresh-2",
    expires_in: 2
  })
  await wait(2_500)
  await hook(accountStatus(second, "OK"))
  for (const name of ["reset_daily_counters", "cleanup_expired_tokens"]) await task(name)
}
