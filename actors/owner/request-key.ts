/**
 * The Idempotency-Key of the request that the current fiber works on. The edge says it once, for the whole request; the owner
 * writes it into the first command that the request submits, so that no command can forget it (CONTRACT §4). What a request
 * submits after that follows from the first and may happen twice without a difference.
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

  /** The answer says of a part that it is to be tried again, so it is not the last word. */
  leaveOpen(): void {
    this.#isOpen = true
  }

  /** Whether the answer may be given again as it is. */
  get isAnswered(): boolean {
    return !this.#isOpen
  }
}

/** Null where no request is, or none with a key. */
export const CurrentRequestKey = Context.Reference<RequestKey | null>("switchboard/actors/CurrentRequestKey", {
  defaultValue: () => null
})
