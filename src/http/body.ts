/** Request bodies: bounded, JSON whatever the Content-Type says, decoded once. */
import * as ByteSize from "effect/ByteSize"
import * as Effect from "effect/Effect"
import { MaxBodySize } from "effect/http/HttpIncomingMessage"
import type { HttpServerError } from "effect/http/HttpServerError"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type NotJson, parse, type TooDeep } from "../providers/parse.ts"
import { BodyCutShort, BodyInvalid, BodyTooLarge } from "./faults.ts"
import { firstIssue } from "./schema-issue.ts"
import { unstorableField } from "./storable.ts"

/** 1 MiB (DESIGN §10), of everything but webhooks. */
export const bodyLimit = 1024 * 1024

const whyUnread = (limit: number) => (error: HttpServerError) =>
  error.reason._tag === "RequestParseError" && error.reason.reason === "BodyTooLarge"
    ? new BodyTooLarge({ limit })
    : new BodyCutShort({})

const wholeOf = (request: HttpServerRequest, limit: number): Effect.Effect<Uint8Array, BodyTooLarge | BodyCutShort> =>
  request.arrayBuffer.pipe(
    Effect.provideService(MaxBodySize, ByteSize.bytes(limit)),
    Effect.mapBoth({ onSuccess: (buffer) => new Uint8Array(buffer), onFailure: whyUnread(limit) })
  )

const announcedBy = (request: HttpServerRequest): number => Number(request.headers["content-length"] ?? 0)

/** The raw bytes, at most `limit` of them. A body that announces itself as too long is not read at all. */
export const bytesOf = (
  request: HttpServerRequest,
  limit = bodyLimit
): Effect.Effect<Uint8Array, BodyTooLarge | BodyCutShort> =>
  announcedBy(request) > limit ? Effect.fail(new BodyTooLarge({ limit })) : wholeOf(request, limit)

/** The JSON of a body that is to be kept. */
export const jsonIn = (bytes: Uint8Array): Result.Result<unknown, NotJson | TooDeep | BodyInvalid> =>
  Result.flatMap(parse(bytes), (json) => {
    const field = unstorableField(bytes, json)
    return field === null
      ? Result.succeed(json)
      : Result.fail(new BodyInvalid({ field, rule: "must hold neither NUL nor half a surrogate pair" }))
  })

/** An unknown member is refused by name (CONTRACT §4): a misspelt setting is not a success. */
export const unknownRefused = { onExcessProperty: "error" } as const

/** A reader for bodies of this shape. An empty body reads as `{}`, so that commands without arguments need none. */
export const bodyReader = <A>(schema: Schema.Codec<A, unknown>) => {
  const decode = Schema.decodeUnknownEffect(Schema.toCodecJson(schema) as Schema.Codec<A, unknown>, unknownRefused)
  return Effect.fnUntraced(function* (request: HttpServerRequest) {
    const bytes = yield* bytesOf(request)
    const json = bytes.length === 0 ? {} : yield* Effect.fromResult(jsonIn(bytes))
    return yield* decode(json).pipe(Effect.mapError((error) => new BodyInvalid(firstIssue(error))))
  })
}
