/** Plays the demo against a running server, through the endpoints that a provider and a CRM use. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Schema from "effect/Schema"
import type { Step } from "./scenario.ts"

export interface Stage {
  /** Of the server, without a trailing slash. */
  readonly url: string
  readonly tenant: string
  readonly api_key: string
  readonly webhook_secret: string
}

export interface Pace {
  /** How many times faster than life. */
  readonly speed: number
  /** Hears of every step that was taken; `status` is the answer's. */
  readonly heard?: (step: Step, status: number) => void
}

/** A server that is away or full is asked again so often, a second apart; then the demo ends. */
const patience = 20

/** The server stayed away, or did not take what it should. */
export class DemoStopped extends Schema.TaggedError<DemoStopped>()("DemoStopped", { reason: Schema.String }) {
  override get message() {
    return this.reason
  }
}

/** Ends when the last step was taken. */
export const play = Effect.fnUntraced(function* (stage: Stage, steps: ReadonlyArray<Step>, { speed, heard }: Pace) {
  const began = yield* Clock.currentTimeMillis
  for (const step of steps) {
    const wait = began + step.at / speed - (yield* Clock.currentTimeMillis)
    if (wait > 0) yield* Effect.sleep(wait)
    const status = yield* take(stage, step)
    heard?.(step, status)
  }
})

const take = Effect.fnUntraced(function* (stage: Stage, step: Step) {
  for (let attempt = 0; attempt < patience; attempt++) {
    const answer = yield* Effect.catch(ask(stage, step), () => Effect.succeed(null))
    if (answer === null || answer.status === 503) {
      yield* Effect.sleep("1 second")
      continue
    }
    const { status, text } = answer
    if (status === 401 || status === 403) return yield* new DemoStopped({ reason: `${step.path}: ${text}` })
    return status
  }
  return yield* new DemoStopped({ reason: `${stage.url} did not take it in ${patience} attempts: ${step.says}` })
})

const ask = Effect.fnUntraced(function* ({ url, tenant, api_key, webhook_secret }: Stage, step: Step) {
  const body = step.body(yield* Clock.currentTimeMillis)
  const request = HttpClientRequest.make(step.method)(`${url}/v1/tenants/${tenant}${step.path}`).pipe(
    step.as === "provider"
      ? HttpClientRequest.setHeader("unipile-auth", webhook_secret)
      : HttpClientRequest.bearerToken(api_key),
    HttpClientRequest.bodyJsonUnsafe(body)
  )
  const response = yield* HttpClient.execute(request)
  return { status: response.status, text: yield* response.text }
})
