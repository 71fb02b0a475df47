/** The answers of one tenant that wait for the journal, in the order of the entries that they wait for (I1). */

/** A caller waiting for the journal to reach `seq`. */
export interface WaitingAnswer {
  readonly seq: number
  /** The journal has reached `seq`; `now` on the clock of `performance.now`. */
  readonly settle: (now: number) => void
  /** The tenant's memory was dropped before that. */
  readonly lose: () => void
  /** The journal can never take the entry `seq`. Set only for the caller whose event is that entry. */
  readonly refuse?: (detail: string) => void
}

export class Acknowledgements {
  #pending: Array<WaitingAnswer> = []

  add(pending: WaitingAnswer): void {
    this.#pending.push(pending)
  }

  /** The journal has reached `seq`: the answers that waited for it leave. */
  settle(seq: number): void {
    let settled = 0
    const now = performance.now()
    while (settled < this.#pending.length && this.#pending[settled]!.seq <= seq) {
      this.#pending[settled++]!.settle(now)
    }
    if (settled > 0) this.#pending.splice(0, settled)
  }

  /** Refuses the caller whose event is the entry `seq`. */
  refuse(seq: number, detail: string): void {
    const index = this.#pending.findIndex((each) => each.seq === seq && each.refuse !== undefined)
    if (index !== -1) this.#pending.splice(index, 1)[0]!.refuse!(detail)
  }

  /** Takes everybody out who waits. */
  take(): ReadonlyArray<WaitingAnswer> {
    const pending = this.#pending
    this.#pending = []
    return pending
  }
}
