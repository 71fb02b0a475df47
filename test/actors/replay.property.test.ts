/** I2: live state is the snapshot of any cut plus the journal after it, commands and time included. */
import fc from "fast-check"
import type { Event } from "../../machines/events.ts"
import { ProviderAccountStatus } from "../../machines/vocabulary.ts"
import {
  ann,
  ben,
  day,
  deleted,
  delivered,
  edited,
  hour,
  left,
  me,
  message,
  minute,
  reacted,
  read,
  start
} from "../machines/facts.ts"
import { stateOf } from "../machines/small-tenant.ts"
import { expectSame } from "../machines/compared.ts"
import { claim } from "../support/claim.ts"
import { catchUp, copyOf, expectSameHouse } from "./copies.ts"
import { House } from "./house.ts"

const id = fc.constantFrom("m1", "m2", "m3", "m4")
const who = fc.constantFrom(me, ann, ben)
const at = fc.integer({ min: 0, max: 9 })
const user = fc.constantFrom("user-1", "user-2")
const reservation = fc.constantFrom("r1", "r2", "r3")
const { identity } = new House({ founded: false }).runtime
const conversation_id = identity.conversation("whatsapp", "account", "chat-1")
const account = { account_id: "account" } as const
const now = { received: 0, via: "api" } as const

/** Facts and commands; what they say of `received` is set when they are submitted, because time only goes on. */
const events: fc.Arbitrary<Event> = fc.oneof(
  fc.tuple(id, at, who).map(([name, time, from]) => message(name, time, from)),
  fc.tuple(id, at).map(([name, time]) => delivered(name, time)),
  fc.tuple(id, at, fc.option(who)).map(([name, time, reader]) => read(name, time, reader)),
  fc.tuple(id, at).map(([name, time]) => edited(name, time, "new")),
  fc.tuple(id, at).map(([name, time]) => deleted(name, time)),
  fc.tuple(id, at, who).map(([name, time, from]) => reacted(name, time, from, "👍")),
  fc.tuple(at, who).map(([time, person]) => left(time, person)),
  fc.tuple(user, fc.option(id)).map(([user_id, message_id]): Event => ({
    type: "conversation_read",
    ...now,
    conversation_id,
    user_id,
    message_id
  })),
  user.map((user_id): Event => ({ type: "conversation_unread", ...now, conversation_id, user_id })),
  fc
    .constantFrom("low" as const, "urgent" as const)
    .map((priority): Event => ({ type: "conversation_prioritised", ...now, conversation_id, priority })),
  fc
    .constantFrom("active" as const, "spam" as const)
    .map((status): Event => ({ type: "conversation_status_set", ...now, conversation_id, status })),
  fc
    .constantFrom("group" as const)
    .map((conversation_type): Event => ({ type: "conversation_type_set", ...now, conversation_id, conversation_type })),
  fc
    .option(user)
    .map((assigned_to): Event => ({ type: "conversation_assigned", ...now, conversation_id, assigned_to })),
  fc
    .constantFrom(null, start + 2 * day)
    .map((until): Event => ({ type: "conversation_snoozed", ...now, conversation_id, until })),
  fc.constantFrom("vip", "late").map((label): Event => ({
    type: "conversation_labelled",
    ...now,
    conversation_id,
    labels: null,
    add: [label],
    remove: []
  })),
  fc.constant<Event>({ type: "deadline_passed", ...now, kind: "conversation", id: conversation_id }),
  fc.constant<Event>({ type: "conversation_heat_checked", ...now, conversation_id }),
  fc
    .constantFrom(...ProviderAccountStatus.literals, "OK" as const, "OK" as const, "OK" as const)
    .map((status): Event => ({ type: "account_status_changed", ...account, ...now, status, at: start })),
  reservation.map((reservation_id): Event => ({
    type: "send_reserved",
    ...account,
    ...now,
    reservation_id,
    count: 2,
    idempotency_key: reservation_id
  })),
  fc.tuple(reservation, fc.option(id)).map(([reservation_id, external_message_id]): Event => ({
    type: "send_confirmed",
    ...account,
    ...now,
    reservation_id,
    external_message_id
  })),
  reservation.map((reservation_id): Event => ({ type: "send_cancelled", ...account, ...now, reservation_id })),
  fc.constant<Event>({ type: "deadline_passed", ...now, kind: "connection", id: identity.connection("account") }),
  fc.constant<Event>({ type: "deadline_passed", ...now, kind: "scheduler", id: identity.scheduler() }),
  fc.constant<Event>({ type: "webhook_failed", ...now })
)
const histories = fc.record({
  told: fc.array(fc.tuple(events, fc.constantFrom(0, 0, 1, minute, hour, day)), { maxLength: 40, size: "max" }),
  cut: fc.nat(40)
})

claim(
  "live state is the cut and the journal after it, under commands and time",
  { runs: 200, facts: ({ told }) => told.length },
  histories,
  ({ told, cut }) => {
    const house = new House()
    let copy = copyOf(house)
    let time = start
    for (const [n, [event, passes]] of told.entries()) {
      time += passes
      if (n === cut) copy = copyOf(house)
      house.submit({ ...event, received: time } as Event)
      for (const { kind, snapshot } of house.runtime.population.all())
        expectSame(snapshot.value, stateOf(kind, snapshot.context), kind)
    }
    expectSameHouse(catchUp(copy, house.journaled), house, "from a cut")
    expectSameHouse(catchUp(new House({ founded: false }), house.journaled), house, "from the start of the journal")
  }
)
