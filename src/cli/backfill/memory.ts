/** Where a run is, in a file, so that a later one goes on there (--resume). Written after each batch, whole or not at all. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { UsageWrong } from "../faults.ts"

const Place = Schema.Struct({
  /** Of which source, and into which tenant. */
  source: Schema.String,
  into: Schema.String,
  cursor: Schema.Unknown,
  done: Schema.Number,
  applied: Schema.Number,
  duplicate: Schema.Number,
  refused: Schema.Number
})
export type Place = typeof Place.Type

const read = Schema.decodeUnknownOption(Schema.fromJsonString(Place))

export const memoryIn = Effect.fnUntraced(function* (path: string, source: string, into: string) {
  const files = yield* FileSystem.FileSystem
  return {
    /** Where the run before was; none: there was none. */
    recall: Effect.gen(function* () {
      const text = yield* Effect.option(files.readFileString(path))
      if (Option.isNone(text)) return null
      const place = read(text.value)
      if (Option.isNone(place) || place.value.source !== source || place.value.into !== into)
        return yield* new UsageWrong({
          message: `${path} is of another run (its source is ${Option.match(place, { onNone: () => "unreadable", onSome: (known) => known.source })}). Give this one a file of its own: --state <file>.`
        })
      return place.value
    }),
    keep: (place: Place) =>
      Effect.andThen(files.writeFileString(`${path}.new`, JSON.stringify(place)), files.rename(`${path}.new`, path))
  }
})
