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
  for (const kind in person.identifiers) piece(kind, person.identifiers[kind as keyof Person["identifiers"]])
  return next
}

/** The known value of a piece, or null. */
export const valueOf = (shown: Shown, piece: string): string | null => shown[piece]?.value ?? null
