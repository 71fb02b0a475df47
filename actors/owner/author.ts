/**
 * Whose request the current fiber works on. The edge says it once, for the whole request; the owner writes it into the events
 * that the request submits, so that no command can forget it and no caller can choose it.
 */
import * as Context from "effect/Context"
import type { Event } from "../../machines/events.ts"

/** `admin` or `key:<name>`; null where nobody in particular asks: providers, time, the feed. */
export const Author = Context.Reference<string | null>("switchboard/actors/Author", { defaultValue: () => null })

/** The event with its author. */
export const signed = (event: Event, author: string | null): Event =>
  author === null ? event : { ...event, by: author }
