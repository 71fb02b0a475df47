/**
 * What an event needs before its turn that its payload does not say: the registered account's type and address, and which threads
 * know the message that it names. All of it stands in the journaled event, so that a replay needs no look-up (I2).
 */
import * as HashMap from "effect/HashMap"
import { chatOf, markOf, placed } from "../../machines/channel/arrivals.ts"
import { hasForgottenChats, threadOfChat } from "../../machines/channel/chats.ts"
import type { Mark } from "../../machines/channel/threads.ts"
import { groupLimit, hasForgotten, lookUp, worthOf } from "../../machines/channel/threads.ts"
import type { ConnectionContext } from "../../machines/connection/context.ts"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { Event, FactArrived, Person, PlacedFact } from "../../machines/events.ts"
import { identifierKey, normaliseEmail } from "../../machines/identifiers.ts"
import { isMessageId } from "../../machines/message-id.ts"
import { isNobody } from "../../machines/person/keys.ts"
import type { Living } from "../memory/living.ts"
import { readPhone } from "./phone.ts"
import type { Memory } from "../memory/memory.ts"
import type { RowChanges } from "../tenant/row-changes.ts"
import { own } from "../../machines/own.ts"
import type { ChannelContext } from "../../machines/channel/context.ts"

/** The event with what its registered account adds: type, address, number. */
export const completed = (memory: Memory, event: Event): Event => {
  if (event.type !== "fact_arrived") return withOwnNumber(memory, event)
  const connection = memory.population.get("connection", memory.identity.connection(event.account_id))!
  const { channel_type, ...context } = connection.context as ConnectionContext
  // What the payload calls the account counts only if it was registered as that.
  const said = event.channel_type !== null && channelOf(memory, event) !== undefined ? event.channel_type : channel_type
  const known = { ...event, channel_type: said, own_email: emailOf(context) }
  return event.located === true ? knownIn(memory, known) : known
}

/** The event with the threads that memory knows beside the rows. */
export const knownIn = (memory: Memory, event: Event): Event =>
  event.type === "fact_arrived"
    ? knownInMemory(memory.population.ofKind("conversation"), event, channelOf(memory, event))
    : event

/** A chat payload that shows nothing of the account's own person is completed with the number that the account is registered with. */
const withOwnNumber = (memory: Memory, event: Event): Event => {
  if (!("owner" in event) || !isNobody(event.owner.key)) return event
  const connection = memory.population.get("connection", memory.identity.connection(event.account_id))
  const phone = connection === undefined ? null : numberOf(connection.context as ConnectionContext)
  if (phone === null) return event
  const key = identifierKey("phone", phone)
  const shown = "sender" in event && event.sender?.key === key ? event.sender : null
  const owner: Person = shown ?? { ...event.owner, key, identifiers: { phone } }
  const people = "people" in event ? { people: event.people.filter((person) => person.key !== key) } : {}
  const isOwners = "sender" in event && event.sender?.key === event.owner.key
  return { ...event, owner, ...people, ...(isOwners ? { sender: owner } : {}) } as Event
}

/** The account's own number: `phone_number` or `phone` in one of its configurations, or its name where that is one. */
const numberOf = ({ account_name, channel_type, connection_config, provider_config }: ConnectionContext) => {
  for (const text of [
    connection_config["phone_number"],
    connection_config["phone"],
    provider_config["phone_number"],
    provider_config["phone"],
    account_name
  ]) {
    if (typeof text !== "string") continue
    // WhatsApp's numbers are international, so there bare digits only lack their plus.
    const number = readPhone(channel_type === "whatsapp" && /^\d+$/.test(text.trim()) ? `+${text.trim()}` : text)
    if (number !== null) return number
  }
  return null
}

/** The account's own address: `email` in one of its configurations, or its name where that is one. */
const emailOf = (connection: Pick<ConnectionContext, "account_name" | "connection_config" | "provider_config">) => {
  const { account_name, connection_config, provider_config } = connection
  for (const text of [connection_config["email"], provider_config["email"], account_name]) {
    const email = typeof text === "string" ? normaliseEmail(text) : null
    if (email !== null) return email
  }
  return null
}

const channelOf = (memory: Memory, event: FactArrived): ChannelContext | undefined =>
  memory.population.get("channel", memory.identity.channel(event.channel_type!, event.account_id))?.context

/** The fact as its conversation would hear it now; null when its channel does not know where it belongs. */
export const placeOf = (memory: Memory, event: FactArrived): PlacedFact | null => {
  const channel = channelOf(memory, event)
  return channel === undefined ? null : placed(channel.facts, event)
}

/** A look-up of the threads where a fact may belong. */
export interface PlaceRequest {
  readonly channel_id: string
  /** A chat by the network's own id, of which the channel may have forgotten what v1 calls it. */
  readonly chat?: string
  /** Names of a message: whichever threads know one of them. */
  readonly names?: ReadonlyArray<string>
  /** A mail: its own Message-ID and those that it answers, the nearest first; `names` are those of its mailbox. */
  readonly mail?: Mark & { readonly own: string | null; readonly ancestors: ReadonlyArray<string> }
}

/**
 * The look-up that a fact needs before its turn, or null: nothing that the channel knows tells where it belongs. Of mails and chats
 * only the index's forgotten past is looked up: what it does not know while it is whole was never here.
 */
export const neededPlace = (memory: Memory, event: Event): PlaceRequest | null => {
  if (event.type !== "fact_arrived" || event.located === true || event.where.thread_id !== null) return null
  const channel = channelOf(memory, event)
  if (channel === undefined) return null
  const { threads, chats } = channel.facts
  const channel_id = channel.id
  const mark = markOf(event)
  if (mark !== null) {
    if (lookUp(threads, event.where, mark) !== null) return null
    const { own, ancestors } = worthOf(threads, event.where, mark)
    // Without a Message-ID of its own, its mailbox's ids may still find the very mail.
    const names = own === null ? mailboxNames(event) : []
    const mail = hasForgotten(threads) ? { ...mark, own, ancestors } : { ...mark, own: null, ancestors: [] }
    if (mail.own === null && mail.ancestors.length === 0 && names.length === 0) return null
    return { channel_id, names, mail }
  }
  const chat = chatOf(event)
  if (chat !== null) return threadOfChat(chats, chat) === null && hasForgottenChats(chats) ? { channel_id, chat } : null
  return { channel_id, names: event.where.names }
}

/** Whether rows that no cut has written yet may be meant by one of these look-ups: then a cut comes first. */
export const meansUnwritten = (
  memory: Memory & { readonly rows: Pick<RowChanges, "size"> },
  requests: ReadonlyArray<PlaceRequest>
): boolean => {
  const named = requests.filter(({ chat }) => chat === undefined)
  if (named.length === 0) return false
  if (memory.rows.size >= groupLimit && named.some(({ mail }) => mail !== undefined)) return true
  return hasUnwritten(memory, new Set(named.map(({ channel_id }) => channel_id)))
}

const mailboxNames = ({ where }: FactArrived): ReadonlyArray<string> => where.names.filter((name) => !isMessageId(name))

/** Whether messages may have left a window that no cut has written: they are neither in memory nor in rows. */
const hasUnwritten = (memory: Memory, channels: ReadonlySet<string>): boolean =>
  memory.population
    .ofKind("conversation")
    .some(
      ({ kept, context }) => kept !== "yes" && channels.has(context.channel_id) && context.facts.window.floor !== null
    )

/** The event with the answer of that look-up: the threads that it found. */
export const located = (event: Event, known_in: ReadonlyArray<string>, constants: ReadonlyArray<string> = []): Event =>
  event.type === "fact_arrived"
    ? {
        ...event,
        located: true,
        where: { ...event.where, known_in, ...(constants.length === 0 ? {} : { constants }) }
      }
    : event

/** The event with the threads that memory adds to those that rows have told: what was not written yet stands in a window. */
export const knownInMemory = (
  conversations: ReadonlyArray<Pick<Living, "context">>,
  event: FactArrived,
  channel: ChannelContext | undefined
): FactArrived => {
  const { where } = event
  const mark = markOf(event)
  if (channel === undefined || where.thread_id !== null) return event
  if (mark === null && chatOf(event) !== null) return event
  const names = mark === null ? where.names : mailboxNames(event)
  // A mail with a Message-ID of its own is found by that.
  if (mark !== null && (where.known_in?.length || worthOf(channel.facts.threads, where, mark).own !== null))
    return event
  const here: Array<string> = []
  for (const { context } of conversations as ReadonlyArray<{ readonly context: ConversationContext }>) {
    if (context.channel_id !== channel.id || context.merged_into !== null) continue
    if (names.some((name) => knows(context, name, mark))) here.push(context.external_thread_id)
  }
  if (here.length === 0) return where.known_in === undefined ? { ...event, where: { ...where, known_in: [] } } : event
  return { ...event, where: { ...where, known_in: [...new Set([...(where.known_in ?? []), ...here])].sort() } }
}

const knows = ({ facts }: ConversationContext, name: string, mark: Mark | null): boolean => {
  const record = HashMap.get(facts.window.records, name)
  if (record._tag === "None") return false
  if (mark === null) return true
  const isThen = mark.at === null || Math.floor(mark.at / 1000) === Math.floor(record.value.at / 1000)
  return isThen && (mark.by === null || (own(facts.aliases, mark.by) ?? mark.by) === record.value.sender)
}
