/**
 * The author of the request that the current fiber works on. Set once per request at the edge; the owner writes it into every
 * command, so that no handler can forget or choose it.
 */
import * as Context from "effect/Context"
import type { Event } from "../../machines/events.ts"

/** `admin` or `key:<name>`; null for providers, time and the feed. */
export const Author = Context.Reference<string | null>("switchboard/actors/Author", { defaultValue: () => null })

/** The event with its author. */
export const signed = (event: Event, author: string | null): Event =>
  author === null ? event : { ...event, by: author }
