/**
 * What has to be looked up before its turn is looked up together: one cut for all that wait, one statement for all that look for the
 * same kind of thing, and nobody who only has to be woken stands behind them.
 */
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { SqlClient } from "effect/sql/SqlClient"
import * as Tracer from "effect/Tracer"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { windowLimit } from "../../machines/conversation/message-window.ts"
import type { Event, MessageReceived } from "../../machines/events.ts"
import { FaultPoints } from "../../persistence/database/fault-points.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { databases } from "../support/databases.ts"
import type { TestDatabase } from "../support/databases.ts"
import { fixture } from "../support/fixtures.ts"
import type { Process } from "../support/process.ts"
import { startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"

const start = Date.UTC(2026, 4, 4)
const received = start + 86_400_000
/** So many old messages are forgotten, and something is said of each. */
const old = 120
const total = windowLimit + 128 + old

const read = (payload: unknown): Event => Result.getOrThrow(translate(payload, { received }))[0]!
const made = (index: number, event = "message_received", outbound = false): Event =>
  read(message({ chat: "chat", id: `m-${index}`, at: start + index * 1000, event, outbound }))
const opened = (index: number): Event =>
  read({ ...fixture("mail_opened"), account_id: "post", email_id: `long-ago-${index}`, event_id: `open-${index}` })
const post: Event = {
  type: "connection_registered",
  account_id: "post",
  channel_type: "gmail",
  account_name: "marta@lumen.example",
  user_id: "user-1",
  connection_config: {},
  provider_config: {},
  is_active: null,
  received,
  via: "api"
}

describe.each(databases)("look-ups on $name", (database) => {
  const recalls = Latch.makeUnsafe(true)
  const statements: Array<string> = []
  let data: TestDatabase
  let house: Process

  beforeAll(async () => {
    data = await database.make()
    const counting = Tracer.make({
      span(options) {
        const span = new Tracer.NativeSpan(options)
        statements.push(options.name)
        return span
      }
    })
    house = startProcess(data.options, {
      around: Layer.merge(
        Layer.succeed(Tracer.Tracer, counting),
        Layer.succeed(FaultPoints, (point) => (point === "recall" ? recalls.await : Effect.void))
      )
    })
    await house.found(received)
    await house.submit(post)
    await Promise.all(
      Array.from({ length: total }, (_, index) => house.submit(made(index, undefined, index % 2 === 1)))
    )
  })
  afterAll(async () => {
    recalls.openUnsafe()
    await house.close()
    await data.close()
  })

  const cuts = () => house.run(TenantOwner.use((owner) => Effect.map(owner.stats("acme"), ({ cuts }) => cuts)))
  const outcomes = async (events: ReadonlyArray<Event>) =>
    new Set((await Promise.all(events.map((event) => house.submit(event)))).map(({ outcome }) => outcome))

  it("receipts, deletions and repeats of hundreds of forgotten messages take a cut for many", async () => {
    const before = await cuts()
    const { account_id, channel_type, external_thread_id, owner } = made(0) as MessageReceived
    const reader = (made(0) as MessageReceived).sender
    const about = (index: number): ReadonlyArray<Event> =>
      index % 2 === 0
        ? [made(index, "message_deleted"), made(index)]
        : [
            {
              type: "message_read",
              account_id,
              channel_type,
              external_thread_id,
              external_message_id: `m-${index}`,
              provider_message_id: null,
              direction: "outbound",
              at: start + index * 1000 + 500,
              reader,
              owner,
              received,
              via: "api"
            }
          ]
    const ends = await outcomes(Array.from({ length: old }, (_, index) => about(index)).flat())
    expect(ends).toEqual(new Set(["applied", "duplicate"]))
    expect((await cuts()) - before).toBeLessThan(20)
    expect(await house.view("chat")).toMatchObject({ message_count: total - old / 2 })
    const rows = await house.run(
      Effect.andThen(
        TenantOwner.use((owner) => owner.flush("acme")),
        Effect.flatMap(
          SqlClient,
          (sql) => sql<{ deleted: number; read: number }>`
          select count(*) filter (where deleted_at is not null)::integer as deleted,
            count(*) filter (where direction = 'outbound' and status = 'read' and sent_at < ${new Date(start + old * 1000)})::integer as read
          from messages`
        )
      )
    )
    expect(rows).toEqual([{ deleted: old / 2, read: old / 2 }])
  })

  it("facts that name nothing but a mail are looked for in a few statements", async () => {
    statements.length = 0
    expect(await outcomes(Array.from({ length: old }, (_, index) => opened(index)))).toEqual(new Set(["applied"]))
    expect(statements.filter((name) => name === "Messages.threadsKnowing").length).toBeLessThan(20)
  })

  it("who only has to be woken does not wait for a look-up", async () => {
    recalls.closeUnsafe()
    const looked = house.submit(made(4, "message_deleted"))
    const isNew = read(message({ chat: "new", id: "first", at: start }))
    expect(await house.submit(isNew)).toMatchObject({ outcome: "applied" })
    recalls.openUnsafe()
    expect(await looked).toMatchObject({ outcome: "duplicate" })
  })
})
