/**
 * Which calendar events of the account are instances of which series, and since when a series is over: what one has to be told
 * when the other ends or comes back, in whichever order they became known (CONTRACT 2.4 status). Bounded (I8): the series that
 * changed longest ago are forgotten first.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"

/** A calendar event that has instances, or has ended. Threads are named as their conversations are. */
export interface Series {
  readonly key: string
  /** Since when it is deleted or called off; null while it stands. */
  readonly over_since: number | null
  readonly instances: ReadonlyArray<string>
  readonly touched: number
}

/** The index: an immutable value. Its map is private for the reason that threads.ts gives. */
export class SeriesIndex {
  readonly #series: HashMap.HashMap<string, Series>
  readonly #instances: number

  constructor(series: HashMap.HashMap<string, Series>, instances: number) {
    this.#series = series
    this.#instances = instances
  }

  /** Instances of all of them. */
  get instances(): number {
    return this.#instances
  }

  get series(): HashMap.HashMap<string, Series> {
    return this.#series
  }
}

/** Series that are remembered per account. */
export const seriesLimit = 1024
/** The oldest leave in groups, so that the sort is paid once per group. */
const evictionGroup = 128
/** Instances of all series of an account. */
export const instancesLimit = 8_192
/** Changed instances of one series; past that, those that became known first hear nothing of it any more. */
export const instanceLimit = 256

export const noSeries = new SeriesIndex(HashMap.empty(), 0)

/** What is known of the series of a thread. */
export const seriesOf = (index: SeriesIndex, key: string): Series | undefined =>
  Option.getOrUndefined(HashMap.get(index.series, key))

const fresh = (key: string): Series => ({ key, over_since: null, instances: [], touched: 0 })

/** The index with one instance more. */
export const withInstance = (index: SeriesIndex, key: string, instance: string, received: number): SeriesIndex => {
  const series = seriesOf(index, key) ?? fresh(key)
  if (series.instances.includes(instance)) return index
  return withSeries(index, {
    ...series,
    instances: [...series.instances, instance].slice(-instanceLimit),
    touched: received
  })
}

/** The index with another end of a series; null: it stands again. */
export const withEnd = (index: SeriesIndex, key: string, over_since: number | null, received: number): SeriesIndex => {
  const series = seriesOf(index, key) ?? fresh(key)
  return series.over_since === over_since ? index : withSeries(index, { ...series, over_since, touched: received })
}

const withSeries = (index: SeriesIndex, series: Series): SeriesIndex => {
  const before = seriesOf(index, series.key)?.instances.length ?? 0
  const instances = index.instances - before + series.instances.length
  return evicted(new SeriesIndex(HashMap.set(index.series, series.key, series), instances))
}

const evicted = (index: SeriesIndex): SeriesIndex => {
  if (HashMap.size(index.series) <= seriesLimit + evictionGroup && index.instances <= instancesLimit) return index
  let { series } = index
  let instances = index.instances
  for (const { key, instances: own } of toList(index).toSorted((a, b) => a.touched - b.touched)) {
    if (HashMap.size(series) <= seriesLimit && instances <= instancesLimit - instanceLimit) break
    series = HashMap.remove(series, key)
    instances -= own.length
  }
  return new SeriesIndex(series, instances)
}

/** The index as a plain list, for a snapshot. */
export const toList = (index: SeriesIndex): ReadonlyArray<Series> =>
  [...HashMap.values(index.series)].sort((a, b) => (a.key < b.key ? -1 : 1))

/** The index of a list that `toList` made. */
export const fromList = (list: ReadonlyArray<Series>): SeriesIndex =>
  list.length === 0
    ? noSeries
    : new SeriesIndex(
        HashMap.fromIterable(list.map((series) => [series.key, series] as const)),
        list.reduce((sum, { instances }) => sum + instances.length, 0)
      )
