/**
 * What a provider tells in one round, and what must be true afterwards: a naive model that keeps every fact and counts anew each
 * time it is asked. Written from the CONTRACT (2.2, 2.4, 2.5); it shares nothing with the machines.
 */
import { fixtureAccount } from "../support/fixtures.ts"
import { message } from "../support/whatsapp.ts"

type Next = () => number

/** One request on its way. `effect` is told to the model once it is answered. */
export interface Act {
  readonly kind: "webhook" | "send" | "read"
  readonly name: string
  readonly payload: any
  /** Outcomes that a webhook may end in. */
  readonly ends: ReadonlyArray<string>
  readonly effect: (model: Model) => void
}

interface Told {
  readonly at: number
  readonly outbound: boolean
}

class Chat {
  readonly messages = new Map<string, Told>()
  readonly deleted = new Set<string>()
  readonly readByOwner = new Set<string>()

  expected() {
    const standing = [...this.messages].filter(([id]) => !this.deleted.has(id))
    const horizon = Math.max(-Infinity, ...[...this.readByOwner].map((id) => this.messages.get(id)?.at ?? -Infinity))
    return {
      message_count: standing.length,
      unread_count: standing.filter(([, { at, outbound }]) => !outbound && at > horizon).length,
      last_message_at:
        this.messages.size === 0
          ? null
          : new Date(Math.max(...[...this.messages.values()].map(({ at }) => at))).toISOString(),
      sent: {
        owner: standing.filter(([, { outbound }]) => outbound).length,
        other: standing.filter(([, { outbound }]) => !outbound).length
      }
    }
  }
}

export class Model {
  readonly chats = new Map<string, Chat>()
  /** Keys of reservations that were allowed. */
  readonly reservations = new Set<string>()
  unreadable = new Set<string>()
  waiting = new Set<string>()

  chat(name: string): Chat {
    const known = this.chats.get(name) ?? new Chat()
    this.chats.set(name, known)
    return known
  }

  /** Sums over all chats. */
  totals() {
    const all = [...this.chats.values()].filter(({ messages }) => messages.size > 0).map((chat) => chat.expected())
    const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0)
    return {
      messages: sum(({ message_count }) => message_count),
      unread: sum(({ unread_count }) => unread_count),
      /** Deleted ones were sent all the same. */
      sends: [...this.chats.values()].reduce(
        (total, { messages }) => total + [...messages.values()].filter(({ outbound }) => outbound).length,
        this.reservations.size
      )
    }
  }
}

const start = Date.UTC(2026, 4, 4)
const applied = ["applied", "duplicate"]

/** Chats that live through all rounds and outgrow their window in a long run, and chats that only this round speaks in. */
const longLived = 4
const fresh = 3

/** The acts of a round, in an order of the provider's own making: some twice, receipts before their messages. */
export const acts = (round: number, count: number, next: Next, earlier: ReadonlyArray<Act>): ReadonlyArray<Act> => {
  const made: Array<Act> = []
  const spoken: Array<{ chat: string; id: string; at: number; outbound: boolean }> = []
  for (let index = 0; index < count; index++) {
    const which = Math.floor(next() * (longLived + fresh))
    const chat = which < longLived ? `long-${which}` : `round-${round}-${which}`
    const at = start + round * 600_000 + Math.floor(next() * 500_000)
    const id = `m-${round}-${index}`
    const about = spoken[Math.floor(next() * spoken.length)]
    const dice = next()
    if (about === undefined || dice < 0.62) {
      const outbound = next() < 0.3
      spoken.push({ chat, id, at, outbound })
      made.push({
        kind: "webhook",
        name: id,
        payload: message({ chat, id, at, outbound }),
        ends: applied,
        effect: (model) => void model.chat(chat).messages.set(id, { at, outbound })
      })
    } else if (dice < 0.72) {
      made.push(told("message_deleted", about, at, (model) => void model.chat(about.chat).deleted.add(about.id)))
    } else if (dice < 0.77) made.push(told("message_edited", about, at))
    else if (dice < 0.8) made.push(told("message_delivered", about, at))
    else if (dice < 0.85 && !about.outbound) {
      // The account's owner read it on another device.
      made.push(told("message_read", about, at, (model) => void model.chat(about.chat).readByOwner.add(about.id)))
    } else if (dice < 0.88 && about.outbound) made.push(told("message_read", about, at))
    else if (dice < 0.93) {
      const key = `send-${round}-${index}`
      made.push({
        kind: "send",
        name: key,
        payload: { count: 1, idempotency_key: key },
        ends: [],
        effect: (model) => void model.reservations.add(key)
      })
    } else if (dice < 0.96) {
      const name = `unreadable-${round}-${index}`
      made.push({
        kind: "webhook",
        name,
        payload: { event: "a kind that nobody knows", account_id: fixtureAccount, name },
        ends: ["quarantined"],
        effect: (model) => void model.unreadable.add(name)
      })
    } else {
      const account = `account-${round}-${index}`
      made.push({
        kind: "webhook",
        name: account,
        payload: message({ chat: `early-${account}`, id, at, account }),
        ends: ["waiting"],
        effect: (model) => void model.waiting.add(account)
      })
    }
  }
  const known = earlier.filter(({ ends }) => ends === applied)
  const repeats = [...made.filter(({ ends }) => ends === applied), ...known].filter(() => next() < 0.2)
  return shuffledNearby([...made, ...repeats], next)
}

const told = (
  event: string,
  about: { chat: string; id: string; at: number; outbound: boolean },
  at: number,
  effect: Act["effect"] = () => {}
): Act => ({
  kind: "webhook",
  name: `${event} ${about.id} ${at}`,
  payload: message({
    chat: about.chat,
    id: about.id,
    at: event === "message_read" ? about.at : at,
    outbound: about.outbound,
    event
  }),
  ends: applied,
  effect
})

/** Every act ends up somewhere near its place: late and early, as networks do it. */
const shuffledNearby = <A>(items: ReadonlyArray<A>, next: Next): ReadonlyArray<A> =>
  items
    .map((item, index) => [index + next() * items.length * 0.5, item] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, item]) => item)
