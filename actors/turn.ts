/**
 * One turn (I4): an event, and everything that follows from it, applied to all of its actors without a pause. Either all of it
 * happened or none: when an actor is asleep, a rule is broken, or a machine fails, every actor touched so far gets its earlier
 * snapshot back. Synchronous, no clock, no I/O; the tenant runtime is its only caller.
 */
import type { AnyMachineSnapshot } from "xstate"
import type { ConnectionContext } from "../machines/connection/context.ts"
import { day } from "../machines/connection/day.ts"
import type { SeenLive } from "../machines/connection/standing.ts"
import { isFirstLive } from "../machines/connection/standing.ts"
import type { ConversationContext } from "../machines/conversation/context.ts"
import type { ParticipantContext } from "../machines/participant/context.ts"
import { isUnknown } from "../machines/participant/contact.ts"
import { rankOf } from "../machines/participant/merging.ts"
import type { CrmRecord } from "../machines/record/record.ts"
import { contactKeys } from "../machines/record/record.ts"
import type { ActorKind, Event, RecordPut, RecordRemoved } from "../machines/events.ts"
import type {
  CommandRefused,
  MessageAppeared,
  OwnerReplied,
  OutboundRead,
  RowChanged,
  SendDecided,
  TaskStarted,
  Told
} from "../machines/told.ts"
import type { ChannelType } from "../machines/vocabulary.ts"
import { useOf } from "../machines/tenant/keys.ts"
import type { TenantContext, TenantEvent } from "../machines/tenant/machine.ts"
import { domainsOfKeys } from "./domains.ts"
import type { Identity } from "./identity.ts"
import type { Living } from "./living.ts"
import type { Address, Population } from "./population.ts"
import type { OutgoingEvent } from "./outgoing-event.ts"
import { contactRequested } from "./outgoing-event.ts"
import { RecordIndex, recordLimit } from "./record-index.ts"
import type { Route } from "./routes.ts"
import { routesOf } from "./routes.ts"

/** An actor that the turn changed, with its context before; null before means that the turn made it. */
export interface Change {
  readonly living: Living
  readonly before: any
}

/** The rows of the conversation `from` become those of `into`, by our ids. */
export interface RowJoin {
  readonly from: string
  readonly into: string
  readonly after: { readonly rows: number; readonly reads: number; readonly moves: number }
}

export interface Done {
  readonly type: "done"
  readonly changes: ReadonlyArray<Change>
  readonly rows: ReadonlyArray<{ readonly from: ConversationContext; readonly change: RowChanged }>
  readonly reads: ReadonlyArray<{ readonly conversation_id: string; readonly read: OutboundRead }>
  readonly appeared: ReadonlyArray<{ readonly conversation_id: string; readonly message: MessageAppeared }>
  readonly tasks: ReadonlyArray<TaskStarted>
  /** Rows of a conversation that name a participant who is another one from now on; by participant id, in order. */
  readonly moves: ReadonlyArray<{ readonly conversation_id: string; readonly from: string; readonly into: string }>
  /** Conversations whose rows are another one's from now on; `after` says how many of the above were decided before. */
  readonly joins: ReadonlyArray<RowJoin>
  /** What is to be announced to the CRM. */
  readonly outgoing: ReadonlyArray<OutgoingEvent>
  /** The CRM record that the turn changed; null in it: it is gone. */
  readonly record: { readonly record_id: string; readonly record: CrmRecord | null } | null
  readonly decided: SendDecided | null
  /** How an event with an Idempotency-Key ended, now or the first time; null for one without. */
  readonly keyed: "applied" | "duplicate" | null
}

export type TurnResult =
  | Done
  /** These actors sleep; wake them and run the turn again. */
  | { readonly type: "asleep"; readonly actors: ReadonlyArray<Address> }
  /** The event needs an actor that does not exist. */
  | { readonly type: "unknown"; readonly actor: Address }
  | { readonly type: "refused"; readonly refusal: CommandRefused }
  /** A send was asked for and not allowed: an answer, not an error. */
  | { readonly type: "declined"; readonly decided: SendDecided }
  | { readonly type: "failed"; readonly cause: unknown }

/** A turn in which nothing happens. */
const nothing = {
  type: "done",
  changes: [],
  rows: [],
  reads: [],
  appeared: [],
  tasks: [],
  outgoing: [],
  moves: [],
  joins: [],
  record: null,
  decided: null
} as const

/** Whether a webhook was understood and applied with this event; what only tells how one ended says so itself. */
const countsAsWebhook = ({ type, via, goes_on }: Event): boolean =>
  via === "webhook" && goes_on === undefined && type !== "webhook_failed" && type !== "webhook_noted"

/** Ends a turn early; never leaves this file. */
class Interruption {
  readonly result: TurnResult
  constructor(result: TurnResult) {
    this.result = result
  }
}

export class Turn {
  readonly #tenant: string
  readonly #identity: Identity
  readonly #population: Population
  readonly #records: RecordIndex
  #heard: Array<{ readonly from: Living; readonly told: Told }> = []
  #before = new Map<Living, AnyMachineSnapshot | null>()
  #asleep: Array<Address> = []
  #moves: Array<Done["moves"][number]> = []
  /** The journal entry that the event becomes, should anything come of it. */
  #seq = 0
  /** The record that this turn changed, as it was. */
  #record: { readonly record_id: string; readonly before: CrmRecord | null } | null = null

  constructor(tenant: string, identity: Identity, population: Population, records = new RecordIndex()) {
    this.#tenant = tenant
    this.#identity = identity
    this.#population = population
    this.#records = records
  }

  /** What the actors' `told` events are handed to; the population is made with it. */
  hear(from: Living, told: Told): void {
    this.#heard.push({ from, told })
  }

  run(event: Event, seq: number): TurnResult {
    this.#seq = seq
    this.#heard = []
    this.#before = new Map()
    this.#asleep = []
    this.#moves = []
    this.#record = null
    try {
      const result = this.#apply(event)
      if (this.#asleep.length > 0) return this.#undo({ type: "asleep", actors: this.#asleep })
      return result.type === "done" ? result : this.#undo(result)
    } catch (cause) {
      return this.#undo(cause instanceof Interruption ? cause.result : { type: "failed", cause })
    }
  }

  #apply(event: Event): TurnResult {
    const used = event.once === undefined ? undefined : useOf(this.#tenantContext()!.facts.keys, event.once.key)
    if (used !== undefined) {
      if (used.print === event.once!.print) return { ...nothing, keyed: used.outcome, decided: used.decided ?? null }
      const rule = "was given before, with another content; a new event needs a new key"
      return { type: "refused", refusal: { type: "command_refused", field: "idempotency_key", rule } }
    }
    const routes = routesOf(
      event,
      this.#tenant,
      this.#identity,
      () => this.#population.ofKind("connection") as ReadonlyArray<Living & Address>
    )
    if (countsAsWebhook(event))
      this.#send({ kind: "tenant", id: this.#tenant }, { type: "webhook_accepted", received: event.received })
    if (event.type === "record_put" || event.type === "record_removed") {
      const refusal = this.#changeRecord(event)
      if (refusal !== null) return { type: "refused", refusal }
    }
    for (const route of routes) this.#send(route, event)
    if (event.type === "connection_registered") this.#tellTenant(event)
    const rows: Array<Done["rows"][number]> = []
    const reads: Array<Done["reads"][number]> = []
    const appeared: Array<Done["appeared"][number]> = []
    const tasks: Array<TaskStarted> = []
    const joins: Array<RowJoin> = []
    const outgoing: Array<OutgoingEvent> = []
    let decided: SendDecided | null = null
    for (let next = 0; next < this.#heard.length; next++) {
      const { from, told } = this.#heard[next]!
      switch (told.type) {
        case "row_changed":
          rows.push({ from: from.context, change: told })
          break
        case "outbound_read":
          reads.push({ conversation_id: from.id, read: told })
          break
        case "message_appeared": {
          const { channel_id, connection_id } = from.context as ConversationContext
          appeared.push({ conversation_id: from.id, message: told })
          this.#send({ kind: "channel", id: channel_id }, told)
          if (told.is_event) break
          this.#seenLive(connection_id, told, event)
          this.#tellPerson(from, told)
          if (told.direction === "outbound") {
            this.#send({ kind: "connection", id: connection_id }, told)
            this.#readOnReply(from.id, told, event)
          }
          break
        }
        case "message_counted":
          this.#send({ kind: "channel", id: (from.context as ConversationContext).channel_id }, told)
          this.#tellPerson(from, told)
          break
        case "message_owned":
          this.#send({ kind: "connection", id: (from.context as ConversationContext).connection_id }, told)
          this.#readOnReply(from.id, told, event)
          break
        case "message_named": {
          const { channel_id, connection_id } = from.context as ConversationContext
          this.#send({ kind: "channel", id: channel_id }, told)
          if (told.is_send) this.#send({ kind: "connection", id: connection_id }, told)
          break
        }
        case "send_limits_told":
          for (const connection of this.#accountsOf(told.account_id)) this.#send(connection, told)
          break
        case "message_discounted":
          this.#send({ kind: "channel", id: (from.context as ConversationContext).channel_id }, told)
          this.#tellPerson(from, told)
          break
        case "person_shown":
        case "person_acted":
        case "membership_changed":
          this.#tellPerson(from, told)
          break
        case "fact_placed": {
          const { fact } = told
          this.#send(
            this.#conversation(fact.channel_type, fact.account_id, fact.external_thread_id, fact.received),
            fact
          )
          break
        }
        case "threads_joined": {
          const { account_id, channel_type, into, received } = told
          const id = this.#identity.conversation(channel_type, account_id, told.from)
          // A thread that was only spoken of has no conversation yet.
          if (!this.#isThere({ kind: "conversation", id })) break
          const into_id = this.#identity.conversation(channel_type, account_id, into)
          const joined = { type: "thread_joined", into, into_id, received } as const
          this.#send({ kind: "conversation", id }, joined)
          break
        }
        case "calendar_settled":
          this.#send({ kind: "channel", id: (from.context as ConversationContext).channel_id }, told)
          break
        case "series_told": {
          const { account_id, channel_type, over_since, received } = told
          const settled = { type: "series_settled", over_since, received } as const
          for (const thread of told.instances) {
            const id = this.#identity.conversation(channel_type, account_id, thread)
            if (this.#isThere({ kind: "conversation", id })) this.#send({ kind: "conversation", id }, settled)
          }
          break
        }
        case "conversation_handed_over": {
          const { connection_id, channel_id } = told.was
          const after = { rows: rows.length, reads: reads.length, moves: this.#moves.length }
          joins.push({ from: from.id, into: told.into_id, after })
          const input = {
            id: told.into_id,
            connection_id,
            channel_id,
            external_thread_id: told.into,
            received: told.received
          }
          const absorbed = { type: "conversation_absorbed", was: told.was, received: told.received } as const
          this.#send({ kind: "conversation", id: told.into_id, input }, absorbed)
          break
        }
        case "participant_claimed": {
          // Whoever claimed may have become somebody else in the meantime.
          const [claimant, claimed] = [this.#person(told.by, told.received), this.#person(told.key, told.received)]
          if (claimant === undefined || claimed === undefined || claimant === claimed) break
          this.#deliver(claimed, { ...told, by: rankOf(claimant.context) })
          break
        }
        case "participant_identified":
          this.#match(this.#person(told.key, told.received), told.received)
          break
        case "contact_candidate": {
          const tenant = this.#tenantContext()
          const person = this.#person(told.key, told.received)
          // In this very turn a record may have been found for the person.
          if (person === undefined || !isUnknown(person.context)) break
          if (tenant?.auto_create_enabled === true) this.#send({ kind: "tenant", id: this.#tenant }, told)
          break
        }
        case "contact_due":
        case "contact_approved": {
          const person = this.#person(told.key, told.received)
          if (person !== undefined) this.#deliver(person, told)
          break
        }
        case "contact_requested": {
          const tenant = this.#tenantContext()
          if (tenant !== undefined) outgoing.push(contactRequested(from.context, tenant, this.#identity, told.received))
          break
        }
        case "participant_absorbed": {
          const survivor = this.#person(told.key, told.received)
          if (survivor !== undefined) this.#deliver(survivor, told)
          break
        }
        case "person_merged_in": {
          const survivor = this.#person(told.into, told.received)
          if (survivor === undefined) break
          for (const id of told.conversations) {
            const conversation = this.#population.get("conversation", id)
            if (conversation !== undefined) this.#tellMerged(conversation, told.from, survivor, told.received)
            else this.#needs({ kind: "conversation", id })
          }
          break
        }
        case "auth_changed":
          this.#send({ kind: "channel", id: from.context.channel_id }, told)
          break
        case "task_started":
          tasks.push(told)
          break
        case "send_decided":
          if (!told.allowed) return { type: "declined", decided: told }
          decided = told
          break
        case "command_refused":
          return { type: "refused", refusal: told }
      }
    }
    const keyed =
      event.once === undefined
        ? null
        : this.#record !== null || this.#changes().length > 0
          ? ("applied" as const)
          : ("duplicate" as const)
    if (keyed !== null) {
      const told = { type: "key_used", once: event.once!, outcome: keyed, received: event.received } as const
      this.#tellTenant(decided === null ? told : { ...told, decided })
    }
    const record = this.#recordChange()
    const moves = this.#moves
    return {
      type: "done",
      changes: this.#changes(),
      rows,
      reads,
      appeared,
      tasks,
      outgoing,
      moves,
      joins,
      record,
      decided,
      keyed
    }
  }

  #changes(): ReadonlyArray<Change> {
    const changes: Array<Change> = []
    for (const [living, before] of this.#before) {
      if (before === null || living.context !== before.context)
        changes.push({ living, before: before?.context ?? null })
    }
    return changes
  }

  #tenantContext(): TenantContext | undefined {
    return this.#population.get("tenant", this.#tenant)?.context
  }

  /** The tenant is always in memory when there is one. */
  #tellTenant(event: TenantEvent): void {
    if (this.#tenantContext() !== undefined) this.#send({ kind: "tenant", id: this.#tenant }, event)
  }

  /** The tenant's policy at this moment, which is the same moment in a replay (CONTRACT 2.5 read_on). */
  #readOnReply(
    conversation_id: string,
    { at, received }: Pick<MessageAppeared, "at" | "received">,
    event: Event
  ): void {
    if (this.#tenantContext()?.read_on !== "reply") return
    const recalled =
      event.type === "message_received" && event.recalled !== undefined ? { recalled: event.recalled } : {}
    this.#send({ kind: "conversation", id: conversation_id }, {
      type: "owner_replied",
      at,
      received,
      ...recalled
    } as OwnerReplied)
  }

  /** A message that the provider brought, or that is of today, shows that its account runs; imported history does not. */
  #seenLive(connection_id: string, { at, received }: MessageAppeared, event: Event): void {
    const connection = this.#population.get("connection", connection_id)
    const seen: SeenLive = { type: "seen_live", at: Math.min(at, received), received }
    if (connection === undefined || !isFirstLive(connection.context as ConnectionContext, seen.at)) return
    if (event.via === "webhook" || at > received - day) this.#deliver(connection, seen)
  }

  /** One account, or all of them: connections are always in memory. */
  #accountsOf(account_id: string | null): ReadonlyArray<Route> {
    if (account_id === null) return this.#population.ofKind("connection") as ReadonlyArray<Living & Address>
    return [{ kind: "connection", id: this.#identity.connection(account_id) }]
  }

  #conversation(channel_type: ChannelType, account_id: string, external_thread_id: string, received: number): Route {
    const id = this.#identity.conversation(channel_type, account_id, external_thread_id)
    const connection_id = this.#identity.connection(account_id)
    const channel_id = this.#identity.channel(channel_type, account_id)
    return { kind: "conversation", id, input: { id, connection_id, channel_id, external_thread_id, received } }
  }

  /** Nobody hears what nobody did. */
  #tellPerson(
    from: Living,
    told: Extract<Told, { readonly key: string | null }> & { readonly received: number }
  ): void {
    if (told.key === null) return
    const person = this.#person(told.key, told.received)
    if (person === undefined) return
    this.#deliver(person, told)
    // A conversation that has not heard of a merge yet hears of it now.
    if (from.kind === "conversation") this.#tellMerged(from, told.key, person, told.received)
  }

  /** The participant of a key, or the one that it became part of; made when there is none. Undefined: somebody on the way sleeps. */
  #person(key: string, received: number): Living | undefined {
    for (let next = key; ;) {
      const id = this.#identity.participant(next)
      const route: Route = { kind: "participant", id, input: { id, key: next, received } }
      const living = this.#population.get("participant", id) ?? this.#make(route, received)
      const into = (living?.context as ParticipantContext | undefined)?.facts.merged_into ?? null
      if (into === null) return living
      next = into
    }
  }

  #tellMerged(conversation: Living, from: string, survivor: Living, received: number): void {
    const into = (survivor.context as ParticipantContext).facts.key
    if (from === into) return
    const before = conversation.context
    this.#deliver(conversation, { type: "person_merged", from, into, received })
    if (conversation.context === before) return
    const ids = { from: this.#identity.participant(from), into: survivor.id }
    this.#moves.push({ conversation_id: conversation.id, ...ids })
  }

  #send(route: Route, event: { readonly type: string; readonly received: number }): void {
    const living = this.#population.get(route.kind, route.id) ?? this.#make(route, event.received)
    if (living === undefined) return
    const into = route.kind === "participant" ? (living.context as ParticipantContext).facts.merged_into : null
    const present = into === null ? living : this.#person(into, event.received)
    if (present !== undefined) this.#deliver(present, event)
  }

  #deliver<E extends { readonly type: string; readonly received: number }>(living: Living, event: E): void {
    const now = event.received
    if (!this.#before.has(living)) this.#before.set(living, living.snapshot)
    living.touched = now
    // What arrived before what is a fact of the journal, so a replay gives the same (I2).
    living.send(living.kind === "conversation" ? { ...event, seq: this.#seq } : event)
  }

  #changeRecord(event: RecordPut | RecordRemoved): CommandRefused | null {
    const record = event.type === "record_put" ? event.record : null
    const record_id = event.type === "record_put" ? event.record.record_id : event.record_id
    const known = this.#records.get(record_id)
    if (JSON.stringify(known) === JSON.stringify(record)) return null
    if (known === null && this.#records.size >= recordLimit) {
      return { type: "command_refused", field: "record_id", rule: `is one too many: a tenant has ${recordLimit}` }
    }
    this.#record = { record_id, before: this.#records.set(record_id, record) }
    const keys = [known, record].flatMap((each) => (each === null ? [] : contactKeys(each).map(([key]) => key)))
    for (const key of new Set(keys)) {
      const address = { kind: "participant", id: this.#identity.participant(key) } as const
      const isThere = this.#population.get("participant", address.id) !== undefined
      // Nobody is made for a record: a person that was never seen has no participant.
      if (isThere || this.#needs(address))
        this.#match(isThere ? this.#person(key, event.received) : undefined, event.received)
    }
    return null
  }

  #recordChange(): Done["record"] {
    if (this.#record === null) return null
    return { record_id: this.#record.record_id, record: this.#records.get(this.#record.record_id) }
  }

  /** Tells a participant which records match what it is known by, at this moment, which is the same moment in a replay. */
  #match(participant: Living | undefined, received: number): void {
    if (participant === undefined) return
    const { keys } = (participant.context as ParticipantContext).facts
    const isByDomain = this.#tenantContext()?.auto_link_by_domain
    const companies = isByDomain === false ? [] : this.#records.companies(domainsOfKeys(keys))
    this.#deliver(participant, { type: "records_matched", contacts: this.#records.contacts(keys), companies, received })
  }

  /** Whether there is such an actor, awake or asleep. */
  #isThere(address: Address): boolean {
    return this.#population.get(address.kind, address.id) !== undefined || !this.#population.isVacant(address)
  }

  /** Whether the actor sleeps; the turn is run again with it. */
  #needs(address: Address): boolean {
    if (this.#population.isVacant(address)) return false
    if (!this.#asleep.some(({ kind, id }) => kind === address.kind && id === address.id)) {
      this.#asleep.push({ kind: address.kind, id: address.id })
    }
    return true
  }

  #make(route: Route, now: number): Living | undefined {
    if (this.#needs(route)) return undefined
    if (route.input === undefined) {
      throw new Interruption({ type: "unknown", actor: { kind: route.kind as ActorKind, id: route.id } })
    }
    const living = this.#population.make(route.kind, route.id, route.input, now)
    this.#before.set(living, null)
    return living
  }

  #undo<R extends TurnResult>(result: R): R {
    if (this.#record !== null) this.#records.set(this.#record.record_id, this.#record.before)
    for (const [living, before] of this.#before) {
      if (before === null) this.#population.remove(living)
      else if (living.snapshot !== before) living.restore(before)
    }
    // What the turn made and undid is still not in the database.
    for (const [living, before] of this.#before) {
      if (before === null && living.kind !== "presence") this.#population.markVacant(living as Living & Address)
    }
    return result
  }
}
