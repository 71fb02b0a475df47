/** A tenant that is taken away while an event waits for the database: its sender is told, and nobody waits for ever (I6, I9). */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { afterAll, beforeAll, expect, test } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Event } from "../../machines/events.ts"
import { FaultPoints } from "../../persistence/database/fault-points.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { databases } from "../support/databases.ts"
import type { TestDatabase } from "../support/databases.ts"
import { startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"

const received = Date.UTC(2026, 4, 4)
const inbound = (chat: string, id: string): Event =>
  Result.getOrThrow(translate(message({ chat, id, at: received }), { received }))[0]!

let data: TestDatabase
beforeAll(async () => {
  data = await databases.find(({ name }) => name === "postgres")!.make()
})
afterAll(() => data.close())

test("an event that waits for a sleeper is answered with ownership_lost when another process takes the tenant", async () => {
  const one = startProcess(data.options)
  await one.found(received)
  await one.submit(inbound("asleep", "m-1"))
  await one.close()

  let blocked = 0
  const points = Layer.succeed(FaultPoints, (point) =>
    Effect.suspend(() => (point === "wake" && blocked++ === 0 ? Effect.never : Effect.void))
  )
  const first = startProcess(data.options, { around: points })
  const second = startProcess(data.options)
  const end = (process: typeof first, event: Event) =>
    process.run(TenantOwner.use((owner) => Effect.result(owner.submit("acme", event))))
  try {
    await first.run(TenantOwner.use((owner) => owner.stats("acme")))
    const waiting = end(first, inbound("asleep", "m-2"))
    await expect.poll(() => blocked).toBe(1)
    await second.submit(inbound("elsewhere", "m-3"))
    // The fence: the other process has written this entry.
    const lost = await end(first, { type: "webhook_failed", received, via: "webhook" })
    expect(Result.isFailure(lost) && lost.failure._tag).toBe("OwnershipLost")
    // Whoever asks next makes the tenant load again.
    expect((await first.view("elsewhere"))["message_count"]).toBe(1)
    const answer = await waiting
    expect(Result.isFailure(answer) && answer.failure._tag).toBe("OwnershipLost")
    await first.submit(inbound("asleep", "m-2"))
    expect((await first.view("asleep"))["message_count"]).toBe(2)
  } finally {
    await first.close()
    await second.close()
  }
})
