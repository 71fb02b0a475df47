/** The last minutes of the tenant's figures: one sample a second, as long as the page is open. Bounded. */
import type { Ops, Store, TopicValue } from "../../client/index.ts"

/** Five minutes. */
const kept = 300

/** Names of what is drawn. */
const lines = ["applied", "duplicate", "p50", "p90", "p99", "mailbox", "lag"] as const
export type Line = (typeof lines)[number]

const sampleOf = (ops: Ops): Readonly<Record<Line, number | null>> => ({
  applied: ops.events_applied_per_s,
  duplicate: ops.events_duplicate_per_s,
  p50: ops.acknowledged_ms.p50,
  p90: ops.acknowledged_ms.p90,
  p99: ops.acknowledged_ms.p99,
  mailbox: ops.mailbox,
  lag: ops.snapshot_lag_s
})

export class History {
  readonly times: Array<number> = []
  readonly #values = Object.fromEntries(lines.map((line) => [line, [] as Array<number | null>])) as Record<
    Line,
    Array<number | null>
  >
  readonly #listeners = new Set<() => void>()
  readonly #timer: ReturnType<typeof setInterval>

  constructor(ops: Store<TopicValue<Ops>>) {
    this.#timer = setInterval(() => this.#sample(ops.get()), 1_000)
  }

  of(line: Line): ReadonlyArray<number | null> {
    return this.#values[line]
  }

  /** Calls after each sample; returns how to stop. */
  follow(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** While the server is away there is a gap, not a line. */
  #sample(value: TopicValue<Ops>): void {
    if (value.state === null) return
    const sample = value.status === "live" ? sampleOf(value.state) : null
    this.times.push(Math.round(Date.now() / 1_000))
    for (const line of lines) this.#values[line].push(sample?.[line] ?? null)
    if (this.times.length > kept) {
      this.times.shift()
      for (const line of lines) this.#values[line].shift()
    }
    for (const listener of this.#listeners) listener()
  }
}
