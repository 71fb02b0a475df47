/** Idempotency-Key (CONTRACT §4): read from a request, and turned into what the tenant remembers of it. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { Once } from "../../machines/events.ts"
import { ParameterInvalid } from "./faults.ts"
import { sha256 } from "../secrets/hash.ts"

/** The header, as node spells it. */
const keyHeader = "idempotency-key"

const longest = 255

/** Bytes of the digests: two keys of one tenant that collide are not to be expected in the life of the universe. */
const keyBytes = 16
const printBytes = 9

const digest = (text: string, bytes: number): string => sha256(text).subarray(0, bytes).toString("base64url")

/** What the tenant remembers of a key, and of what it was given for. */
export const onceOf = (key: string, content: unknown): Once => ({
  key: digest(key, keyBytes),
  print: digest(JSON.stringify(content), printBytes)
})

/** The request's key; null when it has none. */
export const keyIn = ({ headers }: HttpServerRequest): Effect.Effect<string | null, ParameterInvalid> => {
  const key = headers[keyHeader]
  if (key === undefined) return Effect.succeed(null)
  return key.length > 0 && key.length <= longest
    ? Effect.succeed(key)
    : Effect.fail(new ParameterInvalid({ field: "Idempotency-Key", rule: `must have 1 to ${longest} characters` }))
}

/** What every command's event begins with. The key counts for this method, path and body. */
export const commandBase = Effect.fnUntraced(function* (request: HttpServerRequest, body: unknown) {
  const received = yield* Clock.currentTimeMillis
  const key = yield* keyIn(request)
  const once = key === null ? {} : { once: onceOf(key, [request.method, request.url, body]) }
  return { received, via: "api" as const, ...once }
})
