/** From the raw bytes of a payload to our events. Pure. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Event, ProviderEvent } from "../../machines/events.ts"
import type { ChannelType } from "../../machines/vocabulary.ts"
import { type NotJson, parse, type TooDeep } from "../providers/parse.ts"
import { translatorOf } from "../providers/registry.ts"
import { type Unreadable, unreadable } from "../providers/unreadable.ts"
import { type EntryUnreadable, journaledEvent } from "../kept/journaled-event.ts"

export type { Source } from "../providers/registry.ts"

/**
 * The events that the payload holds, as the provider of its source has them read. `received` is epoch milliseconds. `channel_type`:
 * what its account was registered as, where the payload's own word was not enough.
 */
export const understand = (
  body: Uint8Array,
  source: string,
  received: number,
  channel_type?: ChannelType
): Result.Result<ReadonlyArray<ProviderEvent>, NotJson | TooDeep | Unreadable> => {
  const translate = translatorOf(source)
  if (translate === undefined)
    return Result.fail(unreadable("", "came from a provider that this version does not have"))
  return Result.flatMap(parse(body), (json) =>
    translate(json, channel_type === undefined ? { received } : { received, channel_type })
  )
}

/** The bytes of a snapshot that could not be read (actors/waking/rebuild.ts): kept to be looked at, no payload. */
export class SnapshotBytes extends Schema.TaggedError<SnapshotBytes>()("SnapshotBytes", {}) {
  override get message() {
    return "These are the bytes of a damaged snapshot. Its actor was built again when it woke; there is nothing to replay. Delete it once you have looked."
  }
}

/** Why something that was kept holds no events. */
export type Misunderstood = NotJson | TooDeep | Unreadable | EntryUnreadable | SnapshotBytes

/** By their names. */
export const misunderstood = ["NotJson", "TooDeep", "Unreadable", "EntryUnreadable", "SnapshotBytes"] as const

/**
 * The same for what was kept, with the time at which it came in. Of the source `journal` it is an entry of our own journal that
 * could not be applied again (actors/waking/load-tenant.ts).
 */
export const understandKept = (
  body: Uint8Array,
  source: string,
  received: number,
  channel_type?: ChannelType
): Result.Result<ReadonlyArray<Event>, Misunderstood> => {
  if (source === "snapshot") return Result.fail(new SnapshotBytes())
  return source === "journal"
    ? Result.map(journaledEvent(body), (event) => [event])
    : understand(body, source, received, channel_type)
}

/** What this version would make of a payload: shown beside it, so that one sees whether a replay has a chance. */
export type Reading =
  | { readonly readable: true; readonly events: ReadonlyArray<string> }
  | { readonly readable: false; readonly reason: string }

/** Any will do to see which events there are; a replay takes what the account is registered as. */
const anyType: ChannelType = "messenger"

/** Says nothing about whether the events could be applied: only a replay does. */
export const readingOf = (body: Uint8Array, source: string, received: number): Reading =>
  Result.match(
    Result.orElse(understandKept(body, source, received), (fault) =>
      fault._tag === "Unreadable" && fault.account_id !== null
        ? understandKept(body, source, received, anyType)
        : Result.fail(fault)
    ),
    {
      onSuccess: (events): Reading => ({ readable: true, events: events.map(({ type }) => type) }),
      onFailure: ({ message }): Reading => ({ readable: false, reason: message })
    }
  )
