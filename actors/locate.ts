/** Looks up, in the rows, the threads where a fact may belong that its channel cannot place. */
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import type { Event } from "../machines/events.ts"
import { Messages } from "../persistence/messages.ts"
import type { PlaceRequest } from "./arrival.ts"
import { knownIn, located, neededPlace } from "./arrival.ts"
import { mailPlaceIn } from "./mail-rows.ts"
import type { TenantRuntime } from "./tenant-runtime.ts"

/** The event with the threads that rows have told. */
export const lookedUp = Effect.fnUntraced(function* (
  tenant: string,
  { channel_id, chat, names = [], mail }: PlaceRequest,
  event: Event
): Effect.fn.Return<Event, SqlError, Messages> {
  const messages = yield* Messages
  if (chat !== undefined) return located(event, yield* messages.threadsOfChat(tenant, channel_id, chat))
  if (mail === undefined) return located(event, yield* messages.threadsKnowing(tenant, channel_id, names))
  const message_ids = mail.own === null ? mail.ancestors : [mail.own, ...mail.ancestors]
  const rows = yield* messages.mailsNamed(tenant, channel_id, { message_ids, names })
  const { known_in, constants } = mailPlaceIn(mail, names, rows)
  return located(event, known_in, constants)
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
  return request === null ? event : knownIn(runtime, yield* lookedUp(runtime.tenant, request, event))
})
