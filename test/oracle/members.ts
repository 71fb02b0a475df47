/** Who is in a thread (CONTRACT 2.5): signs of presence and absence, what each wrote, and how far each has read. */
import type { MemberRole } from "../../machines/vocabulary.ts"
import type { MessageReceived, Person } from "../../machines/events.ts"
import type { Known, Receipt } from "./messages.ts"
import { isAbout } from "./messages.ts"
import { isOwners } from "./reading.ts"
import type { Said } from "./said.ts"
import { max, min, ofType, unique } from "./said.ts"

/** A person as a payload of a time showed them. */
export interface Sighting {
  readonly person: Person
  readonly at: number
}

const systemLine = { removed: 6, left: 7 }
const isLeft = ({ message }: MessageReceived) => message.is_event && message.event_type === systemLine.left

/** Everybody's signs; `acts`: times at which people did something themselves. */
export const signsOf = (
  said: ReadonlyArray<Said>,
  messages: ReadonlyArray<Known>,
  receipts: ReadonlyArray<Receipt>,
  owner: string
) => {
  const shown = ofType(said, "message_received")
  const named = receipts.flatMap((receipt) =>
    receipt.fact.reader === null || isOwners(receipt, owner) ? [] : [{ ...receipt, reader: receipt.fact.reader }]
  )
  const reactions = ofType(said, "message_reacted").filter((fact) => messages.some((message) => isAbout(fact, message)))
  const present: ReadonlyArray<Sighting> = [
    ...shown.flatMap((fact) => {
      const author = fact.message.is_event || fact.sender === null ? [] : [fact.sender]
      return [fact.owner, ...fact.people, ...author]
        .filter((person) => !isLeft(fact) || person.key !== fact.sender?.key)
        .map((person) => ({ person, at: fact.at }))
    }),
    ...named.map(({ reader, message }) => ({ person: reader, at: message.at })),
    ...reactions.flatMap((fact) => (fact.sender === null ? [] : [{ person: fact.sender, at: fact.at }]))
  ]
  const absent: ReadonlyArray<Sighting> = [
    ...shown.filter(isLeft).flatMap((fact) => (fact.sender === null ? [] : [{ person: fact.sender, at: fact.at }])),
    ...ofType(said, "member_left").map((fact) => ({ person: fact.person, at: fact.at }))
  ]
  const rosters = shown
    .filter((fact) => fact.message.is_event && fact.message.event_type === systemLine.removed && fact.people.length > 0)
    .map((fact) => ({ at: fact.at, keys: [fact.owner.key, ...fact.people.map(({ key }) => key)] }))
  const acts = [
    ...messages.flatMap(({ isMessage, sender, at }) => (isMessage && sender !== null ? [{ key: sender, at }] : [])),
    ...named.map(({ reader, fact }) => ({ key: reader.key, at: fact.at })),
    ...reactions.flatMap((fact) => (fact.sender === null ? [] : [{ key: fact.sender.key, at: fact.at }]))
  ]
  return { present, absent, rosters, acts, keys: unique([...present, ...absent].map(({ person }) => person.key)) }
}

/** Of several roles in mails the strongest shows. */
const roles: ReadonlyArray<MemberRole> = ["member", "bcc", "cc", "recipient", "sender", "admin", "owner"]

export const memberOf = (
  key: string,
  owner: string,
  horizon: number | null,
  said: ReadonlyArray<Said>,
  messages: ReadonlyArray<Known>,
  receipts: ReadonlyArray<Receipt>,
  signs: ReturnType<typeof signsOf>
) => {
  const { present, absent, rosters, keys } = signs
  const seen = present.filter(({ person }) => person.key === key).map(({ at }) => at)
  const gone = [
    ...absent.filter(({ person }) => person.key === key).map(({ at }) => at),
    ...rosters.filter((roster) => !roster.keys.includes(key)).map(({ at }) => at)
  ]
  const [seen_at, gone_at] = [max(seen), max(gone)]
  // Who is seen and gone at one instant has gone.
  const is_active = seen_at !== null && (gone_at === null || seen_at > gone_at)
  const sent = messages.filter((message) => message.sender === key)
  const others = keys.filter((other) => other !== owner)
  const reads = receipts.filter(
    (receipt) =>
      !isOwners(receipt, owner) &&
      (receipt.fact.reader?.key === key || (receipt.fact.reader === null && others.length === 1 && key === others[0]))
  )
  const last_read_at = key === owner ? horizon : max(reads.map(({ message }) => message.at))
  const hinted = [...present, ...absent]
    .filter(({ person }) => person.key === key && person.metadata !== undefined)
    .sort((a, b) => a.at - b.at || (JSON.stringify(a.person.metadata) < JSON.stringify(b.person.metadata) ? -1 : 1))
  const role = ofType(said, "message_received")
    .flatMap(({ letter }) => letter?.roles[key] ?? [])
    .sort((a, b) => roles.indexOf(a) - roles.indexOf(b))
    .at(-1)
  return {
    role: key === owner ? "owner" : (role ?? "member"),
    metadata: hinted.at(-1)?.person.metadata ?? {},
    joined_at: min(seen),
    is_active,
    left_at: is_active ? null : gone_at,
    message_count: sent.filter((message) => message.counts).length,
    last_message_at: max(sent.filter((message) => message.isMessage).map(({ at }) => at)),
    last_read_at,
    /** Messages of others after the horizon; the owner's are the thread's own unread ones. */
    unread_count: messages.filter(
      (message) => message.counts && message.sender !== key && (last_read_at === null || message.at > last_read_at)
    ).length
  }
}
