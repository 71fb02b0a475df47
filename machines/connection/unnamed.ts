/**
 * Sends that the CRM confirmed without a message id, because the provider gave none (CONTRACT 2.2 Sends): each place of such a
 * confirmation is taken by one echo, whichever of the two is heard of first. Who takes which place is computed from the set of
 * both, the oldest first, so that the order in which echoes arrive does not matter (I3).
 */
import type { ConnectionFacts, Echo, Unnamed } from "./context.ts"
import { day } from "./day.ts"

const hour = 3_600_000
/** A network's clock may be behind ours, and whole seconds are coarse: an echo may seem so much older than its reservation. */
const clockSlack = 5 * 60_000
/** How long after its confirmation a message may bear a time and still be the one. */
const window = hour
/** Confirmations whose echoes are waited for; the oldest are settled first (I8). */
const unnamedLimit = 256

/** Places of a reservation of `from` that was confirmed at `received`. */
export const unnamedOf = (id: string, from: number, places: number, received: number): Unnamed => ({
  id,
  from,
  until: received + window,
  places
})

const mayBe = (place: Unnamed, { at }: Echo): boolean => at >= place.from - clockSlack && at <= place.until

const byAge = (a: Echo, b: Echo): number => a.at - b.at || (a.ids[0]! < b.ids[0]! ? -1 : 1)
const byEnd = (a: Unnamed, b: Unnamed): number => a.until - b.until || a.from - b.from || (a.id < b.id ? -1 : 1)

/** The echoes, each with the place that it takes. Those that took the same place before are the very same objects. */
export const seated = (echoes: ReadonlyArray<Echo>, unnamed: ReadonlyArray<Unnamed>): ReadonlyArray<Echo> => {
  const free = new Map(unnamed.map(({ id, places }) => [id, places]))
  let places = [...unnamed].sort(byEnd)
  const taken = new Map<Echo, string>()
  for (const echo of [...echoes].sort(byAge)) {
    const place = places.find((each) => mayBe(each, echo))
    if (place === undefined) continue
    taken.set(echo, place.id)
    const left = free.get(place.id)! - 1
    free.set(place.id, left)
    if (left === 0) places = places.filter((other) => other !== place)
  }
  return echoes.map((echo) => {
    const place = taken.get(echo)
    if (echo.place === place) return echo
    const { place: _, ...free } = echo
    return place === undefined ? free : { ...free, place }
  })
}

/** Confirmations that need no more waiting, with the echoes that took their places: those count as paid for good. */
export const settledAt = (
  facts: ConnectionFacts,
  now: number
): Pick<ConnectionFacts, "echoes" | "unnamed" | "paid"> | null => {
  const { unnamed = [], echoes, paid } = facts
  const isOver = ({ id, places, until }: Unnamed): boolean =>
    until <= now - (echoes.filter(({ place }) => place === id).length === places ? hour : day)
  const over = new Set(unnamed.slice(0, -unnamedLimit).map(({ id }) => id))
  for (const each of unnamed) if (each.until <= now - hour && isOver(each)) over.add(each.id)
  if (over.size === 0) return null
  const isSettled = ({ place }: Echo): boolean => place !== undefined && over.has(place)
  return {
    unnamed: unnamed.filter(({ id }) => !over.has(id)),
    echoes: echoes.filter((echo) => !isSettled(echo)),
    paid: [...paid, ...echoes.filter(isSettled).flatMap(({ ids }) => ids)]
  }
}
