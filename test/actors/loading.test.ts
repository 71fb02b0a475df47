/** A tenant that comes back into memory does so once, however many ask for it and however few of them wait. */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Event } from "../../machines/events.ts"
import { FaultPoints } from "../../persistence/database/fault-points.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { databases } from "../support/databases.ts"
import { startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"

const received = Date.UTC(2026, 4, 4)
const inbound = (chat: string): Event =>
  Result.getOrThrow(translate(message({ chat, id: `first of ${chat}`, at: received }), { received }))[0]!
const failed = { type: "webhook_failed", received, via: "webhook" } as const

test("a load goes on when whoever asked for it has left, and the next one gets what it brought", async () => {
  const data = await databases.find(({ name }) => name === "postgres")!.make()
  const open = Latch.makeUnsafe(true)
  let loads = 0
  const points = Layer.succeed(FaultPoints, (point) =>
    Effect.suspend(() => {
      if (point !== "replay") return Effect.void
      loads++
      return open.await
    })
  )
  const first = startProcess(data.options, { around: points })
  const second = startProcess(data.options)
  const stats = TenantOwner.use((owner) => owner.stats("acme"))
  try {
    await first.found(received)
    await second.submit(failed)
    // The fence: the tenant of the first process is lost.
    await first.submit(failed).catch(() => {})
    loads = 0
    open.closeUnsafe()
    const left = await first.run(Effect.timeoutOption(stats, "300 millis"))
    expect(left._tag).toBe("None")
    expect(loads).toBe(1)
    const waiting = first.run(Effect.all([stats, stats], { concurrency: 2 }))
    open.openUnsafe()
    for (const { seq } of await waiting) expect(seq).toBeGreaterThan(2)
    expect(loads).toBe(1)
  } finally {
    await first.close()
    await second.close()
    await data.close()
  }
})

test("a thousand who look at a conversation that sleeps wake it once", async () => {
  const data = await databases.find(({ name }) => name === "postgres")!.make()
  const before = startProcess(data.options)
  await before.found(received)
  await before.submit(inbound("asleep"))
  await before.close()
  let wakes = 0
  const points = Layer.succeed(FaultPoints, (point) => Effect.sync(() => void (point === "wake" && wakes++)))
  const after = startProcess(data.options, { around: points })
  try {
    const id = await after.run(TenantOwner.use((owner) => owner.resolve("acme", "conversation", "asleep")))
    expect(wakes).toBe(1)
    await after.close()
    const again = startProcess(data.options, { around: points })
    const look = TenantOwner.use((owner) => owner.view("acme", "conversation", id))
    wakes = 0
    const views = await again.run(
      Effect.all(
        Array.from({ length: 1_000 }, () => look),
        { concurrency: "unbounded" }
      )
    )
    expect(views.map((view) => view["message_count"])).toEqual(views.map(() => 1))
    expect(wakes).toBe(1)
    await again.close()
  } finally {
    await data.close()
  }
})
