/** Cursors: where a page of a list ended, as opaque text. Each list says what a position in it is. */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Base64Url from "effect/encoding/Base64Url"

/** Instants that both a list and Postgres know: 1970 to the end of 9999. */
export const CursorInstant = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 253_402_300_799_999 }))

/** The text is not a cursor that we gave out. */
export class InvalidCursor extends Schema.TaggedError<InvalidCursor>()("InvalidCursor", { cursor: Schema.String }) {
  override get message(): string {
    return `"${this.cursor}" is not a cursor of this list: use next_cursor of its last page, or none to begin at the top`
  }
}

export interface CursorCodec<P> {
  readonly encode: (position: P) => string
  readonly decode: (cursor: string) => Effect.Effect<P, InvalidCursor>
}

/** The cursors of a list with such positions. A position is not checked on its way out: it is one of our rows. */
export const cursorOf = <P>(position: Schema.Codec<P, unknown>): CursorCodec<P> => {
  const decode = Schema.decodeUnknownEffect(
    Schema.StringFromBase64Url.pipe(Schema.decodeTo(Schema.fromJsonString(position)))
  )
  return {
    encode: (position) => Base64Url.encode(JSON.stringify(position)),
    decode: (cursor) => Effect.mapError(decode(cursor), () => new InvalidCursor({ cursor }))
  }
}

/**
 * The last row of a page of a list that is ordered by an instant, newest first, then by id; messages of one instant by their arrival
 * before that. `at` is epoch milliseconds; null: the row has no instant and stands at the end of the list.
 */
const Position = Schema.Struct({
  at: Schema.NullOr(CursorInstant),
  arrival: Schema.optionalKey(Schema.Int),
  id: Schema.String.check(Schema.isUUID())
})
type Position = typeof Position.Type

const byInstant = cursorOf(Position)
export const toCursor = byInstant.encode
export const fromCursor = byInstant.decode

/** The cursor's instant as the lists' order key has it. */
export const keyOf = (position: Position): string =>
  position.at === null ? "-infinity" : new Date(position.at).toISOString()
