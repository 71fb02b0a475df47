/** The header of commands that must not happen twice. */
import * as Schema from "effect/Schema"

export const idempotent = {
  "idempotency-key": Schema.optionalKey(Schema.String).annotate({
    description:
      "1 to 255 characters. A repeat with the same key and body is answered like the first and not applied again; with another body it is refused. Remembered for a day at least, unless 10 000 newer keys came."
  })
}
