/**
 * No database round trip stands between an event and the patch that it causes, nor before a send's decision (DESIGN §1). The
 * journal's statement is held back, and every statement is counted: the patch comes all the same, and nothing else was sent.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Tracer from "effect/Tracer"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Packet } from "../../actors/feed/packet.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Event } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import type { TestDatabase } from "../support/databases.ts"
import { databases } from "../support/databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import type { Process } from "../support/process.ts"
import { startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"

/** Now, or the reservation would run out at once: deadlines follow the clock. */
const received = Date.now()

const online: Event = {
  type: "account_status_changed",
  account_id: fixtureAccount,
  status: "OK",
  at: received,
  received,
  via: "api"
}

const inbound = (id: string): Event =>
  Result.getOrThrow(translate(message({ chat: "chat", id, at: received }), { received }))[0]!

describe.each(databases)("statements on $name", (database) => {
  const statements: Array<string> = []
  const journalOpen = Latch.makeUnsafe(true)
  let data: TestDatabase
  let house: Process

  beforeAll(async () => {
    data = await database.make()
    const counting = Tracer.make({
      span(options) {
        const span = new Tracer.NativeSpan(options)
        if (options.kind === "client") statements.push(options.name)
        return span
      }
    })
    house = startProcess(data.options, {
      journal: (real) => ({ ...real, append: (entries) => Effect.andThen(journalOpen.await, real.append(entries)) }),
      around: Layer.succeed(Tracer.Tracer, counting)
    })
    await house.found(received)
    await house.submit(online)
    await house.submit(inbound("first"))
  })
  afterAll(async () => {
    journalOpen.openUnsafe()
    await house.close()
    await data.close()
  })

  /** Submits with the journal held back; what the topic told, and the statements sent until then. Then lets the journal go on. */
  const told = (topic: (owner: TenantOwner["Service"]) => Effect.Effect<string, any>, event: Event) =>
    house.run(
      Effect.gen(function* () {
        const owner = yield* TenantOwner
        const name = yield* topic(owner)
        const hub = yield* owner.hub("acme")
        const frames: Array<any> = []
        const patched = Latch.makeUnsafe(false)
        const subscriber = {
          deliver: (_: string, packet: Packet) => {
            frames.push(packet.frame)
            if (packet.frame.type === "patch") patched.openUnsafe()
          },
          moved: () => {},
          ended: () => {}
        }
        hub.open(name, subscriber)
        journalOpen.closeUnsafe()
        statements.length = 0
        const answer = yield* Effect.forkChild(owner.submit("acme", event))
        yield* patched.await
        const sent = [...statements]
        expect(answer.pollUnsafe(), "the answer waits for the journal").toBeUndefined()
        journalOpen.openUnsafe()
        const { outcome, decided } = yield* Fiber.join(answer)
        hub.close(name, subscriber)
        return { patch: frames.at(-1), sent, outcome, decided }
      }) as any
    ) as Promise<{ patch: any; sent: ReadonlyArray<string>; outcome: string; decided: any }>

  it("an inbound message reaches the feed without one", async () => {
    const { patch, sent, outcome } = await told(
      (owner) => Effect.map(owner.resolve("acme", "conversation", "chat"), (id) => `conversation:${id}`),
      inbound("second")
    )
    expect(sent).toEqual([])
    expect(patch.changes).toMatchObject({ unread_count: 2, message_count: 2 })
    expect(outcome).toBe("applied")
    expect(statements.length, "the journal's own statement was counted afterwards").toBeGreaterThan(0)
  })

  it("a send is decided without one", async () => {
    const reserve: Event = {
      type: "send_reserved",
      account_id: fixtureAccount,
      reservation_id: crypto.randomUUID(),
      count: 3,
      idempotency_key: null,
      received,
      via: "api"
    }
    const { patch, sent, decided } = await told(
      (owner) => Effect.map(owner.resolve("acme", "connection", fixtureAccount), (id) => `connection:${id}`),
      reserve
    )
    expect(sent).toEqual([])
    expect(patch.changes).toMatchObject({ messages_sent_today: 3 })
    expect(decided).toMatchObject({ allowed: true, remaining_hour: 97 })
  })
})
