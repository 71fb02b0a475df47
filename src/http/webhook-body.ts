/**
 * The bodies of webhooks: mails bring their pictures along, so they may be long (DESIGN §10). One that is too long is not refused
 * unseen: its first part says whose it is.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import type { Scope } from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import { Settings } from "../config.ts"
import { bodyLimit, bytesOf } from "./body.ts"
import { BodyCutShort, type BodyTooLarge } from "./faults.ts"

/** What arrived of a body: all of it, or the first part of one that is longer than the limit. */
export interface Arrived {
  readonly bytes: Uint8Array
  readonly isWhole: boolean
}

/** Of a body that is too long so much is looked at; the account stands among the first members. */
const headLength = 65_536

/**
 * Long bodies, of more than a mebibyte, that are in memory at a time, in bodies of the largest size (I8): of senders that have
 * shown the secret before, and of those that a signature or an account inside the body still has to prove. Who finds no room waits
 * with the body unread; a stranger never takes the room of the others.
 */
const roomFor = { proven: 8, unproven: 4 } as const

export class WebhookBodies extends Context.Service<
  WebhookBodies,
  {
    /** Bytes that are taken. */
    readonly limit: number
    /** Reads the request's body. A long one keeps its room until the request is answered. */
    read(
      request: HttpServerRequest,
      sender: keyof typeof roomFor
    ): Effect.Effect<Arrived, BodyTooLarge | BodyCutShort, Scope>
  }
>()("switchboard/http/WebhookBodies") {
  static readonly layer = Layer.effect(
    WebhookBodies,
    Effect.gen(function* () {
      const { webhookBodyLimit: limit } = yield* Settings
      const rooms = {
        proven: yield* Semaphore.make(roomFor.proven * limit),
        unproven: yield* Semaphore.make(roomFor.unproven * limit)
      }

      /** Reads until there is more than `most`, or to the end. */
      const collected = (request: HttpServerRequest, most: number, room: Effect.Effect<unknown, never, Scope>) =>
        Effect.suspend(() => {
          const chunks: Array<Uint8Array> = []
          let length = 0
          let isLong = false
          const take = (chunk: Uint8Array) => {
            chunks.push(chunk)
            length += chunk.byteLength
            if (isLong || length <= bodyLimit) return Effect.succeed(length <= most)
            isLong = true
            return Effect.as(room, length <= most)
          }
          return Stream.runForEachWhile(request.stream, take).pipe(
            Effect.mapBoth({ onSuccess: () => Buffer.concat(chunks), onFailure: () => new BodyCutShort({}) })
          )
        })

      const head = (bytes: Uint8Array): Arrived => ({ bytes: bytes.slice(0, headLength), isWhole: false })

      const read = (request: HttpServerRequest, sender: keyof typeof roomFor) => {
        const announced = request.headers["content-length"]
        const length = Number(announced ?? 0)
        const room = (bytes: number) => Semaphore.takeScoped(rooms[sender], bytes)
        if (length > limit) return Effect.map(collected(request, headLength, Effect.void), head)
        if (announced !== undefined && length <= bodyLimit)
          return Effect.map(bytesOf(request), (bytes): Arrived => ({ bytes, isWhole: true }))
        const whole =
          announced === undefined
            ? collected(request, limit, room(limit))
            : Effect.andThen(room(length), collected(request, limit, Effect.void))
        return Effect.map(whole, (bytes): Arrived => (bytes.length > limit ? head(bytes) : { bytes, isWhole: true }))
      }

      return WebhookBodies.of({ limit, read })
    })
  )
}
