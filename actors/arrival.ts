/**
 * What a fact needs before its turn that its payload does not say: the registered account's type and address. It is read from
 * actors that are always in memory and stands in the journaled event, so that a replay needs no look-up (I2).
 */
import { placed } from "../machines/channel/arrivals.ts"
import type { ChannelContext } from "../machines/channel/machine.ts"
import { hasForgotten, lookUp } from "../machines/channel/threads.ts"
import type { ConnectionContext } from "../machines/connection/context.ts"
import type { Event, FactArrived, Person, PlacedFact } from "../machines/events.ts"
import { identifierKey, normaliseEmail, normalisePhone } from "../machines/identifiers.ts"
import { isNobody } from "../machines/person/keys.ts"
import type { TenantRuntime } from "./tenant-runtime.ts"

/** The event, completed with what the registered connection says. Its account is registered. */
export const admitted = (runtime: TenantRuntime, event: Event): Event => {
  if (event.type !== "fact_arrived") return withOwnNumber(runtime, event)
  const connection = runtime.population.get("connection", runtime.identity.connection(event.account_id))!
  const { channel_type, ...context } = connection.context as ConnectionContext
  // What the payload calls the account counts only if it was registered as that.
  const said =
    event.channel_type !== null && channelOf(runtime, event) !== undefined ? event.channel_type : channel_type
  return { ...event, channel_type: said, own_email: emailOf(context) }
}

/** A chat payload that shows nothing of the account's own person is completed with the number that the account is registered with. */
const withOwnNumber = (runtime: TenantRuntime, event: Event): Event => {
  if (!("owner" in event) || !isNobody(event.owner.key)) return event
  const connection = runtime.population.get("connection", runtime.identity.connection(event.account_id))
  const phone = connection === undefined ? null : numberOf(connection.context as ConnectionContext)
  if (phone === null) return event
  const key = identifierKey("phone", phone)
  const shown = "sender" in event && event.sender.key === key ? event.sender : null
  const owner: Person = shown ?? { ...event.owner, key, identifiers: { phone } }
  const people = "people" in event ? { people: event.people.filter((person) => person.key !== key) } : {}
  const isOwners = "sender" in event && event.sender.key === event.owner.key
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
    const number = normalisePhone(channel_type === "whatsapp" && /^\d+$/.test(text.trim()) ? `+${text.trim()}` : text)
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

const channelOf = (runtime: TenantRuntime, event: FactArrived): ChannelContext | undefined =>
  runtime.population.get("channel", runtime.identity.channel(event.channel_type!, event.account_id))?.context

/** The fact as its conversation would hear it now; null when its channel does not know where it belongs. */
export const placeOf = (runtime: TenantRuntime, event: FactArrived): PlacedFact | null => {
  const channel = channelOf(runtime, event)
  return channel === undefined ? null : placed(channel.facts, event)
}

/** A look-up of the thread that a message is in. */
export interface PlaceRequest {
  readonly channel_id: string
  readonly names: ReadonlyArray<string>
  /** Whether rows that no cut has written yet may be meant: then one is written first. */
  readonly withNewest: boolean
}

/**
 * The look-up that a fact needs before its turn, or null: what it names, a message or what a mail answers, is not in the
 * channel's index. Of mails only the index's forgotten past is looked up: what it does not know while it is whole was never here.
 */
export const neededPlace = (runtime: TenantRuntime, event: Event): PlaceRequest | null => {
  if (event.type !== "fact_arrived" || event.located === true) return null
  const channel = channelOf(runtime, event)
  if (channel === undefined || lookUp(channel.facts.threads, event.where) !== null) return null
  const { names, roots, answers } = event.where
  if (event.fact.type === "message_received") {
    const isForgotten = event.fact.letter !== undefined && hasForgotten(channel.facts.threads)
    const ancestors = [...roots, ...answers]
    return isForgotten && ancestors.length > 0 ? { channel_id: channel.id, names: ancestors, withNewest: false } : null
  }
  return roots.length > 0 ? null : { channel_id: channel.id, names, withNewest: true }
}

/** The event with the answer of that look-up: the thread, or that there is none. */
export const located = (event: Event, thread_id: string | null): Event =>
  event.type === "fact_arrived" ? { ...event, located: true, where: { ...event.where, thread_id } } : event
