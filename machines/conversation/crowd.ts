/**
 * How many people a conversation keeps as members (I8). Past that whoever is not among them is nobody in particular: what they wrote
 * stands as a post without an author, what they read or reacted counts as somebody's. Members never leave: rows and receipts name them.
 */
import { own } from "../own.ts"
import type { Person, Reading } from "../events.ts"
import type { ConversationContext, Member } from "./context.ts"
import type { ConversationEvent } from "./event.ts"

/** Members of one conversation; some 1 to 2 KB each in memory. WhatsApp's largest communities have five thousand. */
export const memberLimit = 8_192

/** More people than one payload shows (providers/unipile): as long as so many have room, nobody need be looked at. */
const mostInOne = 4_096

type Members = Readonly<Record<string, Member>>

/** Those who are members, and of the others as many as there is room for; the very same list when that is all of them. */
const withRoom = <A>(all: ReadonlyArray<A>, keyOf: (one: A) => string, members: Members): ReadonlyArray<A> => {
  if (all.every((one) => own(members, keyOf(one)) !== undefined)) return all
  let room = memberLimit - Object.keys(members).length
  if (room >= all.length) return all
  const met = new Set<string>()
  return all.filter((one) => {
    const key = keyOf(one)
    if (own(members, key) !== undefined || met.has(key)) return true
    if (room <= 0) return false
    room--
    met.add(key)
    return true
  })
}

const keyOfPerson = ({ key }: Person): string => key
const keyOfReading = ({ reader }: Reading): string => reader.key

/** The event without strangers for whom there is no room; the very same event where there is; null when nothing is left of it. */
export const withinCrowd = (
  event: ConversationEvent,
  { members, facts }: ConversationContext
): ConversationEvent | null => {
  if (Object.keys(members).length <= memberLimit - mostInOne) return event
  const fits = (person: Person): boolean =>
    person.key === facts.owner_key || withRoom([person], keyOfPerson, members).length === 1
  switch (event.type) {
    case "message_received": {
      const sender = event.sender !== null && fits(event.sender) ? event.sender : null
      // Who writes goes before who is only listed.
      const shown = sender === null || sender.key === event.owner.key ? event.people : [sender, ...event.people]
      const kept = withRoom(shown, keyOfPerson, members)
      if (sender === event.sender && kept === shown) return event
      return { ...event, sender, people: event.people.filter((person) => kept.includes(person)) }
    }
    case "message_reacted":
      return event.sender === null || fits(event.sender) ? event : { ...event, sender: null }
    case "message_read": {
      if (event.reader === null) return event
      const readings = [{ reader: event.reader, at: event.at }, ...(event.others ?? [])]
      const kept = withRoom(readings, keyOfReading, members)
      if (kept === readings) return event
      const { others: _, ...receipt } = event
      const [first, ...others] = kept
      // Of an inbound message a receipt that names nobody would be the owner's.
      if (first === undefined) return event.direction === "outbound" ? { ...receipt, reader: null } : null
      return { ...receipt, ...first, ...(others.length === 0 ? {} : { others }) }
    }
    case "calendar_event_shown": {
      const people = withRoom(event.people, keyOfPerson, members)
      return people === event.people ? event : { ...event, people }
    }
    case "member_left":
      return fits(event.person) ? event : null
    default:
      return event
  }
}
