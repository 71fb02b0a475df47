/**
 * What a tenant's runtime holds: the actors and their projections, the mailbox, and how far the journal and the cuts have come.
 * It decides nothing; the turns that change it are the runtime's.
 */
import { Hub, hubLimits } from "../feed/hub.ts"
import { Deadlines } from "../memory/deadlines.ts"
import { Identity } from "../memory/identity.ts"
import { Population } from "../memory/population.ts"
import { RecordIndex } from "../memory/record-index.ts"
import { Figures } from "../views/figures.ts"
import type { Inbox } from "../views/inbox.ts"
import { messagesOf, paces, presentOn, topicView } from "../views/topics.ts"
import { AuditTrail } from "./audit-trail.ts"
import { LiveMessages } from "./live-messages.ts"
import type { MailboxLimits } from "./mailbox.ts"
import { Mailbox } from "./mailbox.ts"
import { Presences } from "./presences.ts"
import { RowChanges } from "./row-changes.ts"
import { Scopes } from "./scopes.ts"
import type { SettledLimits } from "./settled.ts"
import { Settled } from "./settled.ts"
import type { SharedWeight } from "./shared-bounds.ts"

export interface RuntimeLimits extends SettledLimits, MailboxLimits {
  /** What actors weigh that may sleep, and what the feed holds, for all tenants of the process. */
  readonly residents?: SharedWeight
  readonly feed?: SharedWeight
}

/** What a tenant's memory starts from: its journal entry `seq`, the totals and the records as of then. */
export interface Start {
  readonly seq: number
  readonly inbox: Inbox
  readonly records?: RecordIndex
}

/**
 * Changed message rows from which a cut is due early: it bounds memory between two cuts (I8), and on the embedded database,
 * whose one connection the journal shares, how long an answer waits for a cut.
 */
const changedRowsPerCut = 4_000

export class TenantState {
  readonly tenant: string
  readonly limits: RuntimeLimits
  readonly identity: Identity
  readonly population = new Population()
  readonly records: RecordIndex
  readonly settled: Settled
  readonly rows: RowChanges
  /** Messages of the conversations that somebody reads. */
  readonly messages: LiveMessages
  readonly audit: AuditTrail
  readonly deadlines = new Deadlines()
  readonly figures = new Figures()
  readonly inbox: Inbox
  /** Parts of it that somebody watches. */
  readonly scopes = new Scopes()
  readonly hub: Hub
  readonly presences: Presences
  readonly mailbox: Mailbox
  /** The newest journal entry. */
  seq: number
  /** The newest entry that is durable. */
  durableSeq: number
  /** The newest entry that a cut holds. */
  checkpointSeq: number

  /** `rearm` is called when deadlines have changed. */
  constructor(tenant: string, start: Start, limits: RuntimeLimits, rearm: () => void) {
    this.tenant = tenant
    this.limits = limits
    this.identity = new Identity(tenant)
    this.records = start.records ?? new RecordIndex()
    this.settled = new Settled(tenant, this.identity, this.population, this.records, limits)
    this.messages = new LiveMessages(this.identity, this.population)
    this.rows = new RowChanges(this.identity, this.messages)
    this.audit = new AuditTrail(this.identity)
    this.inbox = start.inbox
    this.hub = new Hub({
      view: (topic) => topicView(this, topic),
      present: (topic) => presentOn(this, topic),
      forgotten: (topic) => {
        const conversation = messagesOf(topic)
        if (conversation !== null) this.messages.close(conversation)
        this.scopes.close(topic)
      },
      schedule: (run, after) => void setTimeout(run, after),
      epoch: () => crypto.randomUUID(),
      paces,
      limits: hubLimits,
      isCrowded: () => this.limits.feed?.isCrowdedBy(this.hub) === true
    })
    this.presences = new Presences(this, this.deadlines, this.hub, rearm)
    this.mailbox = new Mailbox(tenant, limits)
    this.seq = this.durableSeq = this.checkpointSeq = start.seq
  }

  /** Events that memory holds and no cut does. */
  get uncut(): number {
    return this.seq - this.checkpointSeq
  }

  /** What the uncut events weigh; `cutHolds` says of how much a cut has taken over. */
  get uncutWeight(): number {
    return this.mailbox.uncutWeight
  }

  get mostUncut(): number {
    return this.mailbox.mostUncut
  }

  /** Events admitted and not answered yet. */
  get admitted(): number {
    return this.mailbox.admitted
  }

  /** The weight of the whole backlog, in characters. */
  get weight(): number {
    return this.mailbox.weight
  }

  /** Whether so much has gathered that a cut is due, whatever the interval: rows, events, or what they weigh. */
  get isCutDue(): boolean {
    return this.rows.size >= changedRowsPerCut || this.isPressed
  }

  /** Whether cuts follow each other without a pause (`Mailbox.isPressed`). */
  get isPressed(): boolean {
    return this.mailbox.isPressed(this.uncut)
  }

  /** A cut holds everything up to `seq`, and events of that weight less wait for one. */
  cutHolds(seq: number, weight: number): void {
    this.checkpointSeq = seq
    this.mailbox.release(weight)
  }
}
