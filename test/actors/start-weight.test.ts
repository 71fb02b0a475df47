/**
 * I8: a start survives whatever an earlier process accepted. What does not fit in memory halts its own tenant and nobody else, and with
 * more memory everything is there again. Heavy actors sleep early.
 */
import * as Effect from "effect/Effect"
import { afterEach, expect, test } from "vitest"
import { memoryShares } from "../../actors/memory/memory-shares.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Event } from "../../machines/events.ts"
import { ann, message, person, registered } from "../machines/facts.ts"
import { databases } from "../support/databases.ts"
import { type Process, startProcess } from "../support/process.ts"

const [, postgres] = databases
const mebibyte = 2 ** 20
const roomy = memoryShares(16_384 * mebibyte)

const ends: Array<() => Promise<unknown>> = []
afterEach(async () => {
  while (ends.length > 0) await ends.pop()!()
})

const house = async () => {
  const { options, close } = await postgres!.make()
  ends.push(close)
  return (memory: Partial<typeof roomy> = {}, snapshotInterval = "1 hour") => {
    const process = startProcess(options, {
      options: { memory: { ...roomy, ...memory }, snapshotInterval: snapshotInterval as "1 hour" }
    })
    let ended: Promise<void> | undefined
    const close = () => (ended ??= process.close())
    ends.push(close)
    return { ...process, close }
  }
}
const tell = (process: Process, tenant: string, ...events: ReadonlyArray<Event>) =>
  process.run(
    TenantOwner.use((owner) =>
      Effect.forEach(events, (event) => owner.submit(tenant, event), { concurrency: 50, discard: true })
    )
  )
const create = (process: Process, tenant: string) =>
  process.run(TenantOwner.use((owner) => owner.create(tenant, tenant, "s")))
const connections = (process: Process, tenant: string) =>
  process.run(Effect.flip(TenantOwner.use((owner) => owner.connections(tenant))).pipe(Effect.catch(Effect.succeed)))

const stats = (process: Process) => process.run(TenantOwner.use((owner) => owner.stats("acme")))

test("connections that an earlier process accepted halt their tenant where they do not fit; the others live, and with more memory it is back", async () => {
  const start = await house()
  const first = start()
  await create(first, "acme")
  await create(first, "quiet")
  await tell(first, "quiet", registered)
  // As earlier versions took them: maps of a megabyte.
  const heavy = (n: number) => ({
    ...registered,
    account_id: `account-${n}`,
    connection_config: { text: String(n).padEnd(mebibyte, "x") }
  })
  await tell(first, "acme", ...Array.from({ length: 12 }, (_, n) => heavy(n)))
  await first.close()

  const small = start({ settled: 8 * mebibyte })
  const halted: any = await connections(small, "acme")
  expect(halted._tag).toBe("TenantHalted")
  expect(halted.message).toMatch(/take some \d+ MiB.*max-old-space-size/)
  expect(await connections(small, "quiet")).toHaveLength(1)
  await small.close()

  const large = start()
  expect(await connections(large, "acme")).toHaveLength(12)
})

const chats = 40
const heavyTalk = (chat: number): ReadonlyArray<Event> => {
  const said = (n: number) =>
    message(`m${n}`, n, person(`p${chat}-${n}`, { metadata: { occupation: String(n).padEnd(4_000, "o") } }), {
      in: `chat-${chat}`,
      received: Date.now(),
      thread: { is_group: true }
    })
  return Array.from({ length: 30 }, (_, n) => said(n))
}

test("actors sleep past their weight, the least recently used first, and are who they were when they are needed", async () => {
  const start = await house()
  const limit = 6 * mebibyte
  const process = start({ residents: limit }, "200 millis")
  await create(process, "acme")
  await tell(process, "acme", registered)
  for (let chat = 0; chat < chats; chat++) await tell(process, "acme", ...heavyTalk(chat))
  const settledDown = async () => {
    for (let tries = 0; tries < 200; tries++) {
      const { residents_weight, residents, dirty } = await stats(process)
      if (dirty === 0 && residents_weight <= limit) return { residents_weight, residents }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return await stats(process)
  }
  const down = await settledDown()
  // Forty chats of thirty people with four thousand characters each weigh four times the limit.
  expect(down.residents_weight).toBeLessThanOrEqual(limit)
  expect(down.residents.conversation).toBeGreaterThan(2)
  expect(down.residents.conversation).toBeLessThan(chats - 10)
  for (const chat of [0, 20, chats - 1]) {
    const view = await process.view(`chat-${chat}`)
    expect(view["message_count"]).toBe(30)
    expect(view["members"]).toHaveLength(31)
  }
  await tell(
    process,
    "acme",
    ...Array.from({ length: chats }, (_, n) => message("again", 99, ann, { in: `chat-${n}`, received: Date.now() }))
  )
  for (const chat of [0, 20, chats - 1]) expect((await process.view(`chat-${chat}`))["message_count"]).toBe(31)
  expect((await settledDown()).residents_weight).toBeLessThanOrEqual(limit)
})
