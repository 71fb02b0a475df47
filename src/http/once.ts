/** Idempotency-Key (CONTRACT §4): read from a request, and turned into what is remembered of it. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Result from "effect/Result"
import type { Once } from "../../machines/events.ts"
import { bytesOf, jsonIn } from "./body.ts"
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

/** The order of an object's members says nothing; a client that builds the body again may write another one. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/** What a request's key counts for: its method, path and body. A body that is no JSON counts as it is. */
export const contentOf = Effect.fnUntraced(function* (request: HttpServerRequest) {
  const bytes = yield* bytesOf(request)
  const json = bytes.length === 0 ? Result.succeed({}) : jsonIn(bytes)
  const body = Result.isSuccess(json) ? JSON.stringify(json.success, sorted) : Buffer.from(bytes).toString("base64")
  return [request.method, request.url, body]
})

/** What every command's event begins with. Its key and its author are the owner's to write (actors/owner/request-key.ts, author.ts). */
export const commandBase = Effect.map(Clock.currentTimeMillis, (received) => ({ received, via: "api" as const }))
