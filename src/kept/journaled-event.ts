/** A journal entry in quarantine as the event that it is. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { decodeEvent } from "../../actors/journal/event-codec.ts"
import type { Event } from "../../machines/events.ts"

/** The bytes are no event that this version knows how to read. */
export class EntryUnreadable extends Schema.TaggedError<EntryUnreadable>()("EntryUnreadable", {
  detail: Schema.String
}) {
  override get message() {
    return `The journal entry cannot be decoded: ${this.detail}. A newer version may read it.`
  }
}

/** What every event has; the rest is what this very codec has written. */
const isEvent = Schema.is(Schema.Struct({ type: Schema.String, received: Schema.Int, via: Schema.String }))

/**
 * The event without what was looked up for it: it is looked up again, because the rows of that time may have changed since.
 * Whose command it was stays in it (`by`).
 */
export const journaledEvent = (body: Uint8Array): Result.Result<Event, EntryUnreadable> => {
  let event: unknown
  try {
    event = decodeEvent(body)
  } catch (error) {
    return Result.fail(new EntryUnreadable({ detail: String(error) }))
  }
  if (!isEvent(event)) return Result.fail(new EntryUnreadable({ detail: "it holds no event" }))
  const {
    recalled: _,
    located: __,
    ...fact
  } = event as Event & { readonly recalled?: unknown; readonly located?: unknown }
  if (fact.type !== "fact_arrived") return Result.succeed(fact as Event)
  const { known_in: ___, constants: ____, ...where } = fact.where
  return Result.succeed({ ...fact, where })
}
