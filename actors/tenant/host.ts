/**
 * What a tenant's runtime, which is synchronous, asks of its host: all that may wait. None of these calls is waited for. The host is
 * owner/shell.ts; wake, recall and locate are in owner/errands.ts.
 */
import type { Event } from "../../machines/events.ts"
import type { TaskStarted } from "../../machines/told.ts"
import type { Address } from "../memory/population.ts"
import type { PlaceRequest } from "../prepare/place.ts"
import type { RecallRequest } from "../prepare/recall.ts"
import type { Envelope } from "./mailbox.ts"

export interface RuntimeHost {
  /** Load these actors, then `attempt` the envelope again. */
  readonly wake: (actors: ReadonlyArray<Address>, envelope: Envelope) => void
  /** Look up rows of messages below the conversation's window, then `attempt` again with them. */
  readonly recall: (request: RecallRequest, envelope: Envelope) => void
  /** Look up the thread of a message that the channel does not know, then `attempt` again with it. */
  readonly locate: (request: PlaceRequest, envelope: Envelope) => void
  /** Journal the event; call `durable`, `refused` or `lose` in time. */
  readonly journal: (seq: number, event: Event) => void
  /** Look whether the journal still ends with the entry `seq`; call `durable` or `lose` in time. */
  readonly fence: (seq: number) => void
  readonly startTask: (task: TaskStarted) => void
  /** Deadlines have changed. */
  readonly rearm: () => void
  /** So much has changed that the next cut should not wait for its time. */
  readonly cutSoon: () => void
}
