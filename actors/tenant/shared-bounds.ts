/**
 * Bounds over all tenants of a process (I8): on resident actors and on events that are not durable. The bounds of one tenant are
 * in mailbox.ts.
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

/** A tenant that holds a part of the backlog. */
export interface BacklogHolder {
  /** Weight of its events that no cut holds, in characters; events that are not durable yet included. */
  readonly weight: number
  /** Makes its next cut come at once. */
  cutSoon(): void
}

/**
 * The backlog of all tenants: the weight of events that no cut holds, those that are not durable yet included. It counts
 * characters, because a message takes hundreds of bytes and a mail up to 64 KiB.
 *
 * A tenant may hold as much as it leaves free: half of the limit when it is alone, a third each when there are two such tenants.
 * So there is always room for the others. Long before that bound, the weight triggers a cut (`presses`).
 */
export class Backlog {
  /** In characters, as `weightOf` counts them. */
  readonly limit: number
  #weight = 0
  #pressedAt = 0
  readonly #tenants = new Set<BacklogHolder>()

  constructor(limit = 256 * 2 ** 20) {
    this.limit = limit
  }

  get weight(): number {
    return this.#weight
  }

  add(tenant: BacklogHolder): void {
    this.#tenants.add(tenant)
  }

  remove(tenant: BacklogHolder): void {
    this.#tenants.delete(tenant)
  }

  /**
   * Adds to the weight, or takes off. Above half of the limit, each further step of it triggers cuts of the tenants that hold
   * much.
   */
  weigh(by: number): void {
    this.#weight += by
    this.#pressedAt = Math.min(this.#pressedAt, this.#weight)
    if (this.#weight < this.limit / 2 || this.#weight < this.#pressedAt + this.limit / 64) return
    this.#pressedAt = this.#weight
    const least = this.#weight / (2 * Math.max(1, this.#tenants.size))
    for (const tenant of this.#tenants) if (tenant.weight >= least) tenant.cutSoon()
  }

  /** The share of one tenant: what it may hold at this moment. */
  get share(): number {
    return Math.max(0, this.limit - this.#weight)
  }

  /** Whether a tenant with this weight should be cut now: from a sixteenth of the limit, or a quarter of its share. */
  presses(weight: number): boolean {
    return weight > 0 && (weight >= this.limit / 16 || weight >= this.share / 4)
  }
}

/** One limit that tenants share, each holding a part of what counts against it. */
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

  /** The sum over all holders. */
  get held(): number {
    let held = 0
    for (const each of this.#holders) held += this.#heldBy(each)
    return held
  }

  /**
   * The room of a holder: what the others leave, but at least an even share, so that a busy tenant does not push out a quiet
   * one.
   */
  roomFor(holder: H): number {
    const others = this.held - (this.#holders.has(holder) ? this.#heldBy(holder) : 0)
    return Math.max(this.limit - others, this.#even)
  }

  /** Whether a holder exceeds its room. Cheap for one below an even share. */
  isCrowdedBy(holder: H): boolean {
    const held = this.#heldBy(holder)
    return held > this.#even && held > this.roomFor(holder)
  }

  get #even(): number {
    return Math.floor(this.limit / Math.max(1, this.#holders.size))
  }
}

/** Resident actors over all tenants, by number. */
export class Residency extends Sharing<{ readonly size: number }> {
  constructor(limit: number) {
    super(limit, ({ size }) => size)
  }
}

/** One kind of weight over all tenants. */
export class SharedWeight extends Sharing<{ readonly weight: number }> {
  constructor(limit: number) {
    super(limit, ({ weight }) => weight)
  }
}
