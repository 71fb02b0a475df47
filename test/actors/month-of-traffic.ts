/** A month of traffic from a seed: three accounts, many chats, system lines, hidden and deleted messages, repeats, in any order. */
import type { Event } from "../../machines/events.ts"
import { ann, ben, cleo, day, deleted, hour, me, message, minute, registered, running } from "../machines/facts.ts"

export const accounts = ["account", "second", "third"]
export const registrations: ReadonlyArray<Event> = accounts.flatMap((account_id) => [
  { ...registered, account_id },
  { ...running, account_id } as Event
])

const people = [ann, ben, cleo]

/** Events by their time; `next` gives numbers in [0, 1). Times are before `start`, up to 30 days. */
export const monthOfTraffic = (messages: number, next: () => number): Array<Event> => {
  const events: Array<Event> = []
  const pick = <A>(all: ReadonlyArray<A>): A => all[Math.floor(next() * all.length)]!
  for (let index = 0; index < messages; index++) {
    const chat = Math.floor(next() * 24)
    const account_id = accounts[chat % accounts.length]!
    const at = -Math.floor(next() * 30 * day)
    const id = `m${index}`
    const add = (event: Event) => void events.push({ ...event, account_id } as Event)
    const say = (id: string, at: number, outbound: boolean, more: object = {}) =>
      message(id, at, outbound ? me : pick(people), { in: `chat-${chat}`, people, ...more })
    const outbound = next() < 0.4
    const hidden = next() < 0.05
    const is_event = next() < 0.05
    add(say(id, at, outbound, { message: { hidden, is_event, event_type: is_event ? 1 : null } }))
    if (!outbound && next() < 0.4)
      add(say(`${id}-reply`, at + Math.floor(next() * (next() < 0.8 ? hour : 30 * hour)), true))
    if (next() < 0.1) add(deleted(id, at + minute, `chat-${chat}`))
    if (next() < 0.05) add(say(id, at, outbound, { message: { hidden: true } }))
  }
  return events
}
