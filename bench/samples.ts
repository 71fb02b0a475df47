/** Repeated measurements and what is said of them: the median, with the least and the greatest beside it. */

export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
}

export const summarise = (samples: ReadonlyArray<number>): Summary => {
  const sorted = [...samples].sort((a, b) => a - b)
  return { median: sorted[Math.floor(sorted.length / 2)]!, min: sorted[0]!, max: sorted[sorted.length - 1]! }
}

const thousands = (value: number) => Math.round(value).toLocaleString("en-US")

/** One line: `31,200 /s (29,900 – 32,000)`. */
export const perSecond = ({ median, min, max }: Summary): string =>
  `${thousands(median)} /s (${thousands(min)} – ${thousands(max)})`

/** One line: `31.2 ms (29.9 – 32.0)`; small ones need the tenth, large ones do not. */
export const milliseconds = ({ median, min, max }: Summary): string => {
  const said = (ms: number) => ms.toFixed(ms < 100 ? 1 : 0)
  return `${said(median)} ms (${said(min)} – ${said(max)})`
}

/** The ratio of each pair, so that a machine whose speed drifts still compares like with like. */
export const ratios = (ours: ReadonlyArray<number>, floor: ReadonlyArray<number>): Summary =>
  summarise(ours.map((sample, index) => sample / floor[index]!))

export const asRatio = ({ median, min, max }: Summary): string =>
  `${median.toFixed(2)} (${min.toFixed(2)} – ${max.toFixed(2)})`

/** A ratio whose greatest round is more than this many times the least says nothing. */
const widest = 2

/** The ratio; where the rounds differ too much to claim one, that. */
export const ratioOrWhy = (ratio: Summary): string =>
  ratio.max > ratio.min * widest
    ? `none: the rounds differ too much (${ratio.min.toFixed(2)} – ${ratio.max.toFixed(2)}); is the machine quiet?`
    : asRatio(ratio)

/** Milliseconds that a synchronous piece of work takes. */
export const timed = (work: () => void): number => {
  const started = performance.now()
  work()
  return performance.now() - started
}
