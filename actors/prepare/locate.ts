/** Looks up, in the rows, the threads where a fact may belong that its channel cannot place. */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Event } from "../../machines/events.ts"
import { Messages } from "../../persistence/lists/messages.ts"
import type { PlaceRequest } from "./place.ts"
import { knownIn, located, neededPlace } from "./place.ts"
import { mailPlaceIn } from "./mail-rows.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"

/** A fact and the look-up that it needs. */
export interface Sought {
  readonly request: PlaceRequest
  readonly event: Event
}

/** The events with the threads that rows have told, in their order; one statement for each kind of name. */
export const lookedUp = Effect.fnUntraced(function* (
  tenant: string,
  sought: ReadonlyArray<Sought>
): Effect.fn.Return<ReadonlyArray<Event>, SqlError, Messages> {
  const messages = yield* Messages
  const events = sought.map(({ event }) => event)
  const ofKind = <R>(read: (request: PlaceRequest) => R | null) =>
    sought.flatMap(({ request }, place) => {
      const wanted = read(request)
      return wanted === null ? [] : [{ place, wanted }]
    })
  const chats = ofKind(({ channel_id, chat }) => (chat === undefined ? null : { channel_id, chat }))
  const mails = ofKind(({ channel_id, chat, mail, names = [] }) =>
    chat !== undefined || mail === undefined
      ? null
      : {
          channel_id,
          mail,
          names,
          message_ids: mail.own === null ? mail.ancestors : [mail.own, ...mail.ancestors]
        }
  )
  const named = ofKind(({ channel_id, chat, mail, names = [] }) =>
    chat !== undefined || mail !== undefined ? null : { channel_id, names }
  )
  const wantedOf = <R>(each: { readonly wanted: R }): R => each.wanted
  const ofChats = chats.length === 0 ? [] : yield* messages.threadsOfChat(tenant, chats.map(wantedOf))
  const ofMails = mails.length === 0 ? [] : yield* messages.mailsNamed(tenant, mails.map(wantedOf))
  const ofNames = named.length === 0 ? [] : yield* messages.threadsKnowing(tenant, named.map(wantedOf))
  for (const [index, { place }] of chats.entries()) events[place] = located(events[place]!, ofChats[index]!)
  for (const [index, { place }] of named.entries()) events[place] = located(events[place]!, ofNames[index]!)
  for (const [index, { place, wanted }] of mails.entries()) {
    const { known_in, constants } = mailPlaceIn(wanted.mail, wanted.names, ofMails[index]!)
    events[place] = located(events[place]!, known_in, constants)
  }
  return events
})

/**
 * A journal entry of the first version, completed: it does not say where the message is known that it names, since the channel's
 * index did then. Rows and memory say so, as they were at that entry.
 */
export const completedEntry = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  event: Event
): Effect.fn.Return<Event, SqlError, Messages> {
  if (event.type !== "fact_arrived" || event.where.known_in !== undefined) return event
  const request = neededPlace(runtime, event)
  if (request === null) return event
  const [found] = yield* lookedUp(runtime.tenant, [{ request, event }])
  return knownIn(runtime, found!)
})
