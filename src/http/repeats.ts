/**
 * A request with an Idempotency-Key happens once, whichever endpoint it is for (CONTRACT §4): a repeat gets the first answer.
 *
 *   who repeats while the first is under way waits for it
 *   an answer is kept, sealed, before it leaves: whoever has got one can get it again, after kill -9 too
 *   a refusal is not kept: nothing was changed, and the same request may succeed later
 *
 * An event of the request carries the key into the journal (actors/owner/request-key.ts). So when the process ends between the effect
 * and its answer, the effect is not repeated, and the repeat is answered with what it made.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as RcMap from "effect/RcMap"
import * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"
import type { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseAway } from "../../actors/errors.ts"
import { RuleBroken } from "../../actors/errors.ts"
import { promptly } from "../../actors/owner/patience.ts"
import { CurrentRequestKey, RequestKey } from "../../actors/owner/request-key.ts"
import { sealedPlace } from "../../actors/sealed/sealed-place.ts"
import type { Once } from "../../machines/events.ts"
import { KeptAnswers } from "../../persistence/kept/kept-answers.ts"
import { KeyRing } from "../secrets/key-ring.ts"
import type { Caller } from "./caller.ts"
import type { BodyCutShort, BodyTooLarge, ParameterInvalid } from "./faults.ts"
import { contentOf, keyIn, onceOf } from "./once.ts"

type Response = HttpServerResponse.HttpServerResponse

/** Marks an endpoint whose actor gives the same answer to the same key by itself, from memory. */
export const AnswersRepeats = Context.Reference<boolean>("switchboard/http/AnswersRepeats", {
  defaultValue: () => false
})

/** Keeps the answer of the request that is under way; null where it has no key. */
const Keeping = Context.Reference<((response: Response) => Effect.Effect<void, SqlError>) | null>(
  "switchboard/http/Keeping",
  { defaultValue: () => null }
)

/** What a handler does in SQL alone, and the keeping of its answer, as one transaction: either both are there or none. */
export const withItsAnswer = <E, R>(
  sql: SqlClient,
  effect: Effect.Effect<Response, E, R>
): Effect.Effect<Response, E | SqlError, R> =>
  Effect.flatMap(Keeping, (keep) => (keep === null ? effect : sql.withTransaction(Effect.tap(effect, keep))))

interface Written {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly type: string
  readonly body: string
}

/** A longer answer is not kept; a repeat is answered with the present state. */
const longestAnswer = 1024 * 1024
/** After so many answers of a tenant, those that are too many go. */
const pruneEvery = 256

const written = ({ status, headers, body }: Response): Written | null =>
  body._tag === "Uint8Array" && body.body.length <= longestAnswer
    ? { status, headers: { ...headers }, type: body.contentType, body: Buffer.from(body.body).toString("utf8") }
    : null

/** Every caller of a tenant may see what a command answers, except secrets that are shown once. */
const isSecret = ({ headers }: Written): boolean => headers["cache-control"] === "no-store"

/**
 * The only caller that may get an answer again: that very key, not a later one of its name. Answers kept by the version before
 * are under the name.
 */
const idOf = ({ key, name }: Caller): string => key ?? name

const again = ({ status, headers, type, body }: Written): Response =>
  HttpServerResponse.text(body, { status, contentType: type, headers: { ...headers, "idempotency-replayed": "true" } })

const refused = (why: string) => new RuleBroken({ field: "idempotency_key", rule: why })

export class Repeats extends Context.Service<
  Repeats,
  {
    /** Runs what answers a tenant's request once under the request's key; without one, as it is. */
    once<E, R>(
      answer: Effect.Effect<Response, E, R>,
      asked: { readonly tenant: string; readonly caller: Caller; readonly answersRepeats: boolean }
    ): Effect.Effect<
      Response,
      E | SqlError | DatabaseAway | RuleBroken | ParameterInvalid | BodyTooLarge | BodyCutShort,
      R | HttpServerRequest
    >
  }
>()("switchboard/http/Repeats") {
  static readonly layer = Layer.effect(
    Repeats,
    Effect.gen(function* () {
      const answers = yield* KeptAnswers
      const ring = yield* KeyRing
      const turns = yield* RcMap.make({ lookup: (_: string) => Semaphore.make(1) })
      const since = new Map<string, number>()

      const placeOf = (tenant: string, { key }: Once) => sealedPlace(tenant, "answer", key, "body")

      /** The first answer to the key, if there is one that this caller may have. */
      const firstOf = Effect.fnUntraced(function* (tenant: string, caller: Caller, once: Once) {
        const known = yield* promptly(answers.find(tenant, once.key))
        if (known === null) return null
        if (known.print !== once.print)
          return yield* refused("was given before, with another content; a new request needs a new key")
        if (known.caller !== null && known.caller !== idOf(caller) && known.caller !== caller.name)
          return yield* refused("was given before, by another caller, who was shown a secret")
        const opened = yield* ring
          .open(known.sealed, placeOf(tenant, once))
          .pipe(Effect.mapError(() => refused("was given before, and the key that sealed its answer is gone")))
        return again(JSON.parse(Redacted.value(opened)) as Written)
      })

      /** Now and then, so that the table stays within its bounds without a count for each answer. */
      const pruned = Effect.fnUntraced(function* (tenant: string, now: number) {
        const count = (since.get(tenant) ?? 0) + 1
        since.set(tenant, count % pruneEvery)
        if (count === pruneEvery) yield* answers.prune(tenant, now)
      })

      const keep = Effect.fnUntraced(function* (tenant: string, caller: Caller, once: Once, response: Response) {
        const answer = written(response)
        if (answer === null) return
        const at = yield* Clock.currentTimeMillis
        const sealed = ring.seal(Redacted.make(JSON.stringify(answer)), placeOf(tenant, once))
        yield* answers.keep(tenant, { ...once, caller: isSecret(answer) ? idOf(caller) : null, sealed }, at)
        yield* pruned(tenant, at)
      })

      const once = Effect.fnUntraced(function* <E, R>(
        answer: Effect.Effect<Response, E, R>,
        asked: { readonly tenant: string; readonly caller: Caller; readonly answersRepeats: boolean }
      ) {
        const { tenant, caller, answersRepeats } = asked
        const request = yield* HttpServerRequest
        const given = yield* keyIn(request)
        if (given === null) return yield* answer
        const key = new RequestKey(onceOf(given, yield* contentOf(request)))
        const keyed = Effect.provideService(answer, CurrentRequestKey, key)
        if (answersRepeats) return yield* keyed
        let isKept = false
        const keeping = (response: Response) => {
          isKept = true
          return keep(tenant, caller, key.once, response)
        }
        const first = Effect.gen(function* () {
          const known = yield* firstOf(tenant, caller, key.once)
          if (known !== null) return known
          const response = yield* Effect.provideService(keyed, Keeping, keeping).pipe(
            // Another process may be at the very same request: what it made is refused here, and is the answer to both.
            Effect.catch((refusal) =>
              Effect.matchEffect(firstOf(tenant, caller, key.once), {
                onSuccess: (made) => {
                  isKept = made !== null
                  return made === null ? Effect.fail(refusal) : Effect.succeed(made)
                },
                onFailure: () => Effect.fail(refusal)
              })
            )
          )
          if (!isKept && key.isAnswered && response.status < 300) yield* keeping(response)
          return response
        })
        const turn = yield* RcMap.get(turns, `${tenant} ${key.once.key}`)
        return yield* turn.withPermits(1)(first)
      }, Effect.scoped)

      return Repeats.of({ once })
    })
  )
}
