/**
 * Who has read a message, as a receipt shows it. The shape of `read_by` was never captured (unipile.md §2), so every likely one is
 * taken: a person, a bare id, a list of either, or a map from id to yes or to the time, as the messages API shows `seen_by` (§6).
 */
import type { Reading } from "../../../machines/events.ts"
import type { Cast } from "./cast.ts"
import { instantShown, timeShown } from "../instant.ts"
import { identity, record, yesNo } from "../text.ts"
import { own } from "../../../machines/own.ts"

/** Readers of one receipt that are taken: as many as the largest group whose receipts name anybody (I8). */
const readerLimit = 1_024
/** Lists inside lists that are looked into. */
const deepest = 4

export interface Readers {
  /** Each once, the first showing counts. Their time is the receipt's where they have none of their own. */
  readonly readings: ReadonlyArray<Reading>
  /** Whether the receipt says of people that they have not read it. */
  readonly denies: boolean
}

/** The readers that `read_by` shows. `at` is the receipt's own time, `received` when it came: nobody has read later than that. */
export const readersOf = (value: unknown, { person }: Cast, at: number, received: number): Readers => {
  const readings = new Map<string, Reading>()
  let denies = false
  const add = (shown: unknown, read_at: number | null) => {
    if (readings.size >= readerLimit) return
    const reader = person(shown)
    if (reader === null || readings.has(reader.key)) return
    readings.set(reader.key, { reader, at: read_at === null ? at : Math.min(read_at, received) })
  }
  const look = (shown: unknown, depth: number) => {
    if (isId(shown)) return add(shown, null)
    if (Array.isArray(shown)) {
      if (depth > 0) for (const one of shown) look(one, depth - 1)
      return
    }
    const fields = record(shown)
    const attendee = attendeeIn(fields)
    if (attendee !== null) return add(attendee, timeIn(fields))
    for (const id of Object.keys(fields)) {
      const said = own(fields, id)
      if (hasRead(said)) add(id, timeShown(said) ?? timeIn(record(said)))
      else denies = true
    }
  }
  // A number that stands alone counts readers, it is none.
  if (typeof value !== "number") look(value, deepest)
  return { readings: [...readings.values()], denies }
}

/** A bare id, and neither a flag nor a time. */
const isId = (shown: unknown): boolean =>
  identity(shown) !== null && yesNo(shown) === null && instantShown(shown) === null

const ids = ["attendee_provider_id", "attendee_id", "attendee_public_identifier"] as const

/** A person in the words of webhooks, or in those of the messages API; null for a map of people. */
const attendeeIn = (fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | null => {
  if (ids.some((name) => Object.hasOwn(fields, name))) return fields
  const provider_id = fields["provider_id"] ?? fields["user_id"]
  if (identity(provider_id) === null && identity(fields["id"]) === null) return null
  return {
    attendee_id: fields["id"],
    attendee_provider_id: provider_id ?? fields["id"],
    attendee_public_identifier: fields["public_identifier"],
    attendee_name: fields["display_name"] ?? fields["name"]
  }
}

/** What a map says of one person: yes, or when. No, nothing and zero are no. */
const hasRead = (said: unknown): boolean => {
  if (typeof said === "object" && said !== null) return !Array.isArray(said) && timeIn(record(said)) !== null
  return yesNo(said) ?? (timeShown(said) !== null || identity(said) !== null)
}

/** The time of reading that stands beside a person. */
const timeIn = (fields: Readonly<Record<string, unknown>>): number | null => {
  for (const name of ["read_at", "seen_at", "timestamp", "date", "time", "at"]) {
    const time = timeShown(own(fields, name))
    if (time !== null) return time
  }
  return null
}
