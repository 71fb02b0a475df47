/** Where a page of the audit trail ended, as opaque text. The trail is ordered by instant, then journal entry, then id. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { InvalidCursor } from "./cursor.ts"

const Position = Schema.Struct({
  at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 253_402_300_799_999 })),
  seq: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  id: Schema.String.check(Schema.isUUID())
})
/** The last line of a page; `at` is epoch milliseconds. */
export type AuditPosition = typeof Position.Type

const decode = Schema.decodeUnknownEffect(Schema.fromJsonString(Position))

export const toAuditCursor = ({ at, seq, id }: AuditPosition): string =>
  Buffer.from(JSON.stringify({ at, seq, id })).toString("base64url")

export const fromAuditCursor = (cursor: string): Effect.Effect<AuditPosition, InvalidCursor> =>
  decode(Buffer.from(cursor, "base64url").toString()).pipe(Effect.mapError(() => new InvalidCursor({ cursor })))
