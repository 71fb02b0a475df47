/** One run: a source is read, brought in batches, shown, remembered, and summed up. */
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { historyIn } from "../../http/history-body.ts"
import { Brought } from "../answers.ts"
import type { SourceUnreadable } from "../faults.ts"
import { Refused, ServerSilent, SomeRefused } from "../faults.ts"
import { session } from "../root.ts"
import { memoryIn } from "./memory.ts"
import { progressOn } from "./progress.ts"
import type { Finding, Item, Source } from "./source.ts"
import { summary } from "./summary.ts"

/** Events in one request, and what they may weigh in characters: well below what the server takes. */
const batchEvents = 1_000
const batchWeight = 2 * 1024 * 1024
/** Findings and refusals that a summary names; of more it tells the number. */
const named = 50

export interface Wish {
  readonly resume: boolean
  readonly dryRun: boolean
  /** Where it remembers how far it is. */
  readonly state: string
}

/** What commands does once, however often the source is read: under a key that is made of it. */
const keyed = (event: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  const commands = ["status", "priority", "resolution"].some((name) => Object.hasOwn(event, name))
  if (!commands || event["type"] === "message" || Object.hasOwn(event, "idempotency_key")) return event
  const digest = createHash("sha256").update(JSON.stringify(event)).digest("base64url")
  return { ...event, idempotency_key: `backfill:${digest}` }
}

/** A server that is away or full is waited for: two minutes, each time. */
const untilItAnswers = { schedule: Schedule.spaced("1 second"), times: 120 }
const passes = (fault: unknown): boolean =>
  fault instanceof ServerSilent || (fault instanceof Refused && (fault.status >= 500 || fault.status === 429))

class Again extends Schema.TaggedError<Again>()("Again", { status: Schema.Int, detail: Schema.String }) {}

/** Items of one request: neighbours, events with events. */
const batched = <E, R>(items: Stream.Stream<Item, E, R>) => {
  let weight = 0
  let before: Item["told"]["kind"] | null = null
  let batch = 0
  let size = 0
  return items.pipe(
    Stream.map((item) => {
      const heavy = item.told.kind === "event" ? JSON.stringify(item.told.event).length : batchWeight
      if (size >= batchEvents || weight + heavy > batchWeight || item.told.kind !== before) {
        batch++
        weight = size = 0
      }
      before = item.told.kind
      weight += heavy
      size++
      return { item, batch }
    }),
    Stream.groupAdjacentBy(({ batch }) => batch),
    Stream.map(([, group]) => group.map(({ item }) => item))
  )
}

export const bring = Effect.fnUntraced(function* (source: Source, { resume, dryRun, state }: Wish) {
  const { ask, show, place: into } = yield* session
  const memory = yield* memoryIn(state, source.name, into)
  const before = resume ? yield* memory.recall : null
  const counts = { applied: before?.applied ?? 0, duplicate: before?.duplicate ?? 0, refused: before?.refused ?? 0 }
  const refusals: Array<Finding> = []
  let events = counts.applied + counts.duplicate + counts.refused
  let done = before?.done ?? 0
  const progress = yield* progressOn(process.stderr, { done, total: source.total, events })

  const refused = (place: string, what: string): void => {
    counts.refused++
    if (refusals.length < named) refusals.push({ place, what })
  }

  /** What a server in trouble did not take is sent again with its neighbours: repeats are harmless. */
  const sent = (items: ReadonlyArray<Item>) =>
    Effect.gen(function* () {
      const [first] = items
      if (first!.told.kind === "put") {
        yield* ask("PUT", first!.told.path, Schema.Unknown, {}, first!.told.body)
        return null
      }
      const body = items.flatMap(({ told }) => (told.kind === "event" ? [keyed(told.event)] : []))
      const brought = yield* ask("POST", "history", Brought, {}, body)
      for (const result of brought.results)
        if ("error" in result && result.error.status >= 500) return yield* new Again(result.error)
      return brought
    }).pipe(
      Effect.retry({ ...untilItAnswers, while: (fault) => fault instanceof Again || passes(fault) }),
      Effect.catchTag("Again", ({ status, detail }) => new Refused({ status, code: "unavailable", detail }))
    )

  const take = Effect.fnUntraced(function* (items: ReadonlyArray<Item>) {
    const last = items.at(-1)!
    if (dryRun) {
      for (const { told, place } of items) {
        if (told.kind === "put") continue
        const issue = yield* Effect.match(historyIn(told.event), {
          onSuccess: () => null,
          onFailure: ({ field, rule }) => `${field === "" ? "it" : field}: ${rule}`
        })
        if (issue === null) counts.applied++
        else refused(place, issue)
      }
    } else {
      const brought = yield* sent(items).pipe(
        // A step that is refused is told like an event that is: the rest may still be good.
        Effect.catchTag("Refused", (fault) =>
          last.told.kind === "put" && fault.status < 500
            ? Effect.sync(() => {
                refused(last.place, fault.detail)
                return null
              })
            : Effect.fail(fault)
        )
      )
      for (const [n, result] of (brought?.results ?? []).entries()) {
        if ("error" in result) refused(items[n]!.place, result.error.detail)
        else counts[result.outcome]++
      }
    }
    events = counts.applied + counts.duplicate + counts.refused
    done = last.done
    if (!dryRun) yield* memory.keep({ source: source.name, into, cursor: last.cursor, done, ...counts })
    yield* progress.step({ done, total: source.total, events })
  })

  // What stands before an unreadable place is brought first; then the fault is told, behind the summary.
  let unreadable: SourceUnreadable | null = null
  const readable = source.items(before?.cursor ?? null).pipe(
    Stream.catch((fault) => {
      unreadable = fault
      return Stream.empty
    })
  )
  yield* Stream.runForEach(batched(readable), take)
  // Rows that tell nothing may stand at the end.
  if (unreadable === null) yield* progress.step({ done: source.total, total: source.total, events })
  yield* progress.end
  const found = source.findings()
  yield* show({ source: source.name, dry_run: dryRun, ...counts, refusals, findings: found }, () =>
    summary({ counts, refusals, findings: found, dryRun, named })
  )
  if (unreadable !== null) return yield* Effect.fail(unreadable as SourceUnreadable)
  if (counts.refused > 0) return yield* new SomeRefused({ count: counts.refused })
})
