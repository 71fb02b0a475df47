/** A file of events, one JSON object on each line. Empty lines are left out. */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Stream from "effect/Stream"
import { SourceUnreadable } from "../faults.ts"
import type { Item, Source } from "./source.ts"

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The cursor is the number of lines that are done. */
export const ndjson = Effect.fnUntraced(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const unread = (reason: string) => new SourceUnreadable({ place: path, reason })
  const { size } = yield* files.stat(path).pipe(Effect.mapError(({ message }) => unread(message)))

  const items = (cursor: unknown): Stream.Stream<Item, SourceUnreadable> => {
    const skipped = typeof cursor === "number" ? cursor : 0
    let line = 0
    let done = 0
    return files.stream(path).pipe(
      Stream.decodeText(),
      Stream.splitLines,
      Stream.mapError(({ message }) => unread(message)),
      Stream.mapEffect((text): Effect.Effect<ReadonlyArray<Item>, SourceUnreadable> => {
        line++
        done += Buffer.byteLength(text) + 1
        if (line <= skipped || text.trim() === "") return Effect.succeed([])
        const event = parsed(text)
        const place = `line ${line}`
        if (!isObject(event))
          return Effect.fail(new SourceUnreadable({ place: `${path}, ${place}`, reason: "is no JSON object" }))
        return Effect.succeed([{ told: { kind: "event", event }, place, cursor: line, done }])
      }),
      Stream.flattenIterable
    )
  }
  return { name: `ndjson ${path}`, total: Number(size), items, findings: () => [] } satisfies Source
})
