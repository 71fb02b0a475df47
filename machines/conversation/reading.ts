/**
 * What somebody has read of a conversation: places in it, each with how much had arrived. A user's reading covers what had arrived
 * and nothing that comes later with an older time; a provider's receipt covers whatever stands before its message, whenever it comes.
 */

/** What of a message says where it stands. */
interface Placed {
  readonly id: string
  /** Its own time, epoch milliseconds. */
  readonly at: number
  /** Its place in the order of arrival. */
  readonly arrival?: number
}

/** Everything that stands at or before a place and had arrived by then is read. Null: no bound. */
export interface Reading {
  /** The place: a time, and among messages of that time the order of their arrival. */
  readonly at: number | null
  readonly place: number | null
  /** Up to which arrival it covers. */
  readonly arrived: number | null
}

/** A place in a conversation; `place` null: behind every message of that time. */
export type Place = Pick<Reading, "at" | "place">

/** Place in the tenant's order of arrival; what came before anybody took it down stands before all. */
export const arrivalOf = (record: Pick<Placed, "arrival">): number => record.arrival ?? 0

/** The place of a message. */
export const placeOf = (record: Placed): Place => ({ at: record.at, place: arrivalOf(record) })

/** Just before a message: what stands there is everything but the message and what stands behind it. */
export const placeBefore = (record: Placed): Place => ({ at: record.at, place: arrivalOf(record) - 1 })

const bound = (value: number | null): number => value ?? Infinity

/** Whether a place stands before another one. */
export const isBefore = (a: Place, b: Place): boolean =>
  bound(a.at) < bound(b.at) || (bound(a.at) === bound(b.at) && bound(a.place) < bound(b.place))

/** The order of messages in a conversation: by time, those of one instant as they arrived. */
export const byPlace = (a: Placed, b: Placed): number =>
  a.at - b.at || arrivalOf(a) - arrivalOf(b) || (a.id < b.id ? -1 : 1)

/** Whether one of the readings covers the message. */
export const isCovered = (readings: ReadonlyArray<Reading>, record: Placed): boolean =>
  readings.some((reading) => bound(reading.arrived) >= arrivalOf(record) && !isBefore(reading, placeOf(record)))

const covers = (a: Reading, b: Reading): boolean => bound(a.arrived) >= bound(b.arrived) && !isBefore(a, b)

/** Readings of one reader of which none covers another; past that the one that knew of the least is forgotten (I8). */
const readingLimit = 32

/** The readings with one more; the very same when it tells nothing new. */
export const withReading = (readings: ReadonlyArray<Reading>, reading: Reading): ReadonlyArray<Reading> => {
  if (readings.some((known) => covers(known, reading))) return readings
  return [...readings.filter((known) => !covers(reading, known)), reading]
    .sort((a, b) => compared(bound(a.arrived), bound(b.arrived)) || (isBefore(a, b) ? -1 : 1))
    .slice(-readingLimit)
}

/** Infinity less infinity is no number. */
const compared = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)

/** The readings, none of which reaches further than the place; the very same when none did. */
export const heldBack = (readings: ReadonlyArray<Reading>, to: Place): ReadonlyArray<Reading> =>
  readings.some((reading) => isBefore(to, reading))
    ? readings
        .map((reading) => (isBefore(to, reading) ? { ...to, arrived: reading.arrived } : reading))
        .reduce<ReadonlyArray<Reading>>(withReading, [])
    : readings

/** The nearest of the places. */
export const nearest = (places: ReadonlyArray<Place>): Place => places.reduce((a, b) => (isBefore(b, a) ? b : a))

/** The reading of a time alone, as it was kept before arrivals were. */
export const readUpTo = (at: number | null, arrived = 0): ReadonlyArray<Reading> =>
  at === null ? [] : [{ at, place: null, arrived }]
