/**
 * Brings announcements to the CRMs: at least once, under the same webhook-id each time, until one is taken or too many tries
 * have failed. What was tried stands in the database, so a restart goes on where the process ended.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { outgoingSecretPlace } from "../../actors/sealed/sealed-place.ts"
import type { OutgoingEndpoint, OutgoingRow } from "../../persistence/registers/outgoing.ts"
import { Outgoing } from "../../persistence/registers/outgoing.ts"
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
class NotTaken extends Schema.TaggedError<NotTaken>()("NotTaken", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

const longestWait = 6 * 3_600_000
/** Announcements that are under way at once, over all tenants. */
const atOnce = 16
/** Announcements of one tenant that are under way at once: a CRM that does not answer holds no more places than these. */
const perTenant = 4
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

const tell = Effect.fnUntraced(function* (row: OutgoingRow, endpoint: OutgoingEndpoint, options: DeliveryOptions) {
  const ring = yield* KeyRing
  const secret = yield* ring
    .open(endpoint.secret, outgoingSecretPlace(row.tenant_id))
    .pipe(Effect.mapError((error) => new NotTaken({ reason: error.message })))
  const headers = signedHeaders(secret, row.id, yield* Clock.currentTimeMillis, row.body)
  const status = yield* Effect.tryPromise({
    try: (signal) =>
      post(endpoint.url, { "content-type": "application/json", ...headers }, row.body, options.reach, signal),
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
  const { message, code } = error as { readonly message?: string; readonly code?: string }
  return (code ?? message ?? String(error)).slice(0, 200)
}

const deliver = Effect.fnUntraced(function* (row: OutgoingRow, options: DeliveryOptions) {
  const outgoing = yield* Outgoing
  const endpoint = yield* outgoing.endpoint(row.tenant_id)
  if (endpoint === null) return
  yield* tell(row, endpoint, options).pipe(
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

/** Slots for announcements under way, by tenant. A slot that is freed goes to the next that is due. */
class Places {
  readonly freed = Latch.makeUnsafe()
  readonly #taken = new Map<string, number>()
  #all = 0

  get free(): number {
    return atOnce - this.#all
  }
  /** How many are under way of each tenant that has any. */
  get taken(): ReadonlyMap<string, number> {
    return this.#taken
  }
  take(tenant: string): void {
    this.#all++
    this.#taken.set(tenant, (this.#taken.get(tenant) ?? 0) + 1)
  }
  give(tenant: string): void {
    this.#all--
    const left = (this.#taken.get(tenant) ?? 1) - 1
    if (left > 0) this.#taken.set(tenant, left)
    else this.#taken.delete(tenant)
    this.freed.openUnsafe()
  }
}

/** Begins what is due, as far as there are places; it goes on beside this. */
const beginDue = Effect.fnUntraced(function* (places: Places, options: DeliveryOptions) {
  if (places.free === 0) return
  const outgoing = yield* Outgoing
  const now = yield* Clock.currentTimeMillis
  places.freed.closeUnsafe()
  const due = yield* outgoing.claim(now, now + lease, { limit: places.free, perTenant, taken: places.taken })
  for (const row of due) {
    places.take(row.tenant_id)
    yield* deliver(row, options).pipe(
      Effect.catchCause((cause) =>
        Effect.logWarning("An announcement could not be tried; it waits for its lease", cause)
      ),
      Effect.ensuring(Effect.sync(() => places.give(row.tenant_id))),
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
