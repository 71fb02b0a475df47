/** How long something took, as it stands on the wire. */
export interface Quantiles {
  readonly count: number
  /** Milliseconds; null when nothing happened. */
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  readonly max: number | null
}
