/** One defect or one slow cut is not the end of all cuts. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { realClock } from "../../actors/owner/real-time.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { ShellOptions } from "../../actors/owner/shell.ts"
import type { Event } from "../../machines/events.ts"
import { type FaultPoint, FaultPoints } from "../../persistence/database/fault-points.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"

const received = Date.now()
const inbound = (id: string): Event =>
  Result.getOrThrow(translate(message({ chat: "chat", id, at: received }), { received }))[0]!

const started = (at: (point: FaultPoint) => Effect.Effect<void>, options: Partial<ShellOptions>) => {
  const process = startProcess(
    { url: Option.none(), dataDir: "memory://" },
    { options, around: Layer.succeed(FaultPoints, at) }
  )
  const stats = () => process.run(TenantOwner.use((owner) => owner.stats("acme")))
  const flush = () =>
    process.run(
      TenantOwner.use((owner) =>
        Effect.match(owner.flush("acme"), { onSuccess: () => "written", onFailure: ({ _tag }) => _tag })
      )
    )
  return { process, stats, flush }
}

test("a defect inside a cut fails that cut: all of it is still due, and the next one holds it", async () => {
  let defects = 0
  const { process, stats, flush } = started(
    (point) =>
      Effect.suspend(() => {
        if (point !== "before_cut_commit" || defects++ > 0) return Effect.void
        return Effect.die(new Error("a defect of ours"))
      }),
    { snapshotInterval: "100 millis" }
  )
  try {
    await process.found(received)
    await expect.poll(() => defects, { timeout: 10_000 }).toBe(1)
    await process.submit(inbound("m1"))
    // The cutter's own loop, which nobody asks.
    await expect.poll(async () => (await stats()).snapshot_lag, { timeout: 20_000 }).toBe(0)
    expect(await flush()).toBe("written")
  } finally {
    await process.close()
  }
}, 60_000)

test("a cut that takes longer than it is given is given twice as long the next time, until it is written", async () => {
  const given = 200
  let tried = 0
  const { process, stats, flush } = started(
    (point) =>
      Effect.suspend(() => {
        if (point !== "amid_cut") return Effect.void
        tried++
        return Effect.provideService(Effect.sleep(5 * given), Clock.Clock, realClock)
      }),
    { longestCut: given }
  )
  try {
    await process.found(received)
    const ends: Array<string> = []
    while (ends.at(-1) !== "written" && ends.length < 20) ends.push(await flush())
    expect(ends.slice(0, 2)).toEqual(["DatabaseAway", "DatabaseAway"])
    expect(ends.at(-1)).toBe("written")
    expect(tried).toBeLessThan(7)
    expect(await stats()).toMatchObject({ snapshot_lag: 0 })
    await process.submit(inbound("m1"))
    expect(await flush(), "what one needed, the next is given at once").toBe("written")
  } finally {
    await process.close()
  }
}, 60_000)
