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
  // A tenant without load: nothing but a question to the journal tells the process that woke that it has fallen behind.
  const still = await first.tenant("still", "still-account")
  const few = new Sender(still, "still-account")
  const second = await startServer(shared, settings)
  try {
    const path = "/v1/tenants/still/connections/still-account"
    /** Sets the limit, again until it is taken: whoever has fallen behind is told so first, and loads again. */
    const limited = async (server: typeof first, rate_limit_per_hour: number) => {
      const { status } = await eventually(
        () => server.call("PUT", `${path}/rate-limit`, still.key, { rate_limit_per_hour }),
        (answer) => answer.status === 200,
        300
      )
      claim(status === 200, () => `the limit ${rate_limit_per_hour} was answered ${status}`)
    }
    await sender.bring(first, numbers(0, size))
    await limited(first, 7)
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
    await limited(second, 9)
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, seconds * 1000 - took)))
    const stale = sender.taken.size
    first.thaw()
    // As the first process remembers it, this changes nothing.
    await limited(first, 7)
    const limit = await eventually(
      async () => {
        await few.try(second, 0)
        return (await second.call("GET", path, still.key)).json.rate_limit_per_hour as number
      },
      (shown) => shown === 7,
      50
    )
    claim(limit === 7, () => `the limit is ${limit}, though a 200 said that it is 7`)
    await load
    const proof = mustBe(
      "silent while frozen, answered before, by the other",
      `${isSilent} ${before > size} ${stale > before}`,
      /^true true true$/
    )
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
