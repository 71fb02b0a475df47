/** What can go wrong when UniPile is asked. Each error names the fault and the cure. */
import * as Schema from "effect/Schema"

/** The key is wrong, or may not do this. Asking again with the same key helps nobody. */
export class KeyRefused extends Schema.TaggedError<KeyRefused>()("KeyRefused", { status: Schema.Int }) {
  override get message() {
    return `UniPile refuses the API key (${this.status}). Set a good one with PUT …/provider-access.`
  }
}

/** The account itself is in the way: it is signed out, say. Other accounts can be asked. */
export class AccountRefused extends Schema.TaggedError<AccountRefused>()("AccountRefused", {
  account_id: Schema.String,
  kind: Schema.String
}) {
  override get message() {
    return `UniPile cannot ask the network for the account ${this.account_id}: ${this.kind}. Sign it in again.`
  }
}

/** What was asked for is not there (any more). */
export class ObjectGone extends Schema.TaggedError<ObjectGone>()("ObjectGone", { path: Schema.String }) {
  override get message() {
    return `UniPile has no ${this.path}.`
  }
}

/** UniPile answers, and not with what was asked for: too many requests, or a fault of its own. Several tries ended so. */
export class ProviderBusy extends Schema.TaggedError<ProviderBusy>()("ProviderBusy", {
  status: Schema.Int,
  path: Schema.String,
  /** What the answer told to wait, milliseconds; null: nothing. */
  retry_after: Schema.NullOr(Schema.Number)
}) {
  override get message() {
    return `UniPile answers ${this.status} to ${this.path}, again and again. The next sync goes on where this one ended.`
  }
}

/** No answer: nobody listens, the connection broke, or it took too long. Several tries ended so. */
export class ProviderAway extends Schema.TaggedError<ProviderAway>()("ProviderAway", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `UniPile does not answer to ${this.path}: ${this.reason}. Check the base URL of PUT …/provider-access, and the network.`
  }
}

/** The answer is no JSON, is cut short, or is no list. Several tries ended so. */
export class AnswerUnreadable extends Schema.TaggedError<AnswerUnreadable>()("AnswerUnreadable", {
  path: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `UniPile's answer to ${this.path} cannot be read: ${this.problem}.`
  }
}

/** A refusal that is none of the others: a parameter that UniPile does not take, say. */
export class RequestRefused extends Schema.TaggedError<RequestRefused>()("RequestRefused", {
  status: Schema.Int,
  path: Schema.String,
  kind: Schema.String
}) {
  override get message() {
    return `UniPile refuses ${this.path} with ${this.status} (${this.kind}).`
  }
}

/** A list names a cursor that it has named before: going on would never end. */
export class CursorLoops extends Schema.TaggedError<CursorLoops>()("CursorLoops", {
  path: Schema.String,
  cursor: Schema.String
}) {
  override get message() {
    return `UniPile's list ${this.path} leads back to the cursor "${this.cursor.slice(0, 80)}": it would never end.`
  }
}

/** A list gives the page before once more under a new cursor. */
export class PageRepeats extends Schema.TaggedError<PageRepeats>()("PageRepeats", {
  path: Schema.String,
  cursor: Schema.String
}) {
  override get message() {
    return `UniPile's list ${this.path} gives the same page again after the cursor "${this.cursor.slice(0, 80)}": it would never end.`
  }
}

/** The address is one that must not be reached (src/outgoing/reach.ts). */
export class AddressRefused extends Schema.TaggedError<AddressRefused>()("AddressRefused", { host: Schema.String }) {
  override get message() {
    return `The address ${this.host} is not public, and the operator has not allowed it (SWITCHBOARD_OUTGOING_ALLOW).`
  }
}

export type RestError =
  | KeyRefused
  | AccountRefused
  | ObjectGone
  | ProviderBusy
  | ProviderAway
  | AnswerUnreadable
  | RequestRefused
  | CursorLoops
  | PageRepeats
  | AddressRefused
