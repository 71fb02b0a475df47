/** The faults of a payload that is JSON but not one that we can act on. */
import * as Schema from "effect/Schema"

/**
 * An authenticated payload that we cannot read. It is quarantined, not lost (I9, DESIGN §10). Neither
 * field nor rule quotes a value, so that they may be logged.
 */
export class Unreadable extends Schema.TaggedError<Unreadable>()("Unreadable", {
  /** Where in the payload, e.g. `sender.attendee_id`; empty for the payload itself. */
  field: Schema.String,
  rule: Schema.String,
  /** The account whose registered channel type would make the payload readable; null: nothing but a change of ours would. */
  account_id: Schema.NullOr(Schema.String),
  message: Schema.String
}) {}

/** The fault, with a message that names the cure. */
export const unreadable = (field: string, rule: string, account_id: string | null = null): Unreadable =>
  new Unreadable({
    field,
    rule,
    account_id,
    message: `Cannot read ${field === "" ? "the payload" : field}: ${rule}. It is kept in quarantine; replay it once the cause is gone.`
  })
