/**
 * What payloads have shown of a person, piece by piece, as a function of what was shown and when (I3; CONTRACT 2.7). A provider's
 * value fills an empty piece, so the earliest by event time stands, at one instant the lesser text. A name stands above what only
 * stands in for one. Of pictures the newest address stands, because signed ones run out.
 */
import type { Person } from "../events.ts"
import { own, put } from "../own.ts"
import { isBlank, isNamedById, isStandIn } from "./naming.ts"

interface Piece {
  readonly value: string
  readonly at: number
  /** Of a name: the showing called the person by an id. Absent: the text itself tells. */
  readonly stand_in?: true
  /** Of a picture: addresses of the same instant that came before, so that a repeat of one is not taken for news. */
  readonly before?: ReadonlyArray<string>
}

/** By piece (name, avatar_url, phone, …): the value that stands, and its time. */
export type Shown = Readonly<Record<string, Piece>>

/** Picture addresses of one instant that are told from news (I8). */
const sameInstantLimit = 4

/** Further keys of one person that are remembered as shown; past that a new one teaches nothing (I8). */
const alsoLimit = 64
const isAlso = (name: string): boolean => name.startsWith("also ")
const hasRoomFor = (shown: Shown, name: string): boolean =>
  !isAlso(name) || own(shown, name) !== undefined || Object.keys(shown).filter(isAlso).length < alsoLimit

const standsIn = ({ value, stand_in }: Piece): boolean => stand_in === true || isStandIn(value)

const isEarlier = (one: Piece, other: Piece): boolean =>
  one.at < other.at || (one.at === other.at && one.value < other.value)

/** Which of two names stands. */
const nameOf = (known: Piece, told: Piece): Piece => {
  if (known.value === told.value && known.at === told.at && known.stand_in === told.stand_in) return known
  // An earlier version kept names that nobody can see.
  if (isBlank(known.value)) return told
  const [was, is] = [standsIn(known), standsIn(told)]
  if (was !== is) return was ? told : known
  return isEarlier(told, known) ? told : known
}

/** Which of two pictures stands: the newer by time, at one instant the one that came later. */
const pictureOf = (known: Piece, told: Piece): Piece => {
  if (told.at < known.at) return known
  if (told.at > known.at) return told
  const before = known.before ?? []
  if (told.value === known.value || before.includes(told.value)) return known
  return { ...told, before: [...before, known.value].slice(-sameInstantLimit) }
}

const pieceOf = (name: string, known: Piece, told: Piece): Piece => {
  if (name === "name") return nameOf(known, told)
  if (name === "avatar_url") return pictureOf(known, told)
  return isEarlier(told, known) ? told : known
}

/** Whether a name is the known one, shown once more and not earlier: most showings teach nothing, and this is quickly told. */
const isNameAgain = (known: Piece | undefined, value: string, at: number): boolean =>
  known !== undefined && known.value === value && known.at <= at && known.stand_in === undefined

/** What is known after this showing; the very same value when it teaches nothing. */
export const learn = (shown: Shown, person: Person, at: number): Shown => {
  let next = shown
  const piece = (name: string, told: Piece) => {
    const known = own(next, name)
    const stands = known === undefined ? told : pieceOf(name, known, told)
    if (stands !== known) next = { ...next, [name]: stands }
  }
  const plain = (name: string, value: string | null | undefined) => {
    if (value !== null && value !== undefined) piece(name, { value, at })
  }
  if (person.name !== null && !isNameAgain(own(shown, "name"), person.name, at) && !isBlank(person.name)) {
    const value = person.name
    piece("name", isNamedById(value, person) ? { value, at, stand_in: true } : { value, at })
  }
  plain("avatar_url", person.avatar_url)
  plain("provider_participant_id", person.provider_participant_id)
  for (const key of person.also ?? []) if (hasRoomFor(next, `also ${key}`)) plain(`also ${key}`, key)
  for (const kind in person.identifiers) plain(kind, person.identifiers[kind as keyof Person["identifiers"]])
  return next
}

/** What is known after two records turned out to be of one person. Pictures of one instant: the greater text. */
export const joinShown = (one: Shown, other: Shown): Shown => {
  const joined: Record<string, Piece> = { ...one }
  for (const [name, theirs] of Object.entries(other)) {
    const mine = own(joined, name)
    if (mine === undefined) {
      if (hasRoomFor(joined, name)) put(joined, name, theirs)
    } else if (name === "avatar_url" && mine.at === theirs.at)
      put(joined, name, mine.value < theirs.value ? theirs : mine)
    else put(joined, name, pieceOf(name, mine, theirs))
  }
  return joined
}

/** The known value of a piece, or null. */
export const valueOf = (shown: Shown, piece: string): string | null => {
  const value = own(shown, piece)?.value ?? null
  return piece === "name" && value !== null && isBlank(value) ? null : value
}

/** Whether all that is new is that the picture was shown once more. */
export const isPictureAgain = (was: Shown, is: Shown): boolean =>
  Object.entries(is).every(([name, piece]) => {
    const before = own(was, name)
    return piece === before || (name === "avatar_url" && piece.value === before?.value)
  })
