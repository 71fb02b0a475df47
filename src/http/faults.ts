/** The faults that the HTTP edge itself finds. What an actor finds stands in actors/errors.ts; statuses in problem.ts. */
import * as Schema from "effect/Schema"

/** No key, or none that we gave out. */
export class Unauthorised extends Schema.TaggedError<Unauthorised>()("Unauthorised", { scheme: Schema.String }) {
  override get message() {
    return "The credentials are missing or wrong. Send Authorization: Bearer <api key>, or the secret of the webhook."
  }
}

/** A good key, for something else. */
export class Forbidden extends Schema.TaggedError<Forbidden>()("Forbidden", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

/** A signed request that is too old, or from too far ahead. */
export class Replayed extends Schema.TaggedError<Replayed>()("Replayed", { tolerance_s: Schema.Int }) {
  override get message() {
    return `The signature is right, but its time is more than ${this.tolerance_s} s from ours. Sign the request again; check both clocks.`
  }
}

/** The body is longer than is accepted. */
export class BodyTooLarge extends Schema.TaggedError<BodyTooLarge>()("BodyTooLarge", { limit: Schema.Int }) {
  override get message() {
    return `The body is longer than ${this.limit} bytes. Split it.`
  }
}

/** The body did not arrive whole. */
export class BodyCutShort extends Schema.TaggedError<BodyCutShort>()("BodyCutShort", {}) {
  override get message() {
    return "The body could not be read to its end. Send the request again."
  }
}

/** The body is JSON, but not what the endpoint takes. */
export class BodyInvalid extends Schema.TaggedError<BodyInvalid>()("BodyInvalid", {
  field: Schema.String,
  rule: Schema.String
}) {
  override get message() {
    return `${this.field === "" ? "The body" : this.field}: ${this.rule}. Nothing was changed.`
  }
}

/** A part of the path or the query is not what the endpoint takes. */
export class ParameterInvalid extends Schema.TaggedError<ParameterInvalid>()("ParameterInvalid", {
  field: Schema.String,
  rule: Schema.String
}) {
  override get message() {
    return `${this.field}: ${this.rule}.`
  }
}

/** Nothing answers under this path. */
export class RouteUnknown extends Schema.TaggedError<RouteUnknown>()("RouteUnknown", { path: Schema.String }) {
  override get message() {
    return `There is nothing at ${this.path}. All endpoints stand in /openapi.json and, to be read, at /docs.`
  }
}

/** The path exists, for other methods. */
export class MethodUnknown extends Schema.TaggedError<MethodUnknown>()("MethodUnknown", {
  method: Schema.String,
  allowed: Schema.Array(Schema.String)
}) {
  override get message() {
    return `${this.method} is not possible here; ${this.allowed.join(", ")} is.`
  }
}

/** Nothing can be written to the journal; `why` says how that was seen. */
export class JournalStuck extends Schema.TaggedError<JournalStuck>()("JournalStuck", { why: Schema.String }) {
  override get message() {
    return `Events cannot be made durable: ${this.why}. They are taken until the mailboxes are full, and answered when they can.`
  }
}
