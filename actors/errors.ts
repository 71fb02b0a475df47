/** What can go wrong between a request and a tenant's turn. Each error names the fault and the cure. */
import * as Schema from "effect/Schema"

/** There is no such tenant. */
export class TenantUnknown extends Schema.TaggedError<TenantUnknown>()("TenantUnknown", { tenant: Schema.String }) {
  override get message() {
    return `There is no tenant "${this.tenant}". Create it with PUT /v1/tenants/${this.tenant}.`
  }
}

/** A mailbox is at its limit, the tenant's or that of all tenants: events wait for the database faster than it takes them (DESIGN §4). */
export class MailboxFull extends Schema.TaggedError<MailboxFull>()("MailboxFull", {
  /** Null: those of all tenants together. */
  tenant: Schema.NullOr(Schema.String),
  limit: Schema.Int,
  retry_after_s: Schema.Int
}) {
  override get message() {
    const whose = this.tenant === null ? "all tenants together" : `"${this.tenant}"`
    return `${this.limit} events of ${whose} are waiting to be made durable. Send this one again in ${this.retry_after_s} s.`
  }
}

/** Cuts are not written as fast as events come: memory holds as much as it may that stands in no table yet (I8). */
export class CutBehind extends Schema.TaggedError<CutBehind>()("CutBehind", {
  /** Whose share is used up; null: that of all tenants together. */
  tenant: Schema.NullOr(Schema.String),
  limit: Schema.Int,
  /** Of what the limit is: the number of events, or the characters that they weigh. */
  unit: Schema.Literals(["events", "characters"]),
  retry_after_s: Schema.Int
}) {
  override get message() {
    const whose = this.tenant === null ? "all tenants together" : `"${this.tenant}"`
    const held = this.unit === "events" ? `${this.limit} events` : `Events with ${this.limit} characters`
    return `${held} of ${whose} are in no snapshot yet: none can be written, or not as fast as events come. Send this one again in ${this.retry_after_s} s; the log says why.`
  }
}

/**
 * A limit of a tenant's memory is reached (I8): the number of its connections, or the weight of its connections, channels and
 * records. None of them can sleep, so a new one is refused.
 */
export class TenantFull extends Schema.TaggedError<TenantFull>()("TenantFull", {
  tenant: Schema.String,
  /** What would be one more. */
  kind: Schema.Literals(["connection", "record"]),
  /** Connections, or bytes of the heap. */
  limit: Schema.Int,
  unit: Schema.Literals(["connections", "bytes"])
}) {
  override get message() {
    const held =
      this.unit === "connections"
        ? `"${this.tenant}" has ${this.limit} connections, and a tenant has no more`
        : `Connections, channels and records of "${this.tenant}" take ${Math.ceil(this.limit / 2 ** 20)} MiB of memory, all that there is for them`
    return `${held}: no ${this.kind} was added. Divide the accounts among tenants, or give the process a larger heap (NODE_OPTIONS=--max-old-space-size=…).`
  }
}

/** The database does not answer, and this needs it. */
export class DatabaseAway extends Schema.TaggedError<DatabaseAway>()("DatabaseAway", {}) {
  override get message() {
    return "The database does not answer. Nothing was changed; try again in a moment."
  }
}

/**
 * The tenant's journal or snapshots are not what this process can go on from: a hole, or a newer version. Nothing of the tenant
 * is served or overwritten until somebody has looked; other tenants go on.
 */
export class TenantHalted extends Schema.TaggedError<TenantHalted>()("TenantHalted", {
  tenant: Schema.String,
  problem: Schema.String,
  cure: Schema.String
}) {
  override get message() {
    return `"${this.tenant}" is halted: ${this.problem}; ${this.cure}.`
  }
}

/**
 * A command breaks a rule; nothing changed (DESIGN §10: 422). 409 where what is under way stands in its way, 429 where time alone
 * helps.
 */
export class RuleBroken extends Schema.TaggedError<RuleBroken>()("RuleBroken", {
  field: Schema.String,
  rule: Schema.String,
  retry_after_s: Schema.optionalKey(Schema.Int),
  is_conflict: Schema.optionalKey(Schema.Boolean)
}) {
  override get message() {
    return `${this.field} ${this.rule}. Nothing was changed.`
  }
}

/** No such connection, conversation, participant, … in this tenant. */
export class ActorUnknown extends Schema.TaggedError<ActorUnknown>()("ActorUnknown", {
  kind: Schema.String,
  id: Schema.String
}) {
  override get message() {
    return `There is no ${this.kind} "${this.id}" in this tenant.`
  }
}

/** The event names an account that is not registered: it has to wait for its registration (I9). */
export class AccountUnknown extends Schema.TaggedError<AccountUnknown>()("AccountUnknown", {
  account_id: Schema.String
}) {
  override get message() {
    return `Account "${this.account_id}" is not registered. Register it with PUT …/connections/${this.account_id}.`
  }
}

/** Another process writes this tenant's journal (I6). What was not acknowledged here must be sent again. */
export class OwnershipLost extends Schema.TaggedError<OwnershipLost>()("OwnershipLost", { tenant: Schema.String }) {
  override get message() {
    return `The journal of "${this.tenant}" does not end where this process left it: another process has taken over, or the database lost its newest entries. This event was not applied; send it again.`
  }
}

/**
 * An event before this one can never be journaled, so what was built upon it was dropped, and the tenant is loaded again as its
 * journal knows it.
 */
export class MemoryDropped extends Schema.TaggedError<MemoryDropped>()("MemoryDropped", {
  tenant: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `The memory of "${this.tenant}" was dropped: ${this.reason}. This event was not applied; send it again.`
  }
}

/** An event that our own rules or the journal could not digest: a defect of ours, kept for replay, nothing changed. */
export class EventIndigestible extends Schema.TaggedError<EventIndigestible>()("EventIndigestible", {
  type: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `The event "${this.type}" could not be applied: ${this.detail}. Nothing was changed; it can be replayed after a fix.`
  }
}

/** What a submitted event can end in besides an answer. */
export type SubmitError =
  | TenantUnknown
  | MailboxFull
  | CutBehind
  | TenantFull
  | RuleBroken
  | ActorUnknown
  | AccountUnknown
  | OwnershipLost
  | MemoryDropped
  | DatabaseAway
  | TenantHalted
  | EventIndigestible
