/**
 * One turn (I4): an event, and everything that follows from it, applied to all of its actors without a pause. Either all of it
 * happened or none: when an actor is asleep, a rule is broken, or a machine fails, every actor touched so far gets its earlier
 * snapshot back. Synchronous, no clock, no I/O; the tenant runtime is its only caller.
 */
import type { Event } from "../../machines/events.ts"
import type { Identity } from "../memory/identity.ts"
import type { Population } from "../memory/population.ts"
import { RecordIndex } from "../memory/record-index.ts"
import { announceTurn } from "./announced.ts"
import type { Delivery } from "./derived.ts"
import { deliver } from "./derived.ts"
import { remembered, repeated } from "./once.ts"
import type { TurnResult } from "./outcome.ts"
import { Interruption, noEffects } from "./outcome.ts"
import { Reach } from "./reach.ts"
import { RecordsOfTurn } from "./records.ts"
import { routesOf } from "./routes.ts"
import { untaken } from "./untaken.ts"

/**
 * Whether this event is the last of a webhook that was understood: then the tenant hears `webhook_accepted`. `webhook_failed` and
 * `webhook_noted` tell it themselves.
 */
const countsAsWebhook = ({ type, via, goes_on }: Event): boolean =>
  via === "webhook" && goes_on === undefined && type !== "webhook_failed" && type !== "webhook_noted"

export class Turn {
  readonly #tenant: string
  readonly #identity: Identity
  readonly #population: Population
  readonly #records: RecordIndex

  constructor(tenant: string, identity: Identity, population: Population, records = new RecordIndex()) {
    this.#tenant = tenant
    this.#identity = identity
    this.#population = population
    this.#records = records
  }

  /** `seq`: the journal entry that the event becomes, should anything come of it. */
  run(event: Event, seq: number): TurnResult {
    const reach = new Reach(this.#tenant, this.#identity, this.#population, event, seq)
    const turn = { reach, effects: noEffects(), records: new RecordsOfTurn(this.#records) }
    const result = ended(turn)
    if (result.type !== "done") {
      turn.records.undo()
      reach.undo()
    }
    return result
  }
}

const ended = (turn: Delivery): TurnResult => {
  const { asleep } = turn.reach
  try {
    const result = applied(turn)
    return asleep.length > 0 ? { type: "asleep", actors: asleep } : result
  } catch (cause) {
    return cause instanceof Interruption ? cause.result : { type: "failed", cause }
  }
}

const applied = (turn: Delivery): TurnResult => {
  const { reach, effects, records } = turn
  const { event } = reach
  const repeat = repeated(reach)
  if (repeat !== null) return repeat
  const connections = () => reach.population.ofKind("connection")
  const routes = routesOf(event, reach.tenant, reach.identity, connections)
  if (countsAsWebhook(event))
    reach.send({ kind: "tenant", id: reach.tenant }, { type: "webhook_accepted", received: event.received })
  if (event.type === "record_put" || event.type === "record_removed") {
    const refusal = records.change(reach, event)
    if (refusal !== null) return { type: "refused", refusal }
  }
  for (const route of routes) {
    const refuses = reach.send(route, event)
    const end = refuses === null ? null : untaken(event, refuses)
    if (end !== null) return end
  }
  if (event.type === "connection_registered") reach.tellTenant(event)
  // `heard` grows inside this loop: who is told something may tell more.
  for (const { from, told } of reach.heard) {
    const end = deliver(turn, from, told)
    if (end !== undefined) return end
  }
  const keyed = remembered(reach, effects, records.outcome !== null)
  const changes = reach.changes()
  announceTurn(reach, effects, changes)
  return { type: "done", ...effects, changes, record: records.outcome, keyed }
}
