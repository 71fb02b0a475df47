/**
 * The send budget (CONTRACT 2.2): a rolling hour and a UTC day, decided in memory. A reservation holds a place until a message
 * takes it; an echo that belongs to a reservation does not count twice, whichever of the two is heard of first.
 */
import { Draft } from "../draft.ts"
import type { SendCancelled, SendConfirmed, SendReserved } from "../events.ts"
import type { MessageAppeared, MessageNamed, MessageOwned } from "../told.ts"
import type { ConnectionContext, Reservation, Unnamed } from "./context.ts"
import { day, dayOf } from "./day.ts"
import { dailyLimit, hourlyLimit } from "./limits.ts"
import { seated, settledAt, unnamedOf } from "./unnamed.ts"
import { own } from "../own.ts"

type Decision = Draft<ConnectionContext>

export const hour = 3_600_000

/** Accepted sends that are remembered one by one; past that, neighbours share the later instant (I8). */
const sendLimit = 2_048
/** Echoes remembered for a confirmation that comes after them; the oldest are forgotten first (I8). */
const echoLimit = 2_048

const total = (sends: ConnectionContext["facts"]["sends"]): number => sends.reduce((sum, [, count]) => sum + count, 0)

/** Drops what time has taken out of the budget: sends older than an hour, yesterday's count, reservations nobody used. */
export const timePassed = (d: Decision, now: number): void => {
  for (const reservation of Object.values(d.context.facts.reservations)) {
    if (reservation.at <= now - hour) expire(d, reservation.id, now)
  }
  const settled = settledAt(d.context.facts, now)
  if (settled !== null) d.set({ facts: { ...d.context.facts, ...settled, paid: settled.paid.slice(-echoLimit) } })
  const { facts } = d.context
  const sends = facts.sends.some(([at]) => at <= now - hour)
    ? facts.sends.filter(([at]) => at > now - hour)
    : facts.sends
  const today = dayOf(now)
  if (sends !== facts.sends || today > facts.today) {
    d.set({ facts: { ...facts, sends, today: Math.max(today, facts.today) } })
  }
  if (today > facts.today) d.set({ messages_sent_today: 0, last_rate_limit_reset: today * day })
  d.set({ messages_sent_this_hour: total(d.context.facts.sends) })
}

/** An hour is over: what was confirmed stays spent, the rest gives its place back. */
const expire = (d: Decision, id: string, now: number): void => {
  const reservation = own(d.context.facts.reservations, id)!
  forget(d, id)
  const unused = reservation.count - reservation.message_ids.length
  if (unused > 0 && !reservation.confirmed) spend(d, reservation.at, -unused, now)
}

const forget = (d: Decision, id: string): void => {
  const { [id]: _, ...reservations } = d.context.facts.reservations
  d.set({ facts: { ...d.context.facts, reservations } })
}

/** Counts sends at `at` (negative: gives places back). */
const spend = (d: Decision, at: number, count: number, now: number): void => {
  const { facts } = d.context
  d.set({
    facts: at > now - hour ? { ...facts, sends: added(facts.sends, at, count) } : facts,
    messages_sent_count: d.context.messages_sent_count + count,
    messages_sent_today: d.context.messages_sent_today + (dayOf(at) === facts.today ? count : 0)
  })
  d.set({ messages_sent_this_hour: total(d.context.facts.sends) })
}

const added = (sends: ConnectionContext["facts"]["sends"], at: number, count: number) => {
  const same = sends.findIndex(([other]) => other === at)
  const next =
    same >= 0
      ? sends.map((send, index) => (index === same ? ([at, send[1] + count] as const) : send))
      : [...sends, [at, count] as const].sort((a, b) => a[0] - b[0])
  const kept = next.filter(([, places]) => places > 0)
  if (kept.length <= sendLimit) return kept
  const [first, second, ...rest] = kept
  return [[second![0], first![1] + second![1]] as const, ...rest]
}

/** Asks for places before sending: refused at once with the reason, or held for an hour. */
export const sendReserved = (d: Decision, event: SendReserved): void => {
  const now = event.received
  const repeat = repeatOf(d.context, event)
  if (repeat !== undefined) return allow(d, repeat.id, now)
  const refusal = refuse(d.context, event.count, now)
  if (refusal !== null) return d.tell({ type: "send_decided", allowed: false, ...refusal })
  d.set({
    facts: {
      ...d.context.facts,
      reservations: {
        ...d.context.facts.reservations,
        [event.reservation_id]: {
          id: event.reservation_id,
          at: now,
          count: event.count,
          idempotency_key: event.idempotency_key,
          confirmed: false,
          message_ids: []
        }
      }
    }
  })
  spend(d, now, event.count, now)
  allow(d, event.reservation_id, now)
}

/** The reservation that was asked for under the same key before. */
export const repeatOf = (
  c: ConnectionContext,
  { idempotency_key, reservation_id }: SendReserved
): Reservation | undefined =>
  idempotency_key === null
    ? undefined
    : Object.values(c.facts.reservations).find(
        (known) => known.idempotency_key === idempotency_key && known.id !== reservation_id
      )

const allow = (d: Decision, reservation_id: string, now: number): void => {
  const { messages_sent_today, messages_sent_this_hour, facts } = d.context
  const daily = dailyLimit(d.context).limit
  d.tell({
    type: "send_decided",
    allowed: true,
    reservation_id,
    remaining_hour: Math.max(0, hourlyLimit(d.context).limit - messages_sent_this_hour),
    remaining_day: daily === null ? null : Math.max(0, daily - messages_sent_today),
    reset_at: (facts.sends[facts.sends.length - 1]?.[0] ?? now) + hour
  })
}

type Refusal = { readonly reason: "hourly" | "daily"; readonly retry_after_s: number | null }

/** Why so many sends are not allowed now, or null when they are. */
const refuse = (c: ConnectionContext, count: number, now: number): Refusal | null => {
  const hourly = hourlyLimit(c).limit
  if (c.messages_sent_this_hour + count > hourly) {
    return { reason: "hourly", retry_after_s: untilHourAllows(c, count, hourly, now) }
  }
  const daily = dailyLimit(c).limit
  if (daily !== null && c.messages_sent_today + count > daily) {
    const midnight = (dayOf(now) + 1) * day
    return { reason: "daily", retry_after_s: count > daily ? null : Math.ceil((midnight - now) / 1000) }
  }
  return null
}

/** Seconds until enough sends have left the rolling hour; null when the limit never allows so many. */
const untilHourAllows = (c: ConnectionContext, count: number, limit: number, now: number): number | null => {
  if (count > limit) return null
  let excess = c.messages_sent_this_hour + count - limit
  for (const [at, places] of c.facts.sends) {
    excess -= places
    if (excess <= 0) return Math.min(hour / 1000, Math.ceil((at + hour - now) / 1000))
  }
  return null
}

/** Whether the account may send at all (CONTRACT 2.2 can_send). */
export const canSend = (c: ConnectionContext): boolean => c.is_active && c.account_status === "active"

/** The CRM says that the reserved message went out, and under which id its echo will come or has come, if it knows. */
export const sendConfirmed = (d: Decision, event: SendConfirmed): void => {
  const reservation = own(d.context.facts.reservations, event.reservation_id)
  if (reservation === undefined) {
    return d.tell({
      type: "command_refused",
      field: "reservation_id",
      rule: "names no open reservation of the last hour"
    })
  }
  const id = event.external_message_id
  if (id === null) return confirmedUnnamed(d, reservation, event.received)
  const { facts } = d.context
  if (facts.paid.includes(id)) return confirm(d, reservation, reservation.message_ids)
  if (reservation.message_ids.length >= reservation.count) {
    return d.tell({
      type: "command_refused",
      field: "external_message_id",
      rule: "is one more than the reservation has places"
    })
  }
  const echo = facts.echoes.find(({ ids }) => ids.includes(id))
  const paid = [...facts.paid, ...(echo?.ids ?? [id])].slice(-echoLimit)
  d.set({ facts: { ...facts, paid, echoes: facts.echoes.filter((other) => other !== echo) } })
  confirm(d, reservation, [...reservation.message_ids, id])
  if (echo !== undefined && echo.place === undefined) spend(d, echo.at, -1, event.received)
  seatEchoes(d, unnamedWithout(facts.unnamed ?? [], reservation.id), event.received)
}

/** The provider gave no id: every place that no id has taken is one for an echo to take. */
const confirmedUnnamed = (d: Decision, reservation: Reservation, received: number): void => {
  confirm(d, reservation, reservation.message_ids)
  const { unnamed = [] } = d.context.facts
  const places = reservation.count - reservation.message_ids.length
  if (places === 0 || unnamed.some(({ id }) => id === reservation.id)) return
  seatEchoes(d, [...unnamed, unnamedOf(reservation.id, reservation.at, places, received)], received)
}

/** One place fewer to be taken by an echo: an id has taken it. */
const unnamedWithout = (unnamed: ReadonlyArray<Unnamed>, id: string): ReadonlyArray<Unnamed> =>
  unnamed.flatMap((each) => (each.id !== id ? [each] : each.places === 1 ? [] : [{ ...each, places: each.places - 1 }]))

/** Echoes take their places anew; who loses one is usage of its own, who gains one is not any more. */
const seatEchoes = (d: Decision, unnamed: ReadonlyArray<Unnamed>, received: number): void => {
  const { facts } = d.context
  if (unnamed.length === 0 && facts.unnamed === undefined) return
  const echoes = seated(facts.echoes, unnamed)
  d.set({ facts: { ...facts, unnamed, echoes } })
  for (const [n, { at, place }] of echoes.entries()) {
    const had = facts.echoes[n]!.place
    if ((had === undefined) !== (place === undefined)) spend(d, at, place === undefined ? 1 : -1, received)
  }
}

const confirm = (d: Decision, reservation: Reservation, message_ids: ReadonlyArray<string>): void => {
  if (reservation.confirmed && message_ids === reservation.message_ids) return
  const { facts } = d.context
  const reservations = { ...facts.reservations, [reservation.id]: { ...reservation, confirmed: true, message_ids } }
  d.set({ facts: { ...facts, reservations } })
}

/** The CRM does not send after all: the places are free again. */
export const sendCancelled = (d: Decision, event: SendCancelled): void => {
  const reservation = own(d.context.facts.reservations, event.reservation_id)
  if (reservation === undefined) {
    return d.tell({
      type: "command_refused",
      field: "reservation_id",
      rule: "names no open reservation of the last hour"
    })
  }
  if (reservation.confirmed) {
    return d.tell({ type: "command_refused", field: "reservation_id", rule: "is confirmed: its message was sent" })
  }
  forget(d, reservation.id)
  spend(d, reservation.at, -reservation.count, event.received)
}

/** An outbound message was seen: it belongs to a reservation, or it is usage of its own, even over the limit. */
export const sendObserved = (d: Decision, event: MessageAppeared | MessageOwned): void => {
  const ids = namesOf(event)
  const { facts } = d.context
  if (ids.some((id) => facts.paid.includes(id))) return
  // A provider's clock may be ahead of ours; nothing was sent in the future.
  const at = Math.min(event.at, event.received)
  const echoes = [...facts.echoes, { ids, at }]
  const forgotten = echoes.slice(0, -echoLimit)
  d.set({ facts: { ...facts, echoes: echoes.slice(-echoLimit) } })
  spend(d, at, 1, event.received)
  const places = forgotten.flatMap(({ place }) => place ?? [])
  seatEchoes(d, places.reduce(unnamedWithout, facts.unnamed ?? []), event.received)
}

const namesOf = (event: MessageAppeared | MessageOwned): ReadonlyArray<string> => {
  if (event.type === "message_owned") return event.names
  const { external_message_id, provider_message_id, names = [] } = event
  return [...new Set([external_message_id, ...(provider_message_id === null ? [] : [provider_message_id]), ...names])]
}

/** A sent message is known under further names: where a reservation has paid for one of them, its echo was no usage of its own. */
export const sendNamed = (d: Decision, { names, received }: MessageNamed): void => {
  const { facts } = d.context
  const echo = facts.echoes.find(({ ids }) => ids.some((id) => names.includes(id)))
  if (names.some((name) => facts.paid.includes(name))) {
    const fresh = names.filter((name) => !facts.paid.includes(name))
    if (fresh.length === 0 && echo === undefined) return
    const paid = [...facts.paid, ...fresh].slice(-echoLimit)
    d.set({ facts: { ...facts, paid, echoes: facts.echoes.filter((other) => other !== echo) } })
    // One that had the place of a confirmation without an id was no usage of its own; the next echo may take that place.
    if (echo !== undefined && echo.place === undefined) spend(d, echo.at, -1, received)
    seatEchoes(d, facts.unnamed ?? [], received)
  } else if (echo !== undefined) {
    const ids = [...new Set([...echo.ids, ...names])]
    d.set({ facts: { ...facts, echoes: facts.echoes.map((other) => (other === echo ? { ...echo, ids } : other)) } })
  }
}

/** When time changes the budget next: the oldest send leaves the hour, or a reservation runs out. Whole seconds, so that a burst leaves together. */
export const budgetDeadline = (c: ConnectionContext): number | null => {
  const instants = [
    ...(c.facts.sends.length > 0 ? [c.facts.sends[0]![0]] : []),
    ...Object.values(c.facts.reservations).map((reservation) => reservation.at)
  ]
  return instants.length === 0 ? null : Math.ceil((Math.min(...instants) + hour) / 1000) * 1000
}
