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

/** A tenant as far as its backlog goes. */
export interface Behind {
  /** Of its events that no cut holds, those included that are not durable yet, in characters. */
  readonly weight: number
  /** Its next cut should not wait for its time. */
  cutSoon(): void
}

/**
 * What the events weigh that memory holds and no cut does, those included that are not durable yet, over all tenants. Counts alone
 * would not bound memory: a message takes hundreds of bytes, a mail up to 64 KiB.
 *
 * A tenant may hold as much as it leaves free: half of the whole if it is alone, a third each if two are behind. So however many
 * are behind, there is room for those who are not. Long before that, what has gathered brings the cut (`presses`).
 */
export class Backlog {
  /** In characters, as `weightOf` counts them. */
  readonly limit: number
  #weight = 0
  #pressedAt = 0
  readonly #tenants = new Set<Behind>()

  constructor(limit = 256 * 2 ** 20) {
    this.limit = limit
  }

  get weight(): number {
    return this.#weight
  }

  add(tenant: Behind): void {
    this.#tenants.add(tenant)
  }

  remove(tenant: Behind): void {
    this.#tenants.delete(tenant)
  }

  /** Counts what came, or less what went. Past half of the whole everybody is cut who holds much of it, again with each step. */
  weigh(by: number): void {
    this.#weight += by
    this.#pressedAt = Math.min(this.#pressedAt, this.#weight)
    if (this.#weight < this.limit / 2 || this.#weight < this.#pressedAt + this.limit / 64) return
    this.#pressedAt = this.#weight
    const least = this.#weight / (2 * Math.max(1, this.#tenants.size))
    for (const tenant of this.#tenants) if (tenant.weight >= least) tenant.cutSoon()
  }

  /** What a tenant may hold at this moment, all of it. */
  get share(): number {
    return Math.max(0, this.limit - this.#weight)
  }

  /** Whether a tenant that holds so much should be cut now: a sixteenth of the whole, or a quarter of what it may hold. */
  presses(weight: number): boolean {
    return weight > 0 && (weight >= this.limit / 16 || weight >= this.share / 4)
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
