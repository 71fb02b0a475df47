/** Figures of a running server, read from its /metrics every few seconds, and what they say of a line: flat or not. */

export interface Sample {
  /** Seconds since the first sample. */
  readonly at: number
  readonly resident: number
  readonly heap: number
  readonly actors: number
  readonly mailbox: number
  readonly behind: number
}

/** All figures of a name in a Prometheus text, summed up over their labels. */
const figure = (text: string, name: string): number => {
  let sum = 0
  for (const [, value] of text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, "gm"))) sum += Number(value)
  return sum
}

const look = async (url: string, at: number): Promise<Sample> => {
  const text = await (await fetch(`${url}/metrics`)).text()
  return {
    at,
    resident: figure(text, "switchboard_process_resident_bytes"),
    heap: figure(text, "switchboard_process_heap_used_bytes"),
    actors: figure(text, "switchboard_actors_resident"),
    mailbox: figure(text, "switchboard_mailbox_events"),
    behind: figure(text, "switchboard_journal_behind_cut")
  }
}

/** Looks every `every` milliseconds until `until` (epoch milliseconds), and tells each sample. */
export const sampled = async (
  url: string,
  every: number,
  until: number,
  tell: (sample: Sample) => void
): Promise<ReadonlyArray<Sample>> => {
  const samples: Array<Sample> = []
  const started = Date.now()
  while (Date.now() < until) {
    const sample = await look(url, (Date.now() - started) / 1000)
    samples.push(sample)
    tell(sample)
    await new Promise((resolve) => setTimeout(resolve, every))
  }
  return samples
}

export const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** Stretches that a run is cut into, each long enough for a collection. */
const stretches = 18

/** What is left after a collection: the least heap in each stretch. */
export const floors = (samples: ReadonlyArray<Sample>): ReadonlyArray<number> => {
  const seconds = (samples.at(-1)!.at + 1) / stretches
  const least = new Map<number, number>()
  for (const { at, heap } of samples) {
    const stretch = Math.floor(at / seconds)
    least.set(stretch, Math.min(least.get(stretch) ?? Infinity, heap))
  }
  return [...least.values()]
}

/** The median of the last third over that of the second: 1 is flat. The first third is warm-up. */
export const growth = (values: ReadonlyArray<number>): number => {
  const third = Math.floor(values.length / 3)
  return median(values.slice(2 * third)) / median(values.slice(third, 2 * third))
}
