/**
 * What becomes of an authentic payload (DESIGN §1 steps 2 to 7, §10): applied, duplicate, quarantined or waiting, and nothing
 * else (I9). Not JSON is the sender's fault and is refused; what there is no room to keep is refused too, and stays with the sender.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { SqlError } from "effect/sql/SqlError"
import { DatabaseAway, type SubmitError } from "../../actors/errors.ts"
import { GroupCommit } from "../../actors/journal/group-commit.ts"
import { promptly } from "../../actors/owner/patience.ts"
import { type Resident, TenantOwner } from "../../actors/owner/owner.ts"
import { Waiting } from "../../persistence/kept/waiting.ts"
import type { NotJson, TooDeep } from "../providers/parse.ts"
import { Application, type End, type Submitted } from "./application.ts"
import { RawBodies, type RawBody } from "./raw-bodies.ts"
import { QuarantineFull, Rooms, WaitingFull } from "./rooms.ts"
import { type Source, understand } from "./understand.ts"

/** What `begin` has done of a payload. */
export interface Begun {
  /** When it came in, epoch milliseconds. */
  readonly received: number
  /** Bytes of its body, also when they were let go meanwhile. */
  readonly size: number
  /** How its only event ended; absent: nothing was submitted. */
  readonly submitted?: Submitted
}

/** The answer to a webhook (DESIGN §5). */
export type Received =
  { readonly outcome: "applied" | "duplicate" } | { readonly outcome: "quarantined" | "waiting"; readonly id: string }

export class Reception extends Context.Service<
  Reception,
  {
    /**
     * Begins with a payload for a tenant that is in memory, without a fiber. `settle` is called once, when the answer is durable
     * (I1), or with what has begun, for `receive` to go on with, when there is more to do than to apply one event.
     */
    begin(
      tenant: string,
      resident: Resident,
      body: Uint8Array,
      source: Source,
      settle: (end: "applied" | "duplicate" | Begun) => void
    ): void
    /** A payload with which nothing was done yet, for `receive`. */
    arrived(body: Uint8Array): Begun
    /** Takes a payload in; returns when the answer is durable (I1). */
    receive(
      tenant: string,
      body: Uint8Array,
      source: Source,
      begun?: Begun
    ): Effect.Effect<Received, NotJson | TooDeep | QuarantineFull | WaitingFull | SubmitError | SqlError>
    /**
     * Notes that an authentic payload was refused, which nobody would know of otherwise: counted with the tenant (CONTRACT 2.1)
     * and logged. It is not kept. `account_id` is null where it could not be read.
     */
    refused(tenant: string, account_id: string | null, why: string): Effect.Effect<void>
    /** Notes an authentic webhook that is refused before it gets here, for a reason that is not the payload's. */
    noted(tenant: string): Effect.Effect<void>
  }
>()("switchboard/webhooks/Reception") {
  static readonly layer = Layer.effect(
    Reception,
    Effect.gen(function* () {
      const owner = yield* TenantOwner
      const application = yield* Application
      const rooms = yield* Rooms
      const waiting = yield* Waiting
      const commits = yield* GroupCommit
      const bodies = yield* RawBodies
      const clock = yield* Clock.Clock

      /** Bookkeeping of a webhook whose answer is certain without the journal: it must not delay that for long, nor take its place. */
      const keptCount = Effect.fnUntraced(
        function* (tenant: string, as: "webhook_failed" | "webhook_noted") {
          if ((yield* commits.stuckSince) !== null) return
          const base = { received: yield* Clock.currentTimeMillis, via: "webhook" } as const
          const event = as === "webhook_failed" ? { type: as, ...base } : { type: as, ...base, success: false }
          yield* promptly(owner.submit(tenant, event))
        },
        // What cannot be counted stands in the log.
        Effect.catchCause((cause) =>
          Effect.logWarning("A webhook that was refused or kept could not be counted", cause)
        )
      )
      const noted = (tenant: string) => keptCount(tenant, "webhook_noted")

      /**
       * Kept first, then counted: what cannot be kept is refused, and must not count each time that its sender comes back. What
       * cannot be counted, because the mailbox is full, is kept all the same: it comes again as the very same one.
       */
      const keepUnreadable = Effect.fnUntraced(function* (
        tenant: string,
        body: Uint8Array,
        source: Source,
        received: number,
        reason: string
      ) {
        if ((yield* commits.stuckSince) !== null) return yield* new DatabaseAway({})
        yield* rooms.quarantineOpen(tenant)
        const id = yield* promptly(rooms.quarantine({ tenant_id: tenant, source, reason, body, received_at: received }))
        yield* owner.submit(tenant, { type: "webhook_failed", received, via: "webhook" })
        return { outcome: "quarantined" as const, id }
      })

      /** Kept first, then tried once more: a registration in between would not have seen it. */
      const keepEarly = Effect.fnUntraced(function* (
        tenant: string,
        account_id: string,
        body: Uint8Array,
        source: Source,
        received: number,
        again: Effect.Effect<End, NotJson | TooDeep | SubmitError>
      ) {
        const id = yield* promptly(rooms.wait({ tenant_id: tenant, account_id, source, body, received_at: received }))
        const end = yield* again
        if (end.outcome !== "applied" && end.outcome !== "duplicate") {
          // Its row is durable: a journal that is stuck, or a full mailbox, does not make it wait.
          yield* noted(tenant)
          return { outcome: "waiting" as const, id }
        }
        yield* waiting.remove(tenant, [id])
        return end
      })

      /** When too many bodies are held, this one's bytes go as soon as its answer has to wait; it has been read by then. */
      const lettingGo = Effect.fnUntraced(function* <A, E>(attempt: Effect.Effect<A, E>, body: RawBody) {
        if (body.isKept) return yield* attempt
        const fiber = yield* Effect.forkChild(attempt, { startImmediately: true })
        if (fiber.pollUnsafe() === undefined) body.letGo()
        return yield* Fiber.join(fiber)
      })

      const arrived = (body: Uint8Array): Begun => ({
        received: clock.currentTimeMillisUnsafe(),
        size: body.byteLength
      })

      const begin = (
        tenant: string,
        resident: Resident,
        body: Uint8Array,
        source: Source,
        settle: (end: "applied" | "duplicate" | Begun) => void
      ): void => {
        const begun = arrived(body)
        let read: ReturnType<typeof understand>
        try {
          read = understand(body, source, begun.received)
        } catch (defect) {
          return settle({ ...begun, submitted: Effect.die(defect) })
        }
        if (Result.isFailure(read) || read.success.length !== 1) return settle(begun)
        const raw = bodies.hold(tenant, body)
        let isSettled = false
        const end = (end: "applied" | "duplicate" | Begun) => {
          isSettled = true
          raw.release()
          settle(end)
        }
        try {
          resident.submit(read.success[0]!, (result) =>
            end("outcome" in result ? result.outcome : { ...begun, submitted: Effect.fail(result) })
          )
        } catch (defect) {
          // Outside of a fiber nobody else would catch it, and the process would end.
          if (!isSettled) end({ ...begun, submitted: Effect.die(defect) })
        }
        if (!isSettled && !raw.isKept) raw.letGo()
      }

      const receive = Effect.fnUntraced(function* (tenant: string, body: Uint8Array, source: Source, begun?: Begun) {
        const received = begun?.received ?? (yield* Clock.currentTimeMillis)
        const raw = yield* bodies.holdScoped(tenant, body)
        const size = begun?.size ?? body.byteLength
        const attempt = (submitted?: Submitted) =>
          application
            .take(tenant, (channel_type) => understand(body, source, received, channel_type), submitted)
            .pipe(
              Effect.catchTag("Unreadable", ({ message }) =>
                Effect.succeed<End>({ outcome: "indigestible", reason: message })
              )
            )
        const isGone = () => body.byteLength < size
        const end = yield* lettingGo(attempt(begun?.submitted), raw).pipe(
          Effect.catchTag(["NotJson", "TooDeep"], (fault) => Effect.fail(isGone() ? new DatabaseAway({}) : fault))
        )
        // It would have to be kept, and there is nothing left of it: its sender still has it.
        if (isGone() && end.outcome !== "applied" && end.outcome !== "duplicate") return yield* new DatabaseAway({})
        switch (end.outcome) {
          case "unregistered":
            return yield* keepEarly(tenant, end.account_id, body, source, received, attempt())
          case "indigestible":
            return yield* keepUnreadable(tenant, body, source, received, end.reason)
          default:
            return end
        }
      }, Effect.scoped)

      const isFull = (error: unknown): boolean => error instanceof QuarantineFull || error instanceof WaitingFull
      const receiveNoted = (tenant: string, body: Uint8Array, source: Source, begun?: Begun) =>
        receive(tenant, body, source, begun).pipe(
          Effect.tapError((error) => (isFull(error) ? noted(tenant) : Effect.void))
        )

      const refused = Effect.fnUntraced(
        function* (tenant: string, account_id: string | null, why: string) {
          yield* Effect.logWarning(`A webhook was refused and not kept: ${why}`)
          yield* keptCount(tenant, "webhook_failed")
        },
        (effect, tenant, account_id) => Effect.annotateLogs(effect, { tenant, account_id })
      )

      return Reception.of({ arrived, begin, receive: receiveNoted, refused, noted })
    })
  )
}
