/**
 * What happens in the demo, and when: a minute and a half in the inbox of a lamp maker. A list of requests, each with its moment;
 * the same seed gives the same list, so that a repeat of it changes nothing (every message has its id).
 */
import type { Account, Name, Network, Somebody } from "./cast.ts"
import { accounts, earlier, people } from "./cast.ts"
import { chanceOf } from "./chance.ts"
import type { Chat, Mail, Written } from "./payloads.ts"
import * as payload from "./payloads.ts"

export interface Step {
  /** Milliseconds after the beginning. */
  readonly at: number
  /** For people. */
  readonly says: string
  readonly method: "POST" | "PUT"
  /** Below `/v1/tenants/{tenant}`. */
  readonly path: string
  /** With the tenant's key, or as the provider does with the webhook's secret. */
  readonly as: "key" | "provider"
  /** The body, at the moment at which it is sent. */
  readonly body: (now: number) => unknown
}

/** Messages of the group that make it hot: more than ten within a day (CONTRACT 2.4). */
const bustle: ReadonlyArray<readonly [Name, string]> = [
  ["Carl Jensen", "Van is loaded, leaving in ten"],
  ["Ana Ruiz", "The lift is booked until eleven only"],
  ["Tomás Brandt", "Who has the long ladder?"],
  ["Carl Jensen", "I do"],
  ["Ana Ruiz", "Great. Second floor first, please"],
  ["Tomás Brandt", "Three pendants or four?"],
  ["Carl Jensen", "Four. Plan is from Tuesday"],
  ["Ana Ruiz", "Ceiling is concrete, bring the big drill"],
  ["Tomás Brandt", "On it"],
  ["Carl Jensen", "Traffic on the bridge, ten minutes late"],
  ["Ana Ruiz", "Coffee is on me then ☕"],
  ["Tomás Brandt", "👏"]
]

class Script {
  readonly steps: Array<Step> = []
  readonly #prefix: string
  #messages = 0

  constructor(seed: number) {
    this.#prefix = `d${seed.toString(36)}`
  }

  id(): string {
    this.#messages += 1
    return `${this.#prefix}x${this.#messages}`
  }

  add(at: number, says: string, path: string, body: Step["body"], how: Partial<Step> = {}): void {
    this.steps.push({ at: Math.round(at), says, path, body, method: "POST", as: "key", ...how })
  }

  hook(at: number, says: string, body: Step["body"]): void {
    this.add(at, says, "/webhooks/unipile", body, { as: "provider" })
  }

  /** Somebody types, if they have a few seconds, and writes. Times are milliseconds after the beginning. */
  writes(chat: Chat, by: Somebody, at: number, text: string, typing = 2_200, attachments: Written["attachments"] = []) {
    const id = this.id()
    if (typing > 0) this.types(chat, by, at - typing)
    const message = (now: number): Written => ({ id, by, text, at: new Date(now), attachments })
    this.hook(at, `${by.name}: ${text}`, (now) => payload.received(chat, message(now)))
    return message
  }

  types(chat: Chat, by: Somebody, at: number): void {
    const participant = payload.providerId(chat.account.network, by)
    const event = { type: "typing", conversation: chat.chat_id, participant, is_typing: true, expires_in_s: 4 }
    this.add(at, `${by.name} is typing`, "/events", () => event)
  }

  /** The account's owner answers, and hears that it arrived and was read. */
  answers(chat: Chat, at: number, text: string) {
    const id = this.id()
    const sent = (now: number): Written => ({ id, by: null, text, at: new Date(now) })
    this.hook(at, `Lena: ${text}`, (now) => payload.received(chat, sent(now)))
    const reader = chat.people[0]!
    this.hook(at + 900, "delivered", (now) => payload.delivered(chat, sent(now - 900), new Date(now)))
    this.hook(at + 3_200, `${reader.name} has read it`, (now) =>
      payload.read(chat, sent(now - 3_200), reader, new Date(now))
    )
    return sent
  }

  reads(chat: Chat, at: number): void {
    this.add(at, "Lena has read it", `/conversations/${chat.chat_id}/read`, () => ({ user_id: "lena" }))
  }

  mails(account: Account, at: number, letter: Omit<Mail, "at">, ago = 0): void {
    const from = letter.by?.name ?? "Lena"
    this.hook(at, `${from}, by mail: ${letter.subject}`, (now) =>
      payload.mail(account, { ...letter, at: new Date(now - ago) })
    )
  }
}

const chatOf = (network: Network, name: Name): Chat => ({
  account: accounts[network],
  chat_id: `demo-${network}-${people[name].number}`,
  people: [people[name]],
  title: null
})
const minutes = 60_000

/** Accounts, with their budgets, all connected. */
const opening = (script: Script): void => {
  for (const { network, account_id, account_name, rate_limit_per_hour } of Object.values(accounts)) {
    const registration = { channel_type: network, account_name, user_id: "demo-user" }
    script.add(0, `registers ${network}`, `/connections/${account_id}`, () => registration, { method: "PUT" })
    script.add(0, "sets its limit", `/connections/${account_id}/rate-limit`, () => ({ rate_limit_per_hour }), {
      method: "PUT"
    })
    script.hook(100, `${network} is connected`, () => payload.accountStatus(accounts[network], "OK"))
  }
}

/** What was there before: one message each, some of them read. */
const past = (script: Script, seed: number): void => {
  const chance = chanceOf(seed)
  chance.shuffled(earlier).forEach(([name, network, text], place) => {
    const chat = chatOf(network, name)
    const id = script.id()
    const ago = (12 + place * chance.between(9, 160)) * minutes
    const at = 300 + place * 90
    script.hook(at, `${name}, some time ago: ${text}`, (now) =>
      payload.received(chat, { id, by: people[name], text, at: new Date(now - ago) })
    )
    if (chance.next() < 0.6) script.reads(chat, at + 60)
  })
}

/** The whole demo, in order. */
export const scenario = (seed: number): ReadonlyArray<Step> => {
  const script = new Script(seed)
  const chance = chanceOf(seed + 1)
  const soon = () => chance.between(0, 700)
  const s = (seconds: number) => seconds * 1_000 + soon()
  opening(script)
  past(script, seed)

  const ben = chatOf("whatsapp", "Ben Adeyemi")
  script.writes(ben, people["Ben Adeyemi"], s(2), "Hello! When will my two table lamps be here?", 0)
  script.writes(ben, people["Ben Adeyemi"], s(6), "The order is 4417")
  script.reads(ben, s(10))
  const answer = script.answers(ben, s(14), "Hi Ben, they left us this morning. Thursday, before noon.")
  script.hook(s(20), "Ben reacts with 🙌", (now) =>
    payload.reacted(ben, answer(now - 6_000), people["Ben Adeyemi"], "🙌", new Date(now))
  )
  script.writes(ben, people["Ben Adeyemi"], s(24), "Perfect, thank you!")

  const group: Chat = {
    account: accounts.whatsapp,
    chat_id: "demo-whatsapp-pier-7",
    people: [people["Carl Jensen"], people["Ana Ruiz"], people["Tomás Brandt"]],
    title: "Installation, Pier 7"
  }
  bustle.forEach(([name, text], line) => {
    script.writes(group, people[name], 3_000 + line * 4_300 + soon(), text, line === 0 ? 0 : 1_800)
  })
  script.answers(group, s(58), "Thank you all. Photos to me, please.")

  const sofia = chatOf("whatsapp", "Sofia Marin")
  const photo = { id: "img1", type: "img", mimetype: "image/jpeg", size: { width: 1200, height: 900 } }
  script.writes(sofia, people["Sofia Marin"], s(17), "This is the corner that I mean", 0, [photo])
  script.writes(sofia, people["Sofia Marin"], s(29), "Would the tall one fit?")

  const dana = chatOf("linkedin", "Dana Whitlock")
  script.writes(dana, people["Dana Whitlock"], s(5), "Thanks for reaching out. Can you share pricing for 40 rooms?", 0)
  script.answers(dana, s(19), "With pleasure. Which ceiling height do you have?")
  script.hook(s(24), "LinkedIn asks to sign in again", () => payload.accountStatus(accounts.linkedin, "CREDENTIALS"))
  script.add(s(27), "may linkedin send?", `/connections/${accounts.linkedin.account_id}/sends`, () => ({ count: 1 }))
  script.hook(s(44), "LinkedIn is connected again", () => payload.accountStatus(accounts.linkedin, "OK"))
  script.writes(dana, people["Dana Whitlock"], s(49), "Three metres ten. And we would need them by March.")
  const priya = chatOf("linkedin", "Priya Raman")
  script.writes(priya, people["Priya Raman"], s(52), "Are you at the fair in Milan this year?", 0)

  const order = [script.id(), script.id(), script.id()] as const
  const both = [people["Jo Keller"], people["Kai Sato"]]
  const subject = "Quote for 40 wall lamps"
  script.mails(accounts.gmail, s(8), {
    id: order[0],
    by: people["Jo Keller"],
    subject,
    text: "Hello, please find our request below. We would need samples in two finishes.",
    with: both,
    answers: null
  })
  script.mails(accounts.gmail, s(33), {
    id: order[1],
    by: null,
    subject: `Re: ${subject}`,
    text: "Dear Jo, the quote is attached; samples leave tomorrow.",
    with: both,
    answers: order[0]
  })
  script.mails(accounts.gmail, s(46), {
    id: order[2],
    by: people["Kai Sato"],
    subject: `Re: ${subject}`,
    text: "Thank you. One question on the dimmer: is it included?",
    with: both,
    answers: order[1]
  })
  script.mails(accounts.gmail, s(12), {
    id: script.id(),
    by: people["Rosa Bianchi"],
    subject: "Invoice F-2093",
    text: "Could you check the VAT number, please?",
    with: [people["Rosa Bianchi"]],
    answers: null
  })

  const noor = chatOf("instagram", "Noor Haddad")
  script.writes(noor, people["Noor Haddad"], s(15), "Love the paper one! Do you ship to Jordan?", 0)
  script.answers(noor, s(37), "We do, in about ten days.")
  const mika = chatOf("instagram", "Mika Lund")
  script.writes(mika, people["Mika Lund"], s(40), "What is the lamp in your last picture?", 0)
  script.writes(mika, people["Mika Lund"], s(55), "Found it. Ordered two 😊")
  script.answers(mika, s(62), "Wonderful, thank you!")

  script.add(
    s(20),
    "Rosa's mail is not the only urgent thing",
    `/conversations/${sofia.chat_id}/priority`,
    () => ({
      priority: "high"
    }),
    { method: "PUT" }
  )
  script.hook(s(35), "something that nobody understands", (now) => payload.unheardOf(accounts.instagram, new Date(now)))
  script.types(sofia, people["Sofia Marin"], s(66))
  script.writes(sofia, people["Sofia Marin"], s(69), "I measured again: 2.40 m")
  return script.steps.toSorted((a, b) => a.at - b.at)
}
