/**
 * What the tenants of one process share (I8): memory holds so many actors and so many events that are not durable, however many
 * tenants there are. A tenant has limits of its own besides (mailbox.ts).
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

/** Something that tenants hold in memory side by side, each a part of one limit. */
export class Sharing<H> {
  readonly limit: number
  readonly #holders = new Set<H>()
  readonly #heldBy: (holder: H) => number

  constructor(limit: number, heldBy: (holder: H) => number) {
    this.limit = limit
    this.#heldBy = heldBy
  }

  add(holder: H): void {
    this.#holders.add(holder)
  }

  remove(holder: H): void {
    this.#holders.delete(holder)
  }

  /** What all of them hold. */
  get held(): number {
    let held = 0
    for (const each of this.#holders) held += this.#heldBy(each)
    return held
  }

  /** What a holder may keep: what the others leave, and never less than an even share, so that a busy tenant does not push out a quiet one. */
  roomFor(holder: H): number {
    const others = this.held - (this.#holders.has(holder) ? this.#heldBy(holder) : 0)
    return Math.max(this.limit - others, this.#even)
  }

  /** Whether a holder has more than it may keep. Cheap for one that has less than an even share. */
  isCrowdedBy(holder: H): boolean {
    const held = this.#heldBy(holder)
    return held > this.#even && held > this.roomFor(holder)
  }

  get #even(): number {
    return Math.floor(this.limit / Math.max(1, this.#holders.size))
  }
}

/** Actors in memory, over all tenants, by their number. */
export class Residency extends Sharing<{ readonly size: number }> {
  constructor(limit: number) {
    super(limit, ({ size }) => size)
  }
}

/** Weights over all tenants, of things that are weighed alike. */
export class SharedWeight extends Sharing<{ readonly weight: number }> {
  constructor(limit: number) {
    super(limit, ({ weight }) => weight)
  }
}
