/**
 * Cursors: where a page of a list ended, as opaque text. A list is ordered by an instant, newest first, then by id; messages of one
 * instant by their arrival before that.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Instants that both a list and Postgres know: 1970 to the end of 9999. */
const Instant = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 253_402_300_799_999 }))

/** The last row of a page. `at` is epoch milliseconds; null: the row has no instant and stands at the end of the list. */
const Position = Schema.Struct({
  at: Schema.NullOr(Instant),
  arrival: Schema.optionalKey(Schema.Int),
  id: Schema.String.check(Schema.isUUID())
})
export type Position = typeof Position.Type

const decodePosition = Schema.decodeUnknownEffect(Schema.fromJsonString(Position))

/** The text is not a cursor that we gave out. */
export class InvalidCursor extends Schema.TaggedError<InvalidCursor>()("InvalidCursor", { cursor: Schema.String }) {
  override get message(): string {
    return `"${this.cursor}" is not a cursor of this list: use next_cursor of its last page, or none to begin at the top`
  }
}

export const toCursor = (position: Position): string => Buffer.from(JSON.stringify(position)).toString("base64url")

export const fromCursor = (cursor: string): Effect.Effect<Position, InvalidCursor> =>
  decodePosition(Buffer.from(cursor, "base64url").toString()).pipe(Effect.mapError(() => new InvalidCursor({ cursor })))

/** The cursor's instant as the lists' order key has it. */
export const keyOf = (position: Position): string =>
  position.at === null ? "-infinity" : new Date(position.at).toISOString()
