/**
 * Brings announcements to the CRMs: at least once, under the same webhook-id each time, until one is taken or too many tries
 * have failed. What was tried stands in the database, so a restart goes on where the process ended.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { outgoingSecretPlace } from "../../actors/sealed-place.ts"
import type { OutgoingEndpoint, OutgoingRow } from "../../persistence/outgoing.ts"
import { Outgoing } from "../../persistence/outgoing.ts"
import { KeyRing } from "../secrets/key-ring.ts"
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
}

/** Twelve tries within some thirty hours. */
export const deliveryDefaults: DeliveryOptions = {
  every: "1 second",
  firstRetry: 2_000,
  attempts: 12,
  patience: "15 seconds"
}

/** The CRM did not take it. */
class NotTaken extends Schema.TaggedError<NotTaken>()("NotTaken", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

const longestWait = 6 * 3_600_000
/** Announcements that are under way at once. */
const atOnce = 16
/** A claim outlives a try, so that nobody else tries meanwhile. */
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

const post = Effect.fnUntraced(function* (row: OutgoingRow, endpoint: OutgoingEndpoint, options: DeliveryOptions) {
  const ring = yield* KeyRing
  const secret = yield* ring
    .open(endpoint.secret, outgoingSecretPlace(row.tenant_id))
    .pipe(Effect.mapError((error) => new NotTaken({ reason: error.message })))
  const headers = signedHeaders(secret, row.id, yield* Clock.currentTimeMillis, row.body)
  const status = yield* Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(endpoint.url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: row.body,
        // A redirect could lead the body, signed, to somebody else.
        redirect: "manual",
        signal
      })
      await response.body?.cancel()
      return response.status
    },
    catch: (error) => new NotTaken({ reason: `no answer: ${reasonOf(error)}` })
  }).pipe(
    Effect.timeoutOrElse({
      duration: options.patience,
      orElse: () => Effect.fail(new NotTaken({ reason: "no answer in time" }))
    })
  )
  if (status < 200 || status > 299) return yield* new NotTaken({ reason: `answered ${status}` })
})

const reasonOf = (error: unknown): string => {
  const { message, cause } = error as { readonly message?: string; readonly cause?: { readonly code?: string } }
  return (cause?.code ?? message ?? String(error)).slice(0, 200)
}

const deliver = Effect.fnUntraced(function* (row: OutgoingRow, options: DeliveryOptions) {
  const outgoing = yield* Outgoing
  const endpoint = yield* outgoing.endpoint(row.tenant_id)
  if (endpoint === null) return
  yield* post(row, endpoint, options).pipe(
    Effect.matchEffect({
      onSuccess: Effect.fnUntraced(function* () {
        yield* outgoing.delivered(row, yield* Clock.currentTimeMillis)
        yield* counted("delivered")
      }),
      onFailure: Effect.fnUntraced(function* ({ reason }) {
        const now = yield* Clock.currentTimeMillis
        const isDead = row.attempts >= options.attempts
        yield* outgoing.failed(row, reason, isDead ? null : now + (yield* wait(row.attempts, options.firstRetry)))
        yield* counted(isDead ? "dead" : "failed")
        if (isDead) yield* Effect.logError(`Tenant ${row.tenant_id}: announcement ${row.id} is given up: ${reason}`)
      })
    })
  )
})

const deliverDue = Effect.fnUntraced(function* (options: DeliveryOptions) {
  const outgoing = yield* Outgoing
  const now = yield* Clock.currentTimeMillis
  const due = yield* outgoing.claim(now, now + lease, atOnce)
  yield* Effect.forEach(due, (row) => deliver(row, options), { concurrency: atOnce, discard: true })
  return due.length
})

/** A loop as long as the scope. While the database is away it looks again each time. */
export const layer = (options: DeliveryOptions = deliveryDefaults) =>
  Layer.effectDiscard(
    deliverDue(options).pipe(
      Effect.repeat({ while: (found) => found === atOnce }),
      Effect.catchCause((cause) => Effect.logWarning("Announcements could not be looked for; they wait", cause)),
      Effect.repeat(Schedule.spaced(options.every)),
      Effect.forkScoped
    )
  )
