/** An event of history as a caller tells it, checked: by the door, and by whoever wants to know beforehand what the door will say. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { HistoryEvent } from "./api/history.ts"
import { unknownRefused } from "./body.ts"
import { BodyInvalid } from "./faults.ts"
import { firstIssue } from "./schema-issue.ts"

const decode = Schema.decodeUnknownEffect(HistoryEvent, unknownRefused)
const isLabelled = Schema.is(Schema.Struct({ type: Schema.String }))
const kinds = new Set<string>(HistoryEvent.members.map((member) => member.fields.type.literal))

/** The event; fails with the field that is wrong, and the rule. */
export const historyIn = (value: unknown): Effect.Effect<typeof HistoryEvent.Type, BodyInvalid> =>
  isLabelled(value) && !kinds.has(value.type)
    ? Effect.fail(new BodyInvalid({ field: "type", rule: `must be one of ${[...kinds].join(", ")}` }))
    : decode(value).pipe(Effect.mapError((error) => new BodyInvalid(firstIssue(error))))
