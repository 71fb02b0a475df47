/**
 * One question to UniPile: within the budget, past the breaker, with a limit of time, and again where that can help. A wrong key is
 * asked with once.
 *
 *   passed the breaker ─► budget ─► GET ─┬─► answer
 *                                        ├─► 429, 5xx, silence, cut short: again, later each time, not before Retry-After
 *                                        └─► anything else: an error at once
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import { label, record } from "../../text.ts"
import type { Breaker } from "./breaker.ts"
import type { RestError } from "./errors.ts"
import {
  AccountRefused,
  AnswerUnreadable,
  KeyRefused,
  ObjectGone,
  ProviderAway,
  ProviderBusy,
  RequestRefused
} from "./errors.ts"

export interface CallOptions {
  readonly base_url: string
  readonly api_key: Redacted.Redacted
  readonly breaker: Breaker
  /** Waits until the budget has room for one call of the account, and takes it. Empty: of no account in particular. */
  readonly budget: (account_id: string) => Effect.Effect<void>
  /** Tries of one question. */
  readonly tries: number
  /** Before the second try, milliseconds; each further one waits twice as long, give or take a fifth. */
  readonly firstRetry: number
  /** How long one answer may take. */
  readonly patience: Duration.Input
}

export const callDefaults = { tries: 6, firstRetry: 1_000, patience: "30 seconds" } as const

/** A longer Retry-After is not waited for: the question fails, and a later sync asks again. */
const longestRetryAfter = Duration.minutes(15)
const longestRetry = Duration.minutes(1)

/** The JSON of a GET. `path` without /api/v1; what it names of an account is charged to that account. */
export type Call = (
  path: string,
  params: Readonly<Record<string, string | number | undefined>>,
  account_id: string
) => Effect.Effect<unknown, RestError>

/** Kinds of refusals that are about the account asked for, not about the key (UniPile's documentation; no capture shows one). */
const aboutAccount = /account|credential.*expired|expired_credentials|checkpoint|session/i

const isTransient = (error: RestError): boolean => {
  if (error._tag === "ProviderBusy")
    return error.retry_after === null || error.retry_after <= Duration.toMillis(longestRetryAfter)
  return error._tag === "ProviderAway" || error._tag === "AnswerUnreadable"
}

const backoff = (firstRetry: number) =>
  Schedule.exponential(firstRetry).pipe(
    Schedule.jittered,
    Schedule.modifyDelay(({ duration, input }) => {
      const error = input as RestError
      const told = error._tag === "ProviderBusy" && error.retry_after !== null ? error.retry_after : 0
      return Effect.succeed(Duration.max(Duration.min(duration, longestRetry), Duration.millis(told)))
    })
  )

/** Questions to one address with one key. */
export const caller = Effect.fnUntraced(function* (
  options: CallOptions
): Effect.fn.Return<Call, never, HttpClient.HttpClient> {
  const client = yield* HttpClient.HttpClient
  const { base_url, api_key, breaker, budget, tries, firstRetry, patience } = options
  const base = `${base_url.replace(/\/+$/, "")}/api/v1`

  const ask = Effect.fnUntraced(function* (
    path: string,
    params: Parameters<Call>[1],
    account_id: string
  ): Effect.fn.Return<unknown, RestError> {
    const request = HttpClientRequest.get(base + path).pipe(
      HttpClientRequest.setUrlParams(params),
      HttpClientRequest.acceptJson,
      HttpClientRequest.setHeader("x-api-key", Redacted.value(api_key))
    )
    // Text and not JSON: one that was cut short is to be told from one that does not come.
    const { response, text } = yield* client.execute(request).pipe(
      Effect.flatMap((answer) => Effect.map(answer.text, (body) => ({ response: answer, text: body }))),
      Effect.mapError(({ reason }) => new ProviderAway({ path, reason: reasonOf(reason) })),
      Effect.timeoutOrElse({
        duration: patience,
        orElse: () => Effect.fail(new ProviderAway({ path, reason: "no answer in time" }))
      })
    )
    const { status } = response
    const body = jsonOf(text)
    if (status >= 200 && status < 300)
      return body === undefined ? yield* new AnswerUnreadable({ path, problem: "it is no whole JSON" }) : body
    return yield* refusalOf(response, record(body), path, account_id, yield* Clock.currentTimeMillis)
  })

  return (path, params, account_id) =>
    breaker.passed.pipe(
      Effect.andThen(budget(account_id)),
      Effect.andThen(ask(path, params, account_id)),
      Effect.tap(() => Effect.sync(() => breaker.succeeded())),
      Effect.tapError((error) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          // Too many requests, and what is refused with a reason, are answers of a server that is well.
          const isIll = error._tag === "ProviderAway" || (error._tag === "ProviderBusy" && error.status >= 500)
          if (isIll) breaker.failed(now)
          else breaker.succeeded()
        })
      ),
      Effect.retry({ schedule: backoff(firstRetry), while: isTransient, times: tries - 1 })
    )
})

const reasonOf = (reason: {
  readonly _tag: string
  readonly cause?: unknown
  readonly description?: string | undefined
}) => {
  const { code, message } = record(reason.cause) as { readonly code?: unknown; readonly message?: unknown }
  return String(code ?? message ?? reason.description ?? reason._tag).slice(0, 200)
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const refusalOf = (
  response: HttpClientResponse,
  body: Readonly<Record<string, unknown>>,
  path: string,
  account_id: string,
  now: number
): RestError => {
  const { status } = response
  const kind = label(body["type"], 100) ?? "no reason given"
  if ((status === 401 || status === 403) && account_id !== "" && aboutAccount.test(kind))
    return new AccountRefused({ account_id, kind })
  if (status === 401 || status === 403) return new KeyRefused({ status })
  if (status === 404) return new ObjectGone({ path })
  if (status === 408 || status === 429 || status >= 500)
    return new ProviderBusy({ status, path, retry_after: retryAfterOf(response, now) })
  return new RequestRefused({ status, path, kind })
}

const retryAfterOf = (response: HttpClientResponse, now: number): number | null => {
  const told = Option.getOrUndefined(Headers.get(response.headers, "retry-after"))
  const read = told === undefined ? undefined : Headers.parseRetryAfter(told)
  return read === undefined || Result.isFailure(read)
    ? null
    : Duration.toMillis(Headers.retryAfterDelay(read.success, now))
}
