/** Messages that left a conversation's window are remembered by their rows: an old repeat, deletion or read mark is exact. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { windowLimit } from "../../machines/conversation/message-window.ts"
import type { Event, MessageReceived } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import type { TestDatabase } from "../support/databases.ts"
import { databases } from "../support/databases.ts"
import type { Process } from "../support/process.ts"
import { startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"

const start = Date.UTC(2026, 4, 4)
const received = start + 86_400_000
const total = windowLimit + 400

const made = (index: number, event = "message_received", outbound = false): Event =>
  Result.getOrThrow(
    translate(message({ chat: "chat", id: `m-${index}`, at: start + index * 1000, event, outbound }), { received })
  )[0]!

describe.each(databases)("old messages on $name", (database) => {
  let data: TestDatabase
  let house: Process

  beforeAll(async () => {
    data = await database.make()
    house = startProcess(data.options)
    await house.found(received)
    await Promise.all(Array.from({ length: total }, (_, index) => house.submit(made(index))))
  })
  afterAll(async () => {
    await house.close()
    await data.close()
  })

  const submit = async (event: Event) => (await house.submit(event)).outcome
  const counts = async () => {
    const view = await house.view("chat")
    return [view["message_count"], view["unread_count"]]
  }

  it("the window really forgot the first ones", async () => {
    const { context } = (await house.run(
      TenantOwner.use((owner) =>
        Effect.flatMap(owner.resolve("acme", "conversation", "chat"), (id) => owner.inspect("acme", "conversation", id))
      )
    )) as any
    const kept = context.facts.window.records.map((record: any) => record.id)
    expect(kept).not.toContain("m-0")
    expect(kept.length).toBeLessThan(total)
    expect(await counts()).toEqual([total, total])
  })

  it("a repeat of a forgotten message is a duplicate and counts nothing", async () => {
    for (let index = 0; index < 20; index++) expect(await submit(made(index))).toBe("duplicate")
    expect(await counts()).toEqual([total, total])
  })

  it("a late message of that time that was never seen counts once", async () => {
    const late = { ...made(5), at: start + 5_500 } as any
    const event: Event = {
      ...late,
      message: { ...late.message, external_message_id: "late", provider_message_id: "P-late" }
    }
    expect(await submit(event)).toBe("applied")
    expect(await submit(event)).toBe("duplicate")
    expect(await counts()).toEqual([total + 1, total + 1])
  })

  it("deleting a forgotten message takes it out of both counts, once", async () => {
    expect(await submit(made(3, "message_deleted"))).toBe("applied")
    expect(await submit(made(3, "message_deleted"))).toBe("duplicate")
    expect(await counts()).toEqual([total, total])
  })

  it("reading up to a forgotten message leaves exactly what came after it, as SQL counts it", async () => {
    const id = await house.run(TenantOwner.use((owner) => owner.resolve("acme", "conversation", "chat")))
    const read: Event = {
      type: "conversation_read",
      conversation_id: id,
      user_id: "user-1",
      message_id: "m-100",
      received,
      via: "api"
    }
    await submit(read)
    await house.run(TenantOwner.use((owner) => owner.flush("acme")))
    const [row] = await house.run(
      Effect.flatMap(
        SqlClient,
        (sql) => sql<{ after: number; unread: number }>`
          select (select count(*)::integer from messages where conversation_id = ${id} and deleted_at is null
                   and received_at > ${new Date(start + 100_000)}) as after,
                 (select unread_count from conversations where id = ${id}) as unread`
      )
    )
    expect(row!.after).toBe(total - 101)
    expect(row!.unread).toBe(row!.after)
    expect(await counts()).toEqual([total, total - 101])
  })

  it("a reaction that was taken back from a forgotten message stays taken back when it is heard again", async () => {
    const { sender, owner, account_id, channel_type, external_thread_id } = made(7) as MessageReceived
    const reacted = (at: number, reaction: string | null): Event => ({
      type: "message_reacted",
      account_id,
      channel_type,
      external_thread_id,
      external_message_id: "m-7",
      provider_message_id: null,
      at: start + at,
      received,
      via: "api",
      owner,
      sender,
      reaction
    })
    expect(await submit(reacted(8_000, "👍"))).toBe("applied")
    expect(await submit(reacted(9_000, null))).toBe("applied")
    // The window, which remembers it for now, forgets it once more.
    await Promise.all(Array.from({ length: windowLimit }, (_, index) => house.submit(made(total + index))))
    expect(await submit(reacted(8_000, "👍"))).toBe("duplicate")
    await house.run(TenantOwner.use((owner) => owner.flush("acme")))
    const rows = await house.run(
      Effect.flatMap(SqlClient, (sql) => sql`select reactions from messages where external_message_id = 'm-7'`)
    )
    expect(rows).toEqual([{ reactions: [] }])
  })

  it("an edit that a clock ahead dated gives way to the next one, also below the window", async () => {
    const { owner, account_id, channel_type, external_thread_id } = made(9) as MessageReceived
    const edited = (at: number, content: string): Event => ({
      type: "message_edited",
      account_id,
      channel_type,
      external_thread_id,
      external_message_id: "m-9",
      provider_message_id: null,
      at,
      received: at,
      via: "webhook",
      owner,
      content
    })
    const content = () =>
      house.run(
        Effect.andThen(
          TenantOwner.use((owner) => owner.flush("acme")),
          Effect.flatMap(SqlClient, (sql) => sql`select content from messages where external_message_id = 'm-9'`)
        )
      )
    expect(await submit(edited(received, "first"))).toBe("applied")
    await Promise.all(Array.from({ length: windowLimit }, (_, index) => house.submit(made(2 * total + index))))
    await house.run(
      Effect.andThen(
        TenantOwner.use((owner) => owner.flush("acme")),
        Effect.flatMap(
          SqlClient,
          (sql) => sql`update messages set edited_at = now() + interval '30 days',
            heard_texts = jsonb_set(heard_texts, '{at}', to_jsonb((extract(epoch from now()) * 1000)::bigint + 2592000000))
            where external_message_id = 'm-9' and edited_at is not null returning heard_texts`
        )
      )
    )
    expect(await submit(edited(Date.now(), "second"))).toBe("applied")
    expect(await content()).toEqual([{ content: "second" }])
  })
})
