/**
 * What the tenants of one process share (I8): memory holds so many actors and so many events that are not durable, however many
 * tenants there are. A tenant has limits of its own besides (tenant-runtime.ts).
 */

/** Events that all tenants have admitted and that are not durable yet. */
export class Admissions {
  readonly limit: number
  count = 0

  constructor(limit: number) {
    this.limit = limit
  }

  get isFull(): boolean {
    return this.count >= this.limit
  }
}

/**
 * What the events weigh that memory holds and no cut does, those included that are not durable yet, over all tenants. Counts alone
 * would not bound memory: a message takes hundreds of bytes, a mail up to 64 KiB.
 */
export class Backlog {
  /** In characters, as `weightOf` counts them. */
  readonly limit: number
  weight = 0

  constructor(limit = 256 * 2 ** 20) {
    this.limit = limit
  }

  get isFull(): boolean {
    return this.weight >= this.limit
  }
}

/** Whoever holds actors in memory. */
export interface Holder {
  readonly size: number
}

/** Actors in memory, over all tenants. */
export class Residency {
  readonly limit: number
  readonly #holders = new Set<Holder>()

  constructor(limit: number) {
    this.limit = limit
  }

  add(holder: Holder): void {
    this.#holders.add(holder)
  }

  remove(holder: Holder): void {
    this.#holders.delete(holder)
  }

  /** Actors that a holder may keep: what the others leave, and never less than an even share, so that a busy tenant does not put a quiet one to sleep. */
  roomFor(holder: Holder): number {
    let others = 0
    for (const each of this.#holders) if (each !== holder) others += each.size
    return Math.max(this.limit - others, Math.floor(this.limit / Math.max(1, this.#holders.size)))
  }
}
