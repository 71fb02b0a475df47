/**
 * I8: the journal is folded again for an unreadable actor only where that fits beside the living tenant: up to so many entries and
 * so many bytes. Past that the actor comes from its rows, with the same counters.
 */
import * as Effect from "effect/Effect"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import { SqlClient } from "effect/sql/SqlClient"
import { afterEach, expect, test } from "vitest"
import { memoryShares } from "../../actors/memory/memory-shares.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { Identity } from "../../actors/memory/identity.ts"
import type { Event } from "../../machines/events.ts"
import { ann, message, registered, running } from "../machines/facts.ts"
import { databases } from "../support/databases.ts"
import { type Process, startProcess } from "../support/process.ts"

/** How long the journal is, is no database's business. */
const [, postgres] = databases
const chat = new Identity("acme").conversation("whatsapp", "account", "chat-1")

const ends: Array<() => Promise<unknown>> = []
afterEach(async () => {
  while (ends.length > 0) await ends.pop()!()
})
const started = async () => {
  const { options, close } = await postgres!.make()
  ends.push(close)
  /** Does it in a process of its own, with so much memory for what no cut holds. */
  return async <A>(backlog: number, use: (process: Process) => Promise<A>): Promise<A> => {
    const process = startProcess(options, { options: { memory: { ...memoryShares(), backlog } } })
    try {
      return await use(process)
    } finally {
      await process.close()
    }
  }
}
const tell = (process: Process, ...events: ReadonlyArray<Event>) =>
  process.run(
    TenantOwner.use((owner) =>
      Effect.andThen(
        Effect.forEach(events, (event) => owner.submit("acme", event), { discard: true }),
        owner.flush("acme")
      )
    )
  )
const found = async (process: Process) => {
  await process.run(TenantOwner.use((owner) => owner.create("acme", "Acme", "sealed")))
  await tell(process, registered, running)
}
const sql = (process: Process, ...statements: ReadonlyArray<string>) =>
  process.run(SqlClient.use((client) => Effect.forEach(statements, (statement) => client.unsafe(statement))))
/** Somebody damages the conversation while it sleeps: what it was built again from, and its counters. */
const rebuilt = async (process: Process) => {
  const counted = async () => {
    const text = await process.run(PrometheusMetrics.format())
    const of = (from: string) =>
      Number(new RegExp(`^switchboard_actors_rebuilt_total\\{from="${from}"\\} (\\d+)$`, "m").exec(text)?.[1] ?? 0)
    return { journal: of("journal"), rows: of("rows") }
  }
  await sql(process, `update conversations set internals = 'not a snapshot'`)
  const before = await counted()
  const { message_count, unread_count } = (await process.view(chat)) as any
  const after = await counted()
  return {
    journal: after.journal - before.journal,
    rows: after.rows - before.rows,
    counts: [message_count, unread_count]
  }
}

test("entries of as many bytes as the backlog may have: one more byte, and the actor comes from its rows", async () => {
  const within = await started()
  const roomy = memoryShares().backlog
  const bytes = await within(roomy, async (process) => {
    await found(process)
    const long = (n: number) => message(`m${n}`, n, ann, { message: { content: String(n).padEnd(10_000, "x") } })
    await tell(process, ...Array.from({ length: 30 }, (_, n) => long(n)))
    const [[{ size }]] = (await sql(process, `select sum(octet_length(body))::integer as size from journal`)) as any
    return size as number
  })
  expect(bytes).toBeGreaterThan(300_000)
  expect(await within(bytes, rebuilt)).toEqual({ journal: 1, rows: 0, counts: [30, 30] })
  expect(await within(bytes - 1, rebuilt)).toEqual({ journal: 0, rows: 1, counts: [30, 30] })
})

test("more than 200,000 entries: the actor comes from its rows", async () => {
  const within = await started()
  const roomy = memoryShares().backlog
  await within(roomy, async (process) => {
    await found(process)
    await tell(process, message("m1", 1, ann), message("m2", 2, ann))
    // As if so many others had come before, of a kind that is not known any more; those are passed over.
    await sql(
      process,
      `update journal set seq = seq + 200000`,
      `insert into journal (tenant_id, seq, at, kind, body, writer)
       select 'acme', n, now(), 'nonsense', '\\xc1', gen_random_uuid() from generate_series(1, 200000) as n`,
      `update checkpoints set seq = seq + 200000`
    )
  })
  expect(await within(roomy, rebuilt)).toEqual({ journal: 0, rows: 1, counts: [2, 2] })
})
