/**
 * What payloads have shown of a person, piece by piece. A provider's value fills an empty piece (CONTRACT 2.7); so that the
 * order of arrival does not matter (I3), "the first" is the first by event time, and at the same instant the lesser text.
 */
import type { Person } from "../events.ts"

/** By piece (name, avatar_url, phone, …): the earliest value and its time. */
export type Shown = Readonly<Record<string, { readonly value: string; readonly at: number }>>

/** What is known after this showing; the very same value when it teaches nothing. */
export const learn = (shown: Shown, person: Person, at: number): Shown => {
  let next = shown
  const piece = (name: string, value: string | null | undefined) => {
    if (value === null || value === undefined) return
    const known = next[name]
    if (known !== undefined && (known.at < at || (known.at === at && known.value <= value))) return
    next = { ...next, [name]: { value, at } }
  }
  piece("name", person.name)
  piece("avatar_url", person.avatar_url)
  piece("provider_participant_id", person.provider_participant_id)
  for (const key of person.also ?? []) piece(`also ${key}`, key)
  for (const kind in person.identifiers) piece(kind, person.identifiers[kind as keyof Person["identifiers"]])
  return next
}

/** What is known after two records turned out to be of one person. */
export const joinShown = (one: Shown, other: Shown): Shown => {
  const joined: Record<string, Shown[string]> = { ...one }
  for (const name in other) {
    const [mine, theirs] = [joined[name], other[name]!]
    if (mine === undefined || theirs.at < mine.at || (theirs.at === mine.at && theirs.value < mine.value)) {
      joined[name] = theirs
    }
  }
  return joined
}

/** The known value of a piece, or null. */
export const valueOf = (shown: Shown, piece: string): string | null => shown[piece]?.value ?? null
