/**
 * No message ever stands in a chat that no payload named for it, and none is lost to another one that bears its id (CONTRACT,
 * preamble): chats that number their messages alike, told by both versions of webhooks, mails whose mailbox counts in each folder
 * and whose mailer puts one Message-ID on all, in any order and again and again.
 */
import * as Result from "effect/Result"
import fc from "fast-check"
import { expect } from "vitest"
import type { ProviderEvent } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import type { ToldInChat, ToldMail } from "../oracle/scopes.ts"
import { chatsTold, mailsTied } from "../oracle/scopes.ts"
import { claim } from "../support/claim.ts"
import { expectSame } from "./compared.ts"
import { created, minute, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const received = start + 60 * minute
const iso = (n: number) => new Date(start + n * minute).toISOString()
const eventsOf = (body: object): ReadonlyArray<ProviderEvent> =>
  Result.getOrThrow(translate(body, { received })).map((event) =>
    event.type === "fact_arrived" ? { ...event, channel_type: event.account_id === "tg" ? "telegram" : "mail" } : event
  )

const chats = 3
const numbers = 3
const v1Chat = (chat: number) => `g${chat}`
const v2Chat = (chat: number) => `-100${chat}`
const timeOf = (chat: number, number: number) => iso(chat * numbers + number)
const textOf = (chat: number, number: number) => `message ${number} of chat ${chat}`

const inV1 = (chat: number, number: number, isNameless: boolean) => ({
  event: "message_received",
  account_id: "tg",
  account_type: "TELEGRAM",
  account_info: { type: "TELEGRAM" },
  chat_id: v1Chat(chat),
  provider_chat_id: v2Chat(chat),
  message_id: isNameless ? null : `U${chat}-${number}`,
  provider_message_id: String(number),
  message: textOf(chat, number),
  timestamp: timeOf(chat, number),
  is_sender: false,
  sender: { attendee_provider_id: `p${chat}`, attendee_name: `P${chat}` },
  attendees: [{ attendee_provider_id: `p${chat}`, attendee_name: `P${chat}` }]
})
const inV2 = (type: string, payload: object) => ({
  id: "evt",
  created_at: iso(59),
  account_id: "tg",
  account_provider: "telegram",
  type,
  payload
})
const shownInV2 = (chat: number, number: number) =>
  inV2("message.new", {
    id: String(number),
    chat_id: v2Chat(chat),
    sender_id: `p${chat}`,
    sender: { id: `p${chat}`, display_name: `P${chat}` },
    text: textOf(chat, number),
    timestamp: timeOf(chat, number),
    is_sender: false
  })
/** A reaction names the message, and the chat or not; each has a sign of its own. */
const reacted = (chat: number | null, number: number, sign: string) =>
  inV2("message.reaction.new", {
    message_id: String(number),
    ...(chat === null ? {} : { chat_id: v2Chat(chat) }),
    reaction: { value: sign, sender: { id: `r${sign}`, display_name: sign }, is_sender: false }
  })

const chat = fc.nat(chats - 1)
const number = fc.integer({ min: 1, max: numbers })
const chatTelling = fc.oneof(
  { weight: 2, arbitrary: fc.record({ tell: fc.constant("v1" as const), chat, number }) },
  { weight: 2, arbitrary: fc.record({ tell: fc.constant("v2" as const), chat, number }) },
  fc.record({ tell: fc.constant("reaction" as const), chat, number }),
  fc.record({ tell: fc.constant("homeless" as const), number })
)
type ChatTelling = typeof chatTelling extends fc.Arbitrary<infer T> ? T : never

const mails = 6
const mailTruths = fc.array(
  fc.record({
    id: fc.constantFrom("real", "real", "real", "constant", "empty", "none"),
    answers: fc.constantFrom(0, 0, 1, 2),
    provider_id: fc.constantFrom("17", "18"),
    by: fc.constantFrom("jo", "bo"),
    thread: fc.constantFrom(null, null, null, "T1", "T2"),
    spelling: fc.constantFrom("brackets", "bare", "run together", "folded")
  }),
  { minLength: mails, maxLength: mails }
)
type MailTruths = typeof mailTruths extends fc.Arbitrary<infer T> ? T : never

/** Only a mail with an id can be answered, and only the provider's first word on the thread of a chain is told. */
const answeredBy = (truths: MailTruths, n: number): number | null => {
  const { answers } = truths[n]!
  const parent = n - answers
  return answers === 0 || parent < 0 || truths[parent]!.id !== "real" ? null : parent
}
const rootOf = (truths: MailTruths, n: number): number => {
  const parent = answeredBy(truths, n)
  return parent === null ? n : rootOf(truths, parent)
}
const ownId = {
  real: (n: number) => `<m${n}@Acme.example>`,
  constant: () => "<x@broken>",
  empty: () => "<@>",
  none: () => null
}
const spelled = {
  brackets: (id: string) => id,
  bare: (id: string) => id.slice(1, -1),
  "run together": (id: string) => `${id}${id}`,
  folded: (id: string) => `\r\n\t${id}\r\n`
}
const threadIdOf = (truths: MailTruths, n: number) => {
  const root = rootOf(truths, n)
  return truths[root]!.thread === null ? null : `${truths[root]!.thread}-${root}`
}

const mailBody = (truths: MailTruths, n: number) => {
  const { id, provider_id, by, spelling } = truths[n]!
  const parent = answeredBy(truths, n)
  return {
    event: "mail_received",
    account_id: "post",
    email_id: `E${n}`,
    provider_id,
    message_id: ownId[id](n),
    date: iso(n),
    subject: "Quote",
    body_plain: `mail ${n}`,
    from_attendee: { identifier: `${by}@acme.example`, display_name: by },
    to_attendees: [{ identifier: "me@lumen.example", display_name: "Me" }],
    folders: ["INBOX"],
    role: "inbox",
    in_reply_to: parent === null ? null : { message_id: spelled[spelling](`<m${parent}@acme.example>`), id: "17" },
    ...(threadIdOf(truths, n) === null ? {} : { thread_id: threadIdOf(truths, n) })
  }
}
const tiesOf = (truths: MailTruths, n: number): ReadonlyArray<string> => {
  const parent = answeredBy(truths, n)
  const thread = threadIdOf(truths, n)
  return [
    ...(truths[n]!.id === "real" ? [`m${n}`] : []),
    ...(parent === null ? [] : [`m${parent}`]),
    ...(thread === null ? [] : [thread])
  ]
}

const histories = fc.record({
  nameless: fc.boolean(),
  chats: fc.array(chatTelling, { maxLength: 16, size: "max" }),
  truths: mailTruths,
  mails: fc.array(fc.nat(mails - 1), { maxLength: 10, size: "max" }),
  again: fc.array(fc.nat(), { maxLength: 6 }),
  order: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  sleeps: fc.array(fc.nat(30), { maxLength: 2 })
})

interface Told {
  readonly body: object
  readonly chat: (ToldInChat & { readonly number: number }) | null
  readonly mail: ToldMail | null
  /** A reaction without a chat: its sign, and the number that it names. */
  readonly homeless: { readonly sign: string; readonly number: number } | null
}

const toldInChat = (said: ChatTelling, n: number, isNameless: boolean): Told => {
  const nothing = { chat: null, mail: null, homeless: null }
  const sign = `s${n}`
  if (said.tell === "homeless")
    return { ...nothing, body: reacted(null, said.number, sign), homeless: { sign, number: said.number } }
  if (said.tell === "reaction") return { ...nothing, body: reacted(said.chat, said.number, sign) }
  const body = said.tell === "v1" ? inV1(said.chat, said.number, isNameless) : shownInV2(said.chat, said.number)
  const version = said.tell === "v1" ? (1 as const) : (2 as const)
  return {
    ...nothing,
    body,
    chat: { chat: said.chat, number: said.number, version, text: textOf(said.chat, said.number) }
  }
}

/** The visible texts of each conversation, by thread. */
const textsIn = (tenant: SmallTenant, account: "tg" | "post"): Map<string, ReadonlyArray<string>> => {
  const channel = tenant.identity.channel(account === "tg" ? "telegram" : "mail", account)
  const texts = new Map<string, ReadonlyArray<string>>()
  for (const { id, context } of tenant.population.ofKind("conversation")) {
    if (context.channel_id !== channel || context.merged_into !== null) continue
    const shown = [...tenant.rowsOf(id).values()].filter((row) => row.hidden !== true)
    expect(shown).toHaveLength(context.message_count)
    if (shown.length > 0) texts.set(context.external_thread_id, shown.map((row) => row.content!).sort())
  }
  return texts
}
const sorted = (texts: Map<string, ReadonlyArray<string>>) => [...texts].sort(([a], [b]) => (a < b ? -1 : 1))

claim(
  "no message stands in a chat that no payload named for it, and none is lost",
  { runs: 150, facts: ({ chats, mails, again }) => chats.length + mails.length + again.length },
  histories,
  ({ nameless, chats, truths, mails, again, order, sleeps }) => {
    const said: ReadonlyArray<Told> = [
      ...chats.map((one, n) => toldInChat(one, n, nameless)),
      ...mails.map((n) => ({
        body: mailBody(truths, n),
        chat: null,
        homeless: null,
        mail: { text: `mail ${n}`, ties: tiesOf(truths, n) }
      }))
    ]
    if (said.length === 0) return
    const arrived = [...said, ...again.map((n) => said[n % said.length]!)]
      .map((one, n) => [order[n]!, one] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, one]) => one)
    const tenant = new SmallTenant()
    for (const event of [created, registered, running]) tenant.apply(event)
    tenant.apply({ ...registered, account_id: "tg", channel_type: "telegram" })
    tenant.apply({ ...registered, account_id: "post", channel_type: "mail", account_name: "me@lumen.example" })

    const seen: Array<ToldInChat & { readonly number: number }> = []
    const nowhere: Array<string> = []
    for (const [n, one] of arrived.entries()) {
      if (sleeps.includes(n)) tenant.sleepAndWake()
      for (const event of eventsOf(one.body)) tenant.apply(event)
      if (one.chat !== null) seen.push(one.chat)
      const knowing = new Set(seen.flatMap((told) => (told.number === one.homeless?.number ? [told.chat] : [])))
      if (knowing.size > 1 && arrived.indexOf(one) === n) nowhere.push(one.homeless!.sign)
    }

    const expected = chatsTold(seen, (chat, version) => (version === 1 ? v1Chat(chat) : v2Chat(chat)))
    expectSame(sorted(textsIn(tenant, "tg")), sorted(expected), "chats")
    const tied = mailsTied(arrived.flatMap(({ mail }) => mail ?? []))
    const stands = [...textsIn(tenant, "post").values()].sort((a, b) => (a[0]! < b[0]! ? -1 : 1))
    expectSame(stands, tied, "mails")

    // A reaction stands on a message of the number and the chat that it names, and on one at most.
    const signs = [...tenant.rows].flatMap(([, rows]) =>
      [...rows.values()].flatMap((row) =>
        (row.reactions ?? []).map(({ value }) => ({ sign: value, text: row.content! }))
      )
    )
    for (const { sign, text } of signs) {
      const told = chats[Number(sign.slice(1))]!
      expect(text, sign).toMatch(new RegExp(`^message ${told.number} of chat ${"chat" in told ? told.chat : "\\d"}$`))
      if (told.tell === "homeless")
        expect(signs.filter((other) => other.sign === sign && other.text !== text)).toEqual([])
      expect(nowhere).not.toContain(sign)
    }

    // What names no chat is weighed anew when it comes again: by then more than one may know the name.
    for (const one of arrived.filter(({ homeless }) => homeless === null))
      for (const event of eventsOf(one.body)) {
        const { changes } = tenant.apply(event)
        if (changes.length > 0) expect({ event, changes }, "a repeat").toMatchObject({ changes: [] })
      }
  }
)
