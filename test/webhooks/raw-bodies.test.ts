/** I8: what is held of raw bodies while answers wait is bounded; past the bound a body goes as soon as it is understood. */
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { describe, expect, test } from "vitest"
import { EventIndigestible } from "../../actors/errors.ts"
import { GroupCommit } from "../../actors/journal/group-commit.ts"
import { type Resident, TenantOwner } from "../../actors/owner/owner.ts"
import { Waiting } from "../../persistence/kept/waiting.ts"
import { Application } from "../../src/webhooks/application.ts"
import { RawBodies } from "../../src/webhooks/raw-bodies.ts"
import { type Begun, Reception } from "../../src/webhooks/reception.ts"
import { Rooms } from "../../src/webhooks/rooms.ts"
import { message } from "../support/whatsapp.ts"
import type { Answer } from "../../actors/turn/outcome.ts"

const size = 100_000
const limit = 10 * size

/** A payload of which little is understood: the rest is a member that nobody knows. Its bytes are its own, as a request's are. */
const body = (id: string): Uint8Array => {
  const payload = { ...message({ chat: "chat", id, at: Date.now() }), junk: "" }
  payload.junk = "x".repeat(size - JSON.stringify(payload).length)
  const bytes = new TextEncoder().encode(JSON.stringify(payload))
  return bytes.slice()
}

type Journal = Deferred.Deferred<Answer, EventIndigestible>

/** A reception whose journal is away: every answer waits for `journal`. */
const around = <A, E>(use: (journal: Journal, kept: Array<string>) => Effect.Effect<A, E, Reception | RawBodies>) => {
  const journal = Deferred.makeUnsafe<Answer, EventIndigestible>()
  const kept: Array<string> = []
  const services = Layer.mergeAll(
    Layer.mock(TenantOwner, {
      resident: () => undefined,
      submit: (_, event) =>
        event.type === "webhook_failed" ? Effect.succeed({ outcome: "applied" as const }) : Deferred.await(journal)
    }),
    Layer.mock(Waiting, {}),
    Layer.mock(GroupCommit, { stuckSince: Effect.succeed(null), push: () => {}, fence: () => {} }),
    Layer.mock(Rooms, {
      quarantineOpen: () => Effect.void,
      quarantine: ({ body }) => Effect.sync(() => String(kept.push(String(body.byteLength))))
    })
  )
  const reception = Reception.layer.pipe(
    Layer.provide(Application.layer),
    Layer.provideMerge(RawBodies.layerWith(limit)),
    Layer.provide(services)
  )
  return Effect.runPromise(use(journal, kept).pipe(Effect.provide(reception)))
}

type Received = ReturnType<Reception["Service"]["receive"]>

/** As the router's route receives it, and as the front begins with it. */
const ways: Readonly<
  Record<string, (reception: Reception["Service"], journal: Journal, tenant: string, bytes: Uint8Array) => Received>
> = {
  "in a fiber": (reception, _, tenant, bytes) => reception.receive(tenant, bytes, "unipile_webhook"),
  "by callback": (reception, journal, tenant, bytes) =>
    Effect.callback((resume) => {
      const gate = { is_active: true, webhook_secret: "", previous: null }
      const submit: Resident["submit"] = (_, settle) =>
        Effect.runCallback(Deferred.await(journal), {
          onExit: (exit) => settle(Exit.isSuccess(exit) ? exit.value : (Cause.squash(exit.cause) as EventIndigestible))
        })
      reception.begin(tenant, { gate, submit }, bytes, "unipile_webhook", (end) =>
        resume(
          typeof end === "string"
            ? Effect.succeed({ outcome: end })
            : reception.receive(tenant, bytes, "unipile_webhook", end)
        )
      )
    })
}

describe.each(Object.entries(ways))("%s", (_, receive) => {
  const waiting = Effect.fnUntraced(function* (journal: Journal, tenant: string, bodies: ReadonlyArray<Uint8Array>) {
    const reception = yield* Reception
    return yield* Effect.forEach(bodies, (bytes) =>
      Effect.forkChild(Effect.result(receive(reception, journal, tenant, bytes)), { startImmediately: true })
    )
  })
  const many = (count: number) => Array.from({ length: count }, (_, n) => body(`m${n}`))
  const heldIn = (bodies: ReadonlyArray<Uint8Array>) => bodies.reduce((sum, { byteLength }) => sum + byteLength, 0)

  test("while the journal is away no more than the bound is held, a tenant has a share, and every answer comes", () =>
    around(
      Effect.fnUntraced(function* (journal) {
        const greedy = many(40)
        const quiet = many(1)
        const ends = [...(yield* waiting(journal, "greedy", greedy)), ...(yield* waiting(journal, "quiet", quiet))]
        yield* Effect.yieldNow
        expect(heldIn(greedy)).toBeGreaterThan(0)
        expect(heldIn(greedy), "half of the whole, which is as much as it leaves free").toBeLessThanOrEqual(limit / 2)
        expect(heldIn(quiet)).toBe(size)
        expect(yield* RawBodies.use(({ held }) => held)).toBe(heldIn(greedy) + size)
        yield* Deferred.succeed(journal, { outcome: "applied" })
        for (const end of ends) expect(yield* Fiber.join(end)).toMatchObject({ success: { outcome: "applied" } })
        expect(yield* RawBodies.use(({ held }) => held)).toBe(0)
      })
    ))

  test("what the journal refuses for good is kept where its body is held; where it is not, its sender is asked to send it again", () =>
    around(
      Effect.fnUntraced(function* (journal, kept) {
        const ends = yield* waiting(journal, "acme", many(40))
        yield* Effect.yieldNow
        yield* Deferred.fail(
          journal,
          new EventIndigestible({ type: "message_received", detail: "no database takes it" })
        )
        const told = yield* Effect.forEach(ends, Fiber.join)
        const quarantined = told.filter((end) => end._tag === "Success").length
        const sentBack = told.filter((end) => end._tag === "Failure" && end.failure._tag === "DatabaseAway").length
        expect([quarantined, sentBack]).toEqual([5, 35])
        expect(kept).toEqual(Array.from({ length: 5 }, () => String(size)))
      })
    ))

  test("a body that is no JSON is refused as such though there is no room", () =>
    around(
      Effect.fnUntraced(function* (journal) {
        const ends = yield* waiting(journal, "acme", [...many(20), new Uint8Array(size)])
        const last = yield* Fiber.join(ends.at(-1)!)
        expect(last).toMatchObject({ failure: { _tag: "NotJson" } })
        yield* Deferred.succeed(journal, { outcome: "applied" })
      })
    ))
})

test("a defect while the event is applied ends as an answer, not the process, and holds nothing", () =>
  around(
    Effect.fnUntraced(function* () {
      const reception = yield* Reception
      const bytes = body("m1")
      const submit = () => {
        throw new Error("a defect of ours")
      }
      const gate = { is_active: true, webhook_secret: "", previous: null }
      const begun = yield* Effect.callback<"applied" | "duplicate" | Begun>((resume) =>
        reception.begin("acme", { gate, submit }, bytes, "unipile_webhook", (end) => resume(Effect.succeed(end)))
      )
      const exit = yield* Effect.exit(reception.receive("acme", bytes, "unipile_webhook", begun as Begun))
      expect(String(Exit.isFailure(exit) && Cause.squash(exit.cause))).toContain("a defect of ours")
      expect(yield* RawBodies.use(({ held }) => held)).toBe(0)
    })
  ))
