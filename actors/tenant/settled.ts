/**
 * What of a tenant is never passivated: the tenant itself, its connections and channels, the CRM's records. At the bound a new
 * one is refused (I8).
 */
import type { Event } from "../../machines/events.ts"
import { TenantFull } from "../errors.ts"
import { weightOf } from "../../machines/weight.ts"
import type { Identity } from "../memory/identity.ts"
import type { Population } from "../memory/population.ts"
import type { RecordIndex } from "../memory/record-index.ts"
import type { SharedWeight } from "./shared-bounds.ts"
import type { Change } from "../turn/outcome.ts"

/** Connections of one tenant: some thousand users with some accounts each. As many channels. */
export const mostConnections = 10_000

export interface SettledLimits {
  /** By weight, for all tenants of the process. */
  readonly settled?: SharedWeight
  /** Connections of the tenant, and as many channels; `mostConnections` when left out. */
  readonly connections?: number
}

/** Events that can make such an actor much larger. */
const growing: ReadonlySet<Event["type"]> = new Set([
  "connection_registered",
  "auth_reported",
  "channel_sync_settings_set",
  "tokens_stored"
])

export class Settled {
  readonly #tenant: string
  readonly #identity: Identity
  readonly #population: Population
  readonly #records: RecordIndex
  readonly #limits: SettledLimits

  constructor(tenant: string, identity: Identity, population: Population, records: RecordIndex, limits: SettledLimits) {
    this.#tenant = tenant
    this.#identity = identity
    this.#population = population
    this.#records = records
    this.#limits = limits
  }

  /** In bytes of the heap. */
  get weight(): number {
    return this.#population.settledWeight + this.#records.weight
  }

  /** Why the event cannot be admitted; null: there is room. Not asked for events that are replayed. */
  refusal(event: Event): TenantFull | null {
    const kind = this.#addedBy(event)
    if (kind === null) return null
    const { settled, connections = mostConnections } = this.#limits
    const refused = (limit: number, unit: TenantFull["unit"]) =>
      new TenantFull({ tenant: this.#tenant, kind, limit, unit })
    const isNew = event.type === "connection_registered" && this.#isNew(event)
    if (isNew && Math.max(this.#population.count("connection"), this.#population.count("channel")) >= connections)
      return refused(connections, "connections")
    return settled?.isCrowdedBy(this) === true ? refused(settled.roomFor(this), "bytes") : null
  }

  /** Weighs the changed actors at once after an event that can add much: many such events can come between two cuts. */
  grew(event: Event, changes: ReadonlyArray<Change>): void {
    if (!growing.has(event.type)) return
    for (const { living } of changes)
      if (living.kind !== "presence") this.#population.weigh(living, weightOf(living.packed))
  }

  #addedBy(event: Event): TenantFull["kind"] | null {
    switch (event.type) {
      case "connection_registered":
        return this.#isNew(event) || hasMembers(event.connection_config, event.provider_config, event.checkpoint_data)
          ? "connection"
          : null
      case "auth_reported":
        return hasMembers(event.provider_config, event.checkpoint_data) ? "connection" : null
      case "channel_sync_settings_set":
        return hasMembers(event.sync_settings) ? "connection" : null
      case "record_put":
        return "record"
      default:
        return null
    }
  }

  #isNew({ account_id, channel_type }: Extract<Event, { readonly type: "connection_registered" }>): boolean {
    return (
      this.#population.get("connection", this.#identity.connection(account_id)) === undefined ||
      this.#population.get("channel", this.#identity.channel(channel_type, account_id)) === undefined
    )
  }
}

const hasMembers = (...maps: ReadonlyArray<object | undefined>): boolean =>
  maps.some((map) => map !== undefined && Object.keys(map).length > 0)
