/**
 * Facts that do not say to which conversation they belong: the channel of their account finds it, or keeps them until the
 * message that they name appears. What is needed to find it is learnt from every message of the account.
 */
import type { Draft } from "../draft.ts"
import type { FactArrived, Letter, Person, PlacedFact } from "../events.ts"
import { identifierKey } from "../identifiers.ts"
import { isNobody } from "../person/keys.ts"
import type { MessageAppeared, MessageNamed } from "../told.ts"
import type { ChannelContext } from "./machine.ts"
import type { Threads } from "./threads.ts"
import { learn, lookUp, noThreads } from "./threads.ts"

export interface ChannelFacts {
  readonly threads: Threads
  /** Facts about messages that nobody has seen yet. */
  readonly waiting: ReadonlyArray<FactArrived>
  /** The account's own person, once a payload has shown more of it than the account. */
  readonly owner_key: string | null
  /** Keys of the addresses that the account has sent mail from; absent: none. */
  readonly own_keys?: ReadonlyArray<string>
}

export const noFacts: ChannelFacts = { threads: noThreads, waiting: [], owner_key: null }

/** Addresses of an account that are remembered; the oldest are forgotten first (I8). */
const ownLimit = 32
/** Facts that wait per account; past that the oldest goes. */
export const waitingLimit = 256
/** A fact waits seven days for its message (CONTRACT 2.5). */
const patience = 7 * 24 * 3_600_000

/** Whether the fact teaches something of its thread, or founds it. What a look-up in the rows has found teaches nothing. */
const founds = ({ where, fact, located }: FactArrived): boolean =>
  fact.type === "message_received" || where.roots.length > 0 || (where.thread_id !== null && located !== true)

/** The fact with its place, as its conversation hears it; null when nobody knows the place yet. */
export const placed = (facts: ChannelFacts, event: FactArrived): PlacedFact | null => {
  const thread = founds(event)
    ? learn(facts.threads, event.where, event.received, true).thread
    : lookUp(facts.threads, event.where)
  return thread === null ? null : withPlace(event, thread, facts)
}

const withPlace = (
  event: FactArrived,
  external_thread_id: string,
  facts: Pick<ChannelFacts, "owner_key" | "own_keys">
): PlacedFact => {
  const { account_id, channel_type, received, via, recalled, fact } = event
  const place = { account_id, channel_type, external_thread_id, received, via, ...(recalled && { recalled }) }
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
  return speaks && fact.sender.key === fact.owner.key ? { ...fact, owner, sender: owner } : { ...fact, owner }
}

type LetterFact = Extract<Fact, { type: "message_received" }> & { readonly letter: Letter }

/**
 * A mail from one of the account's own addresses is outbound, whatever folder it lies in (CONTRACT 2.6); one from elsewhere is
 * inbound, also when somebody has put it into the folder of sent mail.
 */
const letterWithOwner = (fact: LetterFact, own_email: string | null, keys: ReadonlyArray<string>): Fact => {
  const { sender, message } = fact
  const letter = { ...fact.letter, owner_known: true }
  if (keys.includes(sender.key)) {
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
  const { facts } = d.context
  if (!founds(event)) {
    const fact = placed(facts, event)
    return fact === null ? waitFor(d, event) : d.tell({ type: "fact_placed", fact })
  }
  const { threads, thread, joined } = learn(facts.threads, event.where, event.received, true)
  const own_keys = withSender(facts.own_keys, event.fact)
  if (threads !== facts.threads || own_keys !== facts.own_keys)
    d.set({ facts: { ...facts, threads, ...(own_keys === undefined ? {} : { own_keys }) } })
  d.tell({ type: "fact_placed", fact: withPlace(event, thread, facts) })
  tellJoined(d, joined, event.received)
}

/** Addresses that an account has sent from are its own; the very same list when it is known. */
const withSender = (known: ChannelFacts["own_keys"], fact: Fact): ChannelFacts["own_keys"] => {
  if (fact.type !== "message_received" || fact.letter?.stage !== "sent" || isNobody(fact.sender.key)) return known
  return known?.includes(fact.sender.key) === true ? known : [...(known ?? []), fact.sender.key].slice(-ownLimit)
}

const tellJoined = (
  d: Draft<ChannelContext>,
  joined: ReadonlyArray<{ readonly from: string; readonly into: string }>,
  received: number
): void => {
  const { account_id, channel_type } = d.context
  for (const pair of joined) d.tell({ type: "threads_joined", account_id, channel_type, ...pair, received })
}

const waitFor = (d: Draft<ChannelContext>, event: FactArrived): void => {
  const { facts } = d.context
  const fact = JSON.stringify(event.fact)
  const waiting = facts.waiting.filter((other) => other.received > event.received - patience)
  if (waiting.some((other) => JSON.stringify(other.fact) === fact)) return
  d.set({ facts: { ...facts, waiting: [...waiting, event].slice(-waitingLimit) } })
}

/** A message appeared: its chat's other name is learnt, and what waited for the message finds its place. */
export const messageNamed = (d: Draft<ChannelContext>, event: MessageAppeared): void => {
  const { external_thread_id, provider_chat_id, received } = event
  let { facts } = d.context
  if (facts.owner_key === null && !isNobody(event.owner_key)) facts = { ...facts, owner_key: event.owner_key }
  if (provider_chat_id !== null && provider_chat_id !== external_thread_id) {
    const where = { thread_id: external_thread_id, names: [], roots: [provider_chat_id], answers: [] }
    const { threads, joined } = learn(facts.threads, where, received, false)
    if (threads !== facts.threads) facts = { ...facts, threads }
    tellJoined(d, joined, received)
  }
  if (facts !== d.context.facts) d.set({ facts })
  const { external_message_id, provider_message_id, names = [] } = event
  const called = [external_message_id, ...(provider_message_id === null ? [] : [provider_message_id]), ...names]
  factsFound(d, { external_thread_id, names: called, received })
}

/** A message has these names: what waited for it finds its place. */
export const factsFound = (
  d: Draft<ChannelContext>,
  { external_thread_id, names, received }: Pick<MessageNamed, "external_thread_id" | "names" | "received">
): void => {
  const { facts } = d.context
  const due = facts.waiting.filter(({ where }) => where.names.some((name) => names.includes(name)))
  if (due.length === 0) return
  d.set({ facts: { ...facts, waiting: facts.waiting.filter((fact) => !due.includes(fact)) } })
  for (const waited of due) {
    if (waited.received <= received - patience) continue
    d.tell({ type: "fact_placed", fact: withPlace(waited, external_thread_id, facts) })
  }
}
