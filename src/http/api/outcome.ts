/** What became of a command that has nothing else to show. */
import * as Schema from "effect/Schema"

export const Outcome = Schema.Struct({ outcome: Schema.Literals(["applied", "duplicate"]) })
