/**
 * Facts that do not say to which conversation they belong: the channel of their account finds it, or keeps them until exactly one
 * chat knows the message that they name. What is needed to find it is learnt from every message of the account.
 */
import type { Draft } from "../draft.ts"
import type { FactArrived, Letter, Person, PlacedFact } from "../events.ts"
import { identifierKey } from "../identifiers.ts"
import { isMessageId } from "../message-id.ts"
import { isNobody } from "../person/keys.ts"
import type { CalendarSettled, MessageAppeared, MessageNamed } from "../told.ts"
import { newestOf } from "../weight.ts"
import { chatNamed, chatShown, threadOfChat } from "./chats.ts"
import type { ChannelContext, ChannelFacts } from "./context.ts"
import { seriesOf, withEnd, withInstance } from "./series.ts"
import type { Joined, Mark } from "./threads.ts"
import { learn, least, presentThread } from "./threads.ts"

/** Addresses of an account that are remembered; the oldest are forgotten first (I8). */
const ownLimit = 32
/** Facts that wait per account; past that the oldest goes. */
export const waitingLimit = 256
/** And they weigh at most so many characters together. */
const waitingWeight = 262_144
/** A fact waits seven days for its message (CONTRACT 2.5). */
const patience = 7 * 24 * 3_600_000

/** What tells a mail from others; null for what is no mail. Older entries of the journal are read as well as they can be. */
export const markOf = ({ fact, where }: FactArrived): Mark | null => {
  if (fact.type !== "message_received" || fact.letter === undefined) return null
  const text = fact.message.content
  if (where.mail !== undefined) return { ...where.mail, text }
  const names = where.names.filter((name) => !isMessageId(name))
  const message_id = where.names.find(isMessageId) ?? null
  const alone = least(names.length > 0 ? names : [message_id ?? ""])
  return { message_id, by: fact.sender?.key ?? null, at: fact.at, text, alone }
}

/** The chat that a fact names by the network's id; null for none. */
export const chatOf = ({ fact, where }: FactArrived): string | null =>
  where.chat !== undefined
    ? where.chat
    : fact.type === "message_received" && fact.letter !== undefined
      ? null
      : (where.roots[0] ?? null)

/** The thread of a fact, and what is known after it. */
interface Placement {
  readonly facts: ChannelFacts
  readonly thread: string
  readonly joined: ReadonlyArray<Joined>
}

/** Null: nobody knows the place yet, or it could be more than one. */
const placement = (facts: ChannelFacts, event: FactArrived): Placement | null => {
  const { where, received } = event
  const mark = markOf(event)
  if (mark !== null) {
    const { threads, thread, joined } = learn(facts.threads, asLocated(facts, where), mark, received)
    return { facts: threads === facts.threads ? facts : { ...facts, threads }, thread, joined }
  }
  const found = [...new Set((where.known_in ?? []).map((thread) => presentIn(facts, thread)))]
  const chat = chatOf(event)
  if (chat !== null) {
    const chats = chatNamed(facts.chats, chat, found.length === 1 ? found[0]! : null, received)
    const known = chats === facts.chats ? facts : { ...facts, chats }
    return { facts: known, thread: threadOfChat(chats, chat)!, joined: [] }
  }
  const thread = where.thread_id ?? (found.length === 1 ? found[0]! : null)
  return thread === null ? null : { facts, thread, joined: [] }
}

/** What a thread is called now: it may have become part of another one since the rows told of it. */
const presentIn = (facts: ChannelFacts, thread: string): string =>
  threadOfChat(facts.chats, thread) ?? presentThread(facts.threads, thread)

/** A mail whose thread the rows have told: it stands under the root of that thread, or under the name that the thread has. */
const asLocated = (facts: ChannelFacts, where: FactArrived["where"]): FactArrived["where"] => {
  const [found] = where.known_in ?? []
  if (found === undefined || where.thread_id !== null) return where
  const thread = presentThread(facts.threads, found)
  if (!isMessageId(thread)) return { ...where, thread_id: thread }
  return { ...where, roots: [thread], answers: [...where.roots, ...where.answers].filter((id) => id !== thread) }
}

/** The fact with its place, as its conversation hears it; null when nobody knows the place yet. */
export const placed = (facts: ChannelFacts, event: FactArrived): PlacedFact | null => {
  const found = placement(facts, event)
  return found === null ? null : withPlace(event, found.thread, facts)
}

const withPlace = (
  event: FactArrived,
  external_thread_id: string,
  facts: Pick<ChannelFacts, "owner_key" | "own_keys">
): PlacedFact => {
  const { account_id, channel_type, received, via, history, recalled, fact } = event
  const shown = { received, via, ...(history && { history }), ...(recalled && { recalled }) }
  const place = { account_id, channel_type, external_thread_id, ...shown }
  const said = withOwner(fact, event.own_email, facts)
  const thread = said.type === "message_received" ? { thread: { ...said.thread, external_thread_id } } : {}
  return { ...said, ...place, ...thread } as PlacedFact
}

type Fact = FactArrived["fact"]

/** A payload that shows nothing of the account's own person is completed with what is known of it. */
const withOwner = (
  fact: Fact,
  own_email: string | null,
  { owner_key, own_keys = [] }: Pick<ChannelFacts, "owner_key" | "own_keys">
): Fact => {
  if (fact.type === "calendar_event_shown") {
    if (fact.owner_known || own_email === null) return fact
    const { owner, people } = own(fact.people, own_email)
    return { ...fact, owner, people, owner_known: true }
  }
  if (fact.type === "message_received" && fact.letter !== undefined) {
    if (fact.letter.owner_known) return fact
    const registered = own_email === null ? [] : [identifierKey("email", own_email)]
    return letterWithOwner({ ...fact, letter: fact.letter }, own_email, [...registered, ...own_keys])
  }
  if (owner_key === null || !isNobody(fact.owner.key)) return fact
  const owner: Person = { ...fact.owner, key: owner_key }
  const speaks = fact.type === "message_received" || fact.type === "message_reacted"
  return speaks && fact.sender?.key === fact.owner.key ? { ...fact, owner, sender: owner } : { ...fact, owner }
}

type LetterFact = Extract<Fact, { type: "message_received" }> & { readonly letter: Letter }

/**
 * A mail from one of the account's own addresses is outbound, whatever folder it lies in (CONTRACT 2.6); one from elsewhere is
 * inbound, also when somebody has put it into the folder of sent mail.
 */
const letterWithOwner = (fact: LetterFact, own_email: string | null, keys: ReadonlyArray<string>): Fact => {
  const { sender, message } = fact
  const letter = { ...fact.letter, owner_known: true }
  if (sender !== null && keys.includes(sender.key)) {
    const people = fact.people.filter(({ key }) => key !== sender.key)
    return { ...fact, owner: sender, people, letter, message: { ...message, direction: "outbound", read_at: null } }
  }
  if (keys.length === 0) return fact
  const inbound = { ...message, direction: "inbound" } as const
  if (own_email !== null) return { ...fact, ...own(fact.people, own_email), letter, message: inbound }
  const owner = fact.people.find(({ key }) => keys.includes(key))
  if (owner === undefined) return { ...fact, message: inbound }
  return { ...fact, owner, people: fact.people.filter((person) => person !== owner), letter, message: inbound }
}

const own = (people: ReadonlyArray<Person>, email: string): { owner: Person; people: ReadonlyArray<Person> } => {
  const key = identifierKey("email", email)
  const shown = people.find((person) => person.key === key)
  const owner = shown ?? {
    key,
    provider_participant_id: email,
    name: null,
    avatar_url: null,
    identifiers: { email }
  }
  return { owner, people: people.filter((person) => person !== shown) }
}

export const factArrived = (d: Draft<ChannelContext>, event: FactArrived): void => {
  const found = placement(d.context.facts, event)
  if (found === null) return waitFor(d, event)
  const { thread, joined } = found
  const own_keys = withSender(found.facts.own_keys, event.fact)
  const facts = own_keys === found.facts.own_keys ? found.facts : { ...found.facts, own_keys: own_keys ?? [] }
  d.set({ facts })
  d.tell({ type: "fact_placed", fact: ofSeries(d, withPlace(event, thread, facts)) })
  tellJoined(d, joined, event.received)
}

/** Addresses that an account has sent from are its own; the very same list when it is known. */
const withSender = (known: ChannelFacts["own_keys"], fact: Fact): ChannelFacts["own_keys"] => {
  if (fact.type !== "message_received" || fact.letter?.stage !== "sent" || fact.sender === null) return known
  const { key } = fact.sender
  return isNobody(key) || known?.includes(key) === true ? known : [...(known ?? []), key].slice(-ownLimit)
}

/** An instance is remembered beside its series, and hears with its own news whether that is over. */
const ofSeries = (d: Draft<ChannelContext>, fact: PlacedFact): PlacedFact => {
  if (fact.type !== "calendar_event_shown" || fact.series_id === null || fact.series_id === undefined) return fact
  const { facts } = d.context
  const series = withInstance(facts.series, fact.series_id, fact.external_thread_id, fact.received)
  if (series !== facts.series) d.set({ facts: { ...facts, series } })
  return { ...fact, series_over_since: seriesOf(series, fact.series_id)?.over_since ?? null }
}

/** Any calendar event may be a series of which instances are known or still to come. */
export const calendarSettled = (d: Draft<ChannelContext>, event: CalendarSettled): void => {
  const { account_id, channel_type, facts } = d.context
  const { external_thread_id, over_since, received } = event
  const series = withEnd(facts.series, external_thread_id, over_since, received)
  if (series !== facts.series) d.set({ facts: { ...facts, series } })
  const instances = seriesOf(series, external_thread_id)?.instances ?? []
  if (instances.length === 0) return
  d.tell({ type: "series_told", account_id, channel_type, instances, over_since, received })
}

/** Two threads are one from now on: so are the places where a waiting fact may belong. */
const tellJoined = (d: Draft<ChannelContext>, joined: ReadonlyArray<Joined>, received: number): void => {
  const { account_id, channel_type } = d.context
  for (const { from, into } of joined) {
    d.tell({ type: "threads_joined", account_id, channel_type, from, into, received })
    const inOne = ({ where }: FactArrived) => where.known_in?.includes(from) === true
    if (!d.context.facts.waiting.some(inOne)) continue
    settleWaiting(d, received, (waited) =>
      inOne(waited) ? waited.where.known_in!.map((thread) => (thread === from ? into : thread)) : null
    )
  }
}

const waitFor = (d: Draft<ChannelContext>, event: FactArrived): void => {
  const { facts } = d.context
  const fact = JSON.stringify(event.fact)
  const known = JSON.stringify(event.where.known_in ?? [])
  const waiting = facts.waiting.filter((other) => other.received > event.received - patience)
  const repeated = waiting.findIndex((other) => JSON.stringify(other.fact) === fact)
  if (repeated === -1)
    return d.set({ facts: { ...facts, waiting: newestOf([...waiting, event], waitingLimit, waitingWeight) } })
  const earlier = waiting[repeated]!
  if (JSON.stringify(earlier.where.known_in ?? []) === known) return
  // It waits as long as the first, with what is known of its place by now.
  const where = { ...earlier.where, known_in: event.where.known_in ?? [] }
  d.set({ facts: { ...facts, waiting: waiting.with(repeated, { ...earlier, where }) } })
}

/** A message appeared: its chat's other name is learnt, and what waited for the message finds its place, if it is the only one. */
export const messageNamed = (d: Draft<ChannelContext>, event: MessageAppeared): void => {
  const { external_thread_id, provider_chat_id, received } = event
  let { facts } = d.context
  if (facts.owner_key === null && !isNobody(event.owner_key)) facts = { ...facts, owner_key: event.owner_key }
  if (provider_chat_id !== null && provider_chat_id !== external_thread_id) {
    const { chats, joined } = chatShown(facts.chats, provider_chat_id, external_thread_id, received)
    if (chats !== facts.chats) facts = { ...facts, chats }
    if (facts !== d.context.facts) d.set({ facts })
    tellJoined(d, joined, received)
  } else if (facts !== d.context.facts) d.set({ facts })
  const { external_message_id, provider_message_id, names = [] } = event
  const called = [external_message_id, ...(provider_message_id === null ? [] : [provider_message_id]), ...names]
  factsFound(d, { external_thread_id, names: called, received })
}

/** A message has these names: what waited for it finds its place, if it is the only one. */
export const factsFound = (
  d: Draft<ChannelContext>,
  { external_thread_id, names, received }: Pick<MessageNamed, "external_thread_id" | "names" | "received">
): void => {
  const isNamed = ({ where }: FactArrived) => where.names.some((name) => names.includes(name))
  if (!d.context.facts.waiting.some(isNamed)) return
  settleWaiting(d, received, (waited) =>
    isNamed(waited) ? [...(waited.where.known_in ?? []), external_thread_id] : null
  )
}

/** `knownIn` tells where the message of a waiting fact is known now; null: nothing new of it. What has one place goes there. */
const settleWaiting = (
  d: Draft<ChannelContext>,
  received: number,
  knownIn: (waited: FactArrived) => ReadonlyArray<string> | null
): void => {
  const { facts } = d.context
  const waiting: Array<FactArrived> = []
  const due: Array<PlacedFact> = []
  for (const waited of facts.waiting) {
    const told = knownIn(waited)
    const known_in = told === null ? null : [...new Set(told.map((thread) => presentIn(facts, thread)))].sort()
    if (known_in === null) waiting.push(waited)
    else if (known_in.length > 1) waiting.push({ ...waited, where: { ...waited.where, known_in } })
    else if (waited.received > received - patience) due.push(withPlace(waited, known_in[0]!, facts))
  }
  d.set({ facts: { ...facts, waiting } })
  for (const fact of due) d.tell({ type: "fact_placed", fact })
}
