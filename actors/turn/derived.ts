/**
 * Where what an actor tells goes: to other actors in the same turn (I4), or out of it as an effect. One row for each kind; a kind
 * without a row does not compile.
 */
import { day } from "../../machines/connection/day.ts"
import type { SeenLive } from "../../machines/connection/standing.ts"
import { isFirstLive } from "../../machines/connection/standing.ts"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { isUnknown } from "../../machines/participant/contact.ts"
import type { MessageAppeared, MessageOwned, OwnerReplied, Told } from "../../machines/told.ts"
import type { Living } from "../memory/living.ts"
import { contextOf } from "../memory/living.ts"
import { Announcer, announceContact } from "./announced.ts"
import type { Effects, TurnResult } from "./outcome.ts"
import { claimed, mergedIn, tellPerson } from "./people.ts"
import type { Reach } from "./reach.ts"
import type { RecordsOfTurn } from "./records.ts"
import type { Route } from "./routes.ts"
import { syncEnded, syncOpened, syncWanted } from "./syncs.ts"

/** One turn, as the rows below use it. */
export interface Delivery {
  readonly reach: Reach
  readonly effects: Effects
  readonly records: RecordsOfTurn
}

/** Answers with a result when the turn ends here. */
type Deliver<T> = (delivery: Delivery, from: Living, told: T) => TurnResult | void

const delivery: { readonly [T in Told["type"]]: Deliver<Extract<Told, { readonly type: T }>> } = {
  row_changed: ({ effects }, from, told) => {
    effects.rows.push({ from: conversationOf(from), change: told })
  },
  outbound_read: ({ effects }, from, told) => {
    effects.reads.push({ conversation_id: from.id, read: told })
  },
  message_appeared: ({ reach, effects }, from, told) => {
    const { connection_id } = conversationOf(from)
    effects.appeared.push({ conversation_id: from.id, message: told })
    toChannel(reach, from, told)
    if (told.is_event) return
    if (told.imported !== true) seenLive(reach, connection_id, told)
    if (told.direction === "inbound") return
    if (told.imported !== true) reach.send({ kind: "connection", id: connection_id }, told)
    readOnReply(reach, from.id, told)
  },
  messages_recounted: ({ reach }, from, told) => toChannel(reach, from, told),
  message_owned: ({ reach }, from, told) => {
    if (told.imported !== true) reach.send({ kind: "connection", id: conversationOf(from).connection_id }, told)
    readOnReply(reach, from.id, told)
  },
  message_heard_live: ({ reach }, from, { direction, at, received, is_event, names }) => {
    if (is_event) return
    const { connection_id } = conversationOf(from)
    seenLive(reach, connection_id, { at, received })
    if (direction === "inbound") return
    const owned: MessageOwned = { type: "message_owned", at, received, names }
    reach.send({ kind: "connection", id: connection_id }, owned)
  },
  message_named: ({ reach }, from, told) => {
    toChannel(reach, from, told)
    if (told.is_send) reach.send({ kind: "connection", id: conversationOf(from).connection_id }, told)
  },
  person_told: ({ reach, effects }, from, told) => tellPerson(reach, effects, from, told),
  send_limits_told: ({ reach }, _, told) => {
    for (const connection of accountsOf(reach, told.account_id)) reach.send(connection, told)
  },
  fact_placed: ({ reach }, _, { fact }) => {
    reach.send(reach.conversation(fact.channel_type, fact.account_id, fact.external_thread_id, fact.received), fact)
  },
  threads_joined: ({ reach }, _, { account_id, channel_type, from, into, received }) => {
    const id = reach.identity.conversation(channel_type, account_id, from)
    // A thread that was only spoken of has no conversation yet.
    if (!reach.isThere({ kind: "conversation", id })) return
    const present = reach.presentThread(reach.identity.conversation(channel_type, account_id, into), into)
    // They are one already, where the other became part of this one.
    if (present === undefined || present.id === id) return
    const joined = { type: "thread_joined", into: present.thread, into_id: present.id, received } as const
    reach.send({ kind: "conversation", id }, joined)
  },
  calendar_settled: ({ reach }, from, told) => toChannel(reach, from, told),
  series_told: ({ reach }, _, { account_id, channel_type, instances, over_since, received }) => {
    for (const thread of instances) {
      const id = reach.identity.conversation(channel_type, account_id, thread)
      if (!reach.isThere({ kind: "conversation", id })) continue
      reach.send({ kind: "conversation", id }, { type: "series_settled", over_since, received } as const)
    }
  },
  conversation_handed_over: ({ reach, effects }, from, { into_id, into, was, received }) => {
    const { rows, reads, moves } = effects
    const after = { rows: rows.length, reads: reads.length, moves: moves.length }
    effects.joins.push({ from: from.id, into: into_id, after })
    const { connection_id, channel_id } = was
    const input = { id: into_id, connection_id, channel_id, external_thread_id: into, received }
    const absorbed = { type: "conversation_absorbed", was, received } as const
    reach.send({ kind: "conversation", id: into_id, input }, absorbed)
  },
  participant_claimed: ({ reach }, _, told) => claimed(reach, told),
  participant_identified: ({ reach, records }, _, { key, received }) =>
    records.match(reach, reach.person(key, received), received),
  participant_absorbed: ({ reach }, _, told) => toPerson(reach, told),
  person_merged_in: ({ reach, effects }, _, told) => mergedIn(reach, effects, told),
  contact_candidate: ({ reach }, _, told) => {
    // History asks for no contacts: who wrote then may write again.
    if (reach.event.history === true) return
    const person = reach.person(told.key, told.received)
    // In this very turn a record may have been found for the person.
    if (person === undefined || !isUnknown(person.context)) return
    if (reach.tenantContext?.auto_create_enabled === true) reach.send({ kind: "tenant", id: reach.tenant }, told)
  },
  contact_due: ({ reach }, _, told) => toPerson(reach, told),
  contact_approved: ({ reach }, _, told) => toPerson(reach, told),
  contact_requested: ({ reach, effects }, from) =>
    announceContact(new Announcer(reach, effects), reach, contextOf(from, "participant")),
  auth_changed: ({ reach }, from, told) => {
    reach.send({ kind: "channel", id: contextOf(from, "connection").channel_id }, told)
  },
  sync_wanted: ({ reach }, from, told) => syncWanted(reach, from, told),
  sync_opened: ({ reach }, _, told) => syncOpened(reach, told),
  sync_leased: ({ reach }, _, told) => {
    reach.send({ kind: "record", id: reach.identity.record(told.record_id) }, told)
  },
  sync_ended: ({ reach }, _, told) => syncEnded(reach, told),
  provider_access_told: ({ reach }, _, told) => {
    for (const connection of accountsOf(reach, null)) reach.send(connection, told)
  },
  task_started: ({ effects }, _, told) => {
    effects.tasks.push(told)
  },
  send_decided: ({ effects }, _, told) => {
    if (!told.allowed) return { type: "declined", decided: told }
    effects.decided = told
  },
  command_refused: (_, __, told) => ({ type: "refused", refusal: told })
}

/** Delivers one thing told; answers with a result when the turn ends with it. */
export const deliver = (to: Delivery, from: Living, told: Told): TurnResult | void =>
  delivery[told.type](to, from, told as never)

const conversationOf = (from: Living): ConversationContext => contextOf(from, "conversation")

const toChannel = (reach: Reach, from: Living, told: Extract<Told, { readonly received: number }>): void =>
  void reach.send({ kind: "channel", id: conversationOf(from).channel_id }, told)

const toPerson = (reach: Reach, told: Extract<Told, { readonly key: string; readonly received: number }>): void => {
  const person = reach.person(told.key, told.received)
  if (person !== undefined) reach.deliver(person, told)
}

/** One account, or all of them: connections are always in memory. */
const accountsOf = (reach: Reach, account_id: string | null): ReadonlyArray<Route> => {
  if (account_id === null) return reach.population.ofKind("connection")
  return [{ kind: "connection", id: reach.identity.connection(account_id) }]
}

/** A message that the provider brought, or that is of today, shows that its account runs; imported history does not. */
const seenLive = (
  reach: Reach,
  connection_id: string,
  { at, received }: Pick<MessageAppeared, "at" | "received">
): void => {
  const connection = reach.population.get("connection", connection_id)
  const seen: SeenLive = { type: "seen_live", at: Math.min(at, received), received }
  if (connection === undefined || !isFirstLive(connection.context, seen.at)) return
  if (reach.event.via === "webhook" || at > received - day) reach.deliver(connection, seen)
}

/** The tenant's policy at this moment, which is the same moment in a replay (CONTRACT 2.5 read_on). */
const readOnReply = (
  reach: Reach,
  conversation_id: string,
  { at, received }: { readonly at: number; readonly received: number }
): void => {
  if (reach.tenantContext?.read_on !== "reply") return
  const { event } = reach
  const recalled = event.type === "message_received" && event.recalled !== undefined ? { recalled: event.recalled } : {}
  const replied: OwnerReplied = { type: "owner_replied", at, received, ...recalled }
  reach.send({ kind: "conversation", id: conversation_id }, replied)
}
