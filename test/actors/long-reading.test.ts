/**
 * I8: a reading of a message that the window has let go needs the rows behind it, but no more than so many, some hundreds at a time.
 * Messages behind those count as read.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import * as Tracer from "effect/Tracer"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Identity } from "../../actors/memory/identity.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { windowLimit } from "../../machines/conversation/message-window.ts"
import type { Event } from "../../machines/events.ts"
import { ann, message, registered, running, start } from "../machines/facts.ts"
import { databases, type TestDatabase } from "../support/databases.ts"
import { type Process, startProcess } from "../support/process.ts"

const most = 20_000
const page = 500
/** Messages that came long ago, one each millisecond after the first. */
const old = most + 600
const chat = new Identity("acme").conversation("whatsapp", "account", "chat-1")

/** How many they are, is no database's business, and writing them costs the embedded one seconds. */
const [, postgres] = databases

describe("the rows behind a forgotten message", () => {
  let data: TestDatabase
  let process: Process
  let statements = 0

  const tell = (...events: ReadonlyArray<Event>) =>
    process.run(
      TenantOwner.use((owner) =>
        Effect.forEach(events, (event) => owner.submit("acme", event), { concurrency: 200, discard: true })
      )
    )
  const context = async (): Promise<any> =>
    (await process.run(TenantOwner.use((owner) => owner.inspect("acme", "conversation", chat)))).context

  beforeAll(async () => {
    data = await postgres!.make()
    const counting = Tracer.make({
      span(options) {
        if (options.kind === "client") statements++
        return new Tracer.NativeSpan(options)
      }
    })
    process = startProcess(data.options, { around: Layer.succeed(Tracer.Tracer, counting) })
    await process.run(TenantOwner.use((owner) => owner.create("acme", "Acme", "sealed")))
    await tell(registered, running, message("first", 0, ann))
    await tell(...Array.from({ length: windowLimit + 200 }, (_, n) => message(`m${n}`, old + 1 + n, ann)))
    await process.run(TenantOwner.use((owner) => owner.flush("acme")))
    await process.run(
      SqlClient.use((sql) =>
        sql.unsafe(`
          insert into messages
          select (jsonb_populate_record(messages, jsonb_build_object(
            'id', gen_random_uuid(), 'external_message_id', 'old-' || n,
            'received_at', to_timestamp((${start} + n) / 1000.0)))).*
          from messages, generate_series(1, ${old}) as n where external_message_id = 'first'`)
      )
    )
  })
  afterAll(async () => {
    await process.close()
    await data.close()
  })

  test("are read up to 20,000, 500 at a time; what came after those counts as read", async () => {
    const remembered = (await context()).facts.window.records.length
    expect(remembered).toBeLessThan(windowLimit + 200)
    statements = 0
    await tell({
      type: "conversation_read",
      conversation_id: chat,
      user_id: "user-1",
      message_id: "first",
      received: start,
      via: "api"
    })
    expect(statements).toBeGreaterThan(most / page)
    expect(statements).toBeLessThan(most / page + 10)
    // The first itself is one of those that are read.
    const { unread_count, readers } = await context()
    expect(unread_count).toBe(most - 1 + remembered)
    expect(readers["user-1"]).toMatchObject({ unread_count })
    const [row] = await process.run(
      SqlClient.use((sql) => sql<{ behind: number }>`select count(*)::integer - 1 as behind from messages`)
    )
    expect(row!.behind - unread_count).toBe(old - (most - 1) + (windowLimit + 200 - remembered))
  })
})
