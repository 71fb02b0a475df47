/** What the server answers, as far as the command line reads it; what else there is stays as it is. */
import * as Schema from "effect/Schema"

const nextCursor = Schema.NullOr(Schema.String)

const Quarantined = Schema.Struct({
  id: Schema.String,
  received_at: Schema.String,
  source: Schema.String,
  size_bytes: Schema.Number,
  replayed_at: Schema.NullOr(Schema.String),
  reason: Schema.String
})
export const QuarantinePage = Schema.Struct({ items: Schema.Array(Quarantined), next_cursor: nextCursor })

export const ReplayedOne = Schema.Struct({ outcome: Schema.Literals(["applied", "duplicate", "waiting"]) })

export const ReplayedPage = Schema.Struct({
  applied: Schema.Number,
  duplicate: Schema.Number,
  waiting: Schema.Number,
  unreadable: Schema.Number,
  remaining: Schema.Number,
  next_cursor: nextCursor
})

const Waiting = Schema.Struct({
  id: Schema.String,
  account_id: Schema.String,
  received_at: Schema.String,
  source: Schema.String,
  size_bytes: Schema.Number
})
const WaitingAccount = Schema.Struct({
  account_id: Schema.String,
  payloads: Schema.Number,
  oldest_received_at: Schema.String
})
export const WaitingPage = Schema.Struct({
  accounts: Schema.Array(WaitingAccount),
  items: Schema.Array(Waiting),
  next_cursor: nextCursor
})

/** How many of the payloads of an account ended how. */
export const ReplayedAccount = Schema.Record(Schema.String, Schema.Number)

/** A kept payload with its bytes, and what would be read in it now. */
export const KeptPayload = Schema.StructWithRest(
  Schema.Struct({
    size_bytes: Schema.Number,
    encoding: Schema.String,
    body: Schema.String,
    now: Schema.Union([
      Schema.Struct({ readable: Schema.Literal(true), events: Schema.Array(Schema.String) }),
      Schema.Struct({ readable: Schema.Literal(false), reason: Schema.String })
    ])
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
)

const Refusal = Schema.StructWithRest(Schema.Struct({ status: Schema.Number, detail: Schema.String }), [
  Schema.Record(Schema.String, Schema.Unknown)
])
/** What became of a batch of history, event by event. */
export const Brought = Schema.Struct({
  results: Schema.Array(
    Schema.Union([
      Schema.Struct({ outcome: Schema.Literals(["applied", "duplicate"]) }),
      Schema.Struct({ error: Refusal })
    ])
  ),
  counts: Schema.Struct({ applied: Schema.Number, duplicate: Schema.Number, refused: Schema.Number })
})

export const FeedToken = Schema.Struct({ token: Schema.String })
