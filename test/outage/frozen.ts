/**
 * A process that is frozen (a paused virtual machine, a long swap) in the middle of its load, longer than anybody waits; another one
 * takes its tenant over, and then the first one wakes. What it still holds is stale: it may answer nothing from it (I6), and what it
 * had under way is taken once or not at all.
 */
import { randomBytes } from "node:crypto"
import { eventually } from "../support/eventually.ts"
import type { Database } from "../support/databases.ts"
import { startServer } from "../support/server.ts"
import { mustBe } from "./fault.ts"
import { numbers, Sender } from "./sender.ts"

export interface FrozenReport {
  readonly proof: string
  /** Answers of the process that woke: how often which. */
  readonly refusals: ReadonlyArray<string>
  readonly violations: ReadonlyArray<string>
}

/** `size`: messages of each phase; `seconds`: how long the first process is frozen. */
export const runFrozen = async (database: Database, size: number, seconds: number): Promise<FrozenReport> => {
  const violations: Array<string> = []
  const claim = (holds: boolean, otherwise: () => string): void => {
    if (!holds) violations.push(otherwise())
  }
  const { options, close } = await database.make()
  const shared: Database = { name: "postgres", make: async () => ({ options, close: async () => {} }) }
  const settings = {
    SWITCHBOARD_ENCRYPTION_KEYS: randomBytes(32).toString("base64"),
    SWITCHBOARD_SNAPSHOT_INTERVAL: "100 millis"
  }
  const first = await startServer(shared, settings)
  const tenant = await first.tenant("frozen", "account")
  const sender = new Sender(tenant, "account")
  const second = await startServer(shared, settings)
  try {
    await sender.bring(first, numbers(0, size))
    const load = sender.bring(first, numbers(size, 2 * size), 8, 1)
    await eventually(
      async () => sender.taken.size,
      (taken) => taken > size + size / 4
    )
    first.freeze()
    const before = sender.taken.size
    const isSilent = await Promise.race([
      fetch(`${first.url}/livez`).then(
        () => false,
        () => false
      ),
      new Promise<boolean>((resolve) => setTimeout(resolve, 1_000, true))
    ])
    // Whatever was not answered is brought to the one that took over, and more.
    const taking = performance.now()
    await sender.bring(
      second,
      numbers(size, 3 * size).filter((n) => !sender.taken.has(n))
    )
    const took = Math.round(performance.now() - taking)
    const read = (server: typeof first) =>
      server.call("POST", `/v1/tenants/frozen/conversations/chat-0/read`, tenant.key, { user_id: "user-1" })
    claim((await read(second)).status === 200, () => "the process that took over could not mark as read")
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, seconds * 1000 - took)))
    const stale = sender.taken.size
    first.thaw()
    await load
    const proof = mustBe(
      "silent while frozen, answered before, by the other",
      `${isSilent} ${before > size} ${stale > before}`,
      /^true true true$/
    )
    // The second reading changes nothing any more: memory from before the freeze would say otherwise.
    const again = await eventually(
      () => read(first),
      ({ status }) => status === 200,
      300
    )
    claim(again.status === 200, () => `the process that woke marks as read with ${again.status}`)
    const rest = numbers(2 * size, 4 * size).filter((n) => !sender.taken.has(n))
    await sender.bring(first, rest)
    for (const [name, server] of [
      ["woke", first],
      ["took over", second]
    ] as const) {
      const counted = await eventually(
        async () => {
          // A process that does not own the tenant learns of the other's entries by its next event.
          await server.webhook(tenant, sender.payload(0))
          return messageCount(server, tenant)
        },
        (count) => count === 4 * size,
        200
      )
      claim(counted === 4 * size, () => `the process that ${name} counts ${counted} of ${4 * size}`)
    }
    return { proof, refusals: [...sender.refusals].map(([why, times]) => `${times} × ${why}`), violations }
  } finally {
    first.thaw()
    await first.close()
    await second.close()
    await close()
  }
}

const messageCount = async (server: Awaited<ReturnType<typeof startServer>>, tenant: { id: string; key: string }) => {
  const { json } = await server.call("GET", `/v1/tenants/${tenant.id}/conversations?limit=50`, tenant.key)
  return (json.items ?? []).reduce((sum: number, item: { message_count: number }) => sum + item.message_count, 0)
}
