/**
 * Brings announcements to the endpoints of the CRMs: at least once, under the same webhook-id each time, those about one thing in
 * their order, until one is taken or too many tries have failed. What was tried stands in the database, so a restart goes on where
 * the process ended. An endpoint that takes nothing is paused, so it holds up nobody else.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { outgoingSecretPlace } from "../../actors/sealed/sealed-place.ts"
import type { DueDelivery } from "../../persistence/registers/outgoing.ts"
import { Outgoing, placeOf } from "../../persistence/registers/outgoing.ts"
import { OutgoingEndpoints } from "../../persistence/registers/outgoing-endpoints.ts"
import { KeyRing } from "../secrets/key-ring.ts"
import { post } from "./post.ts"
import { Reach } from "./reach.ts"
import { signedHeaders } from "./signature.ts"

export interface DeliveryOptions {
  /** Between two looks for what is due. */
  readonly every: Duration.Input
  /** Before the second try, in milliseconds; each further one waits four times as long, at most six hours, give or take a quarter. */
  readonly firstRetry: number
  /** Tries after which an announcement is dead: listed, and tried again only when asked for. */
  readonly attempts: number
  /** How long the CRM may take to answer. */
  readonly patience: Duration.Input
  /** Which addresses may be posted to. */
  readonly reach: Reach
}

/** Twelve tries within some thirty hours. */
export const deliveryDefaults: DeliveryOptions = {
  every: "1 second",
  firstRetry: 2_000,
  attempts: 12,
  patience: "15 seconds",
  reach: new Reach([])
}

/** The CRM did not take it. */
class NotTaken extends Schema.TaggedError<NotTaken>()("NotTaken", {
  reason: Schema.String,
  /** Whether the endpoint would take nothing else now: no answer, 429, 5xx. */
  isEndpointAway: Schema.Boolean,
  /** What the endpoint asked for, milliseconds. */
  retryAfter: Schema.NullOr(Schema.Finite)
}) {
  override get message() {
    return this.reason
  }
}
const noAnswer = (reason: string) => new NotTaken({ reason, isEndpointAway: true, retryAfter: null })

const longestWait = 6 * 3_600_000
/** An endpoint that takes nothing is left alone for so long at most, milliseconds; then one announcement tries whether it is back. */
const longestPause = 60_000
/** What an endpoint may ask for with Retry-After, milliseconds. */
const longestAsked = 3_600_000
/** Announcements that are under way at once, over all tenants. */
const atOnce = 64
/** Announcements that are under way at once to one endpoint; to one that failed last, one. */
const perEndpoint = 4
/** A claim lasts longer than a try, so that no other process tries meanwhile. */
const lease = 60_000

const tries = Metric.counter("switchboard_outgoing_tries_total", {
  description: "Announcements tried, by result: delivered, failed (tried again), dead (failed too often, given up)",
  incremental: true
})
const counted = (result: "delivered" | "failed" | "dead") => Metric.update(Metric.withAttributes(tries, { result }), 1)

const wait = (attempts: number, firstRetry: number): Effect.Effect<number> =>
  Effect.map(Random.nextBetween(0.75, 1.25), (jitter) =>
    Math.round(Math.min(longestWait, firstRetry * 4 ** (attempts - 1)) * jitter)
  )

/** What the endpoint asks to be left alone for, milliseconds; null: it does not ask, or nothing that can be read. */
const retryAfterOf = (header: string | undefined, now: number): number | null => {
  const asked = header === undefined ? null : Headers.parseRetryAfter(header)
  if (asked === null || Result.isFailure(asked)) return null
  return Math.min(Duration.toMillis(Headers.retryAfterDelay(asked.success, now)), longestAsked)
}

const tell = Effect.fnUntraced(function* (row: DueDelivery, options: DeliveryOptions) {
  const ring = yield* KeyRing
  const secret = yield* ring
    .open(row.secret, outgoingSecretPlace(row.tenant_id, row.endpoint_id))
    .pipe(Effect.mapError(({ message }) => new NotTaken({ reason: message, isEndpointAway: false, retryAfter: null })))
  const now = yield* Clock.currentTimeMillis
  const headers = signedHeaders(secret, row.id, now, row.body)
  const { status, retryAfter } = yield* Effect.tryPromise({
    try: (signal) => post(row.url, { "content-type": "application/json", ...headers }, row.body, options.reach, signal),
    catch: (error) => noAnswer(`no answer: ${reasonOf(error)}`)
  }).pipe(
    Effect.timeoutOrElse({
      duration: options.patience,
      orElse: () => Effect.fail(noAnswer("no answer in time"))
    })
  )
  if (status >= 200 && status <= 299) return
  return yield* new NotTaken({
    reason: `answered ${status}`,
    isEndpointAway: status === 429 || status >= 500,
    retryAfter: retryAfterOf(retryAfter, now)
  })
})

const reasonOf = (error: unknown): string => {
  const { message, code } = error as { readonly message?: string; readonly code?: string }
  return (code ?? message ?? String(error)).slice(0, 200)
}

const deliver = Effect.fnUntraced(function* (row: DueDelivery, options: DeliveryOptions) {
  const outgoing = yield* Outgoing
  const endpoints = yield* OutgoingEndpoints
  yield* tell(row, options).pipe(
    Effect.matchEffect({
      onSuccess: Effect.fnUntraced(function* () {
        yield* outgoing.delivered(row, yield* Clock.currentTimeMillis)
        if (row.failures > 0) yield* endpoints.answered(row.tenant_id, row.endpoint_id)
        yield* counted("delivered")
      }),
      onFailure: Effect.fnUntraced(function* ({ reason, isEndpointAway, retryAfter }) {
        const now = yield* Clock.currentTimeMillis
        const isDead = row.attempts >= options.attempts
        const next = Math.max(yield* wait(row.attempts, options.firstRetry), retryAfter ?? 0)
        yield* outgoing.failed(row, reason, isDead ? null : now + next)
        if (isEndpointAway) {
          const pause = Math.min(longestPause, yield* wait(row.failures + 1, options.firstRetry))
          yield* endpoints.paused(row.tenant_id, row.endpoint_id, now + Math.max(pause, retryAfter ?? 0))
        } else if (row.failures > 0) yield* endpoints.answered(row.tenant_id, row.endpoint_id)
        yield* counted(isDead ? "dead" : "failed")
        if (isDead) {
          const what = `announcement ${row.id} (${row.type}) to endpoint ${row.endpoint_id}`
          yield* Effect.logError(`Tenant ${row.tenant_id}: ${what} is given up: ${reason}`)
        }
      })
    })
  )
})

/** Slots for announcements under way, by endpoint. A slot that is freed goes to the next that is due. */
class Places {
  readonly freed = Latch.makeUnsafe()
  readonly #taken = new Map<string, number>()
  #all = 0

  get free(): number {
    return atOnce - this.#all
  }
  /** How many are under way to each endpoint that has any. */
  get taken(): ReadonlyMap<string, number> {
    return this.#taken
  }
  take(place: string): void {
    this.#all++
    this.#taken.set(place, (this.#taken.get(place) ?? 0) + 1)
  }
  give(place: string): void {
    this.#all--
    const left = (this.#taken.get(place) ?? 1) - 1
    if (left > 0) this.#taken.set(place, left)
    else this.#taken.delete(place)
    this.freed.openUnsafe()
  }
}

/** Begins what is due, as far as there are places; it goes on beside this. */
const beginDue = Effect.fnUntraced(function* (places: Places, options: DeliveryOptions) {
  if (places.free === 0) return
  const outgoing = yield* Outgoing
  const now = yield* Clock.currentTimeMillis
  places.freed.closeUnsafe()
  const due = yield* outgoing.claim(now, now + lease, { limit: places.free, perEndpoint, taken: places.taken })
  for (const row of due) {
    const place = placeOf(row.tenant_id, row.endpoint_id)
    places.take(place)
    yield* deliver(row, options).pipe(
      Effect.catchCause((cause) =>
        Effect.logWarning("An announcement could not be tried; it waits for its lease", cause)
      ),
      Effect.ensuring(Effect.sync(() => places.give(place))),
      Effect.forkScoped
    )
  }
})

/** A loop as long as the scope. While the database is away it looks again each time. */
export const layer = (options: DeliveryOptions = deliveryDefaults) =>
  Layer.effectDiscard(
    Effect.suspend(() => {
      const places = new Places()
      return beginDue(places, options).pipe(
        Effect.catchCause((cause) => Effect.logWarning("Announcements could not be looked for; they wait", cause)),
        Effect.andThen(Effect.raceFirst(Effect.sleep(options.every), places.freed.await)),
        Effect.forever,
        Effect.forkScoped
      )
    })
  )
