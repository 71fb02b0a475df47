/**
 * The Idempotency-Key of the request that the current fiber works on. Set once per request at the edge; the owner writes it into
 * the first command of the request, so that no command can forget it (CONTRACT §4). Later commands of the request follow from
 * the first, and repeating them changes nothing.
 */
import * as Context from "effect/Context"
import type { Event, Once } from "../../machines/events.ts"

export class RequestKey {
  readonly once: Once
  #isCarried = false
  #isOpen = false

  constructor(once: Once) {
    this.once = once
  }

  /** The event with the key, if it is the request's first command. One that has a key of its own keeps it. */
  carriedBy(event: Event): Event {
    const isFirst = !this.#isCarried && event.once === undefined
    this.#isCarried = true
    return isFirst ? { ...event, once: this.once } : event
  }

  /** A part of the answer has to be tried again, so the answer must not be kept. */
  leaveOpen(): void {
    this.#isOpen = true
  }

  /** Whether the answer may be kept and repeated. */
  get isAnswered(): boolean {
    return !this.#isOpen
  }
}

/** Null outside of a request, or for one without a key. */
export const CurrentRequestKey = Context.Reference<RequestKey | null>("switchboard/actors/CurrentRequestKey", {
  defaultValue: () => null
})
