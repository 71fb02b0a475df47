/** Two owners of one tenant on one database: the second to append finds out by the journal's key, and nothing is lost or doubled (I6). */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { GroupCommit } from "../../actors/group-commit.ts"
import { ownerLayer } from "../../actors/local-owner.ts"
import { TenantOwner } from "../../actors/tenant-owner.ts"
import type { Event } from "../../machines/events.ts"
import { layerDatabase } from "../../persistence/database.ts"
import { layer as persistence } from "../../persistence/layer.ts"
import { layerMigrated } from "../../persistence/migrated.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import type { TestDatabase } from "../support/databases.ts"
import { databases } from "../support/databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { random } from "../support/seeded.ts"
import { message } from "../support/whatsapp.ts"

type Process = ManagedRuntime.ManagedRuntime<TenantOwner | SqlClient, unknown>
const received = Date.UTC(2026, 4, 4)
const messages = 120

const inbound = (index: number): Event =>
  Result.getOrThrow(translate(message({ chat: "chat", id: `m-${index}`, at: received + index }), { received }))[0]!

describe("one writer per tenant", () => {
  let data: TestDatabase
  let first: Process
  let second: Process

  const start = (): Process =>
    ManagedRuntime.make(
      ownerLayer({ mailbox: 10_000, snapshotInterval: "50 millis", idle: 3_600_000, residents: 10_000 }).pipe(
        Layer.provide(GroupCommit.layer),
        Layer.provide(persistence),
        Layer.provide(layerMigrated),
        Layer.provideMerge(layerDatabase(data.options))
      ) as any
    )

  beforeAll(async () => {
    data = await databases.find(({ name }) => name === "postgres")!.make()
    first = start()
    await first.runPromise(
      Effect.gen(function* () {
        const owner = yield* TenantOwner
        yield* owner.create("acme", "Acme", "sealed")
        yield* owner.submit("acme", {
          type: "connection_registered",
          account_id: fixtureAccount,
          channel_type: "whatsapp",
          account_name: "Support",
          user_id: "user-1",
          connection_config: {},
          provider_config: {},
          is_active: null,
          received,
          via: "api"
        })
      })
    )
    second = start()
  })
  afterAll(async () => {
    await Promise.all([first.dispose(), second.dispose()])
    await data.close()
  })

  it("both take events by turns; every one that was answered counts once in the end", async () => {
    const next = random("one writer")
    let losses = 0
    /** Sends until it is answered, as a provider does; a refusal says that it was not applied. */
    const send = async (process: Process, event: Event): Promise<void> => {
      const end = await process.runPromise(TenantOwner.use((owner) => Effect.result(owner.submit("acme", event))))
      if (Result.isSuccess(end)) return
      expect(end.failure._tag).toBe("OwnershipLost")
      losses++
      return send(next() < 0.5 ? first : second, event)
    }
    for (let index = 0; index < messages; index += 4) {
      await Promise.all([0, 1, 2, 3].map((offset) => send(next() < 0.5 ? first : second, inbound(index + offset))))
    }
    expect(losses, "the fence was met").toBeGreaterThan(0)
    // Whoever writes last has loaded what the other wrote.
    await send(first, inbound(messages))
    const view = await first.runPromise(TenantOwner.use((owner) => owner.view("acme", "conversation", "chat")))
    expect([view["message_count"], view["unread_count"]]).toEqual([messages + 1, messages + 1])
    await first.runPromise(TenantOwner.use((owner) => owner.flush("acme")))
    const rows = await first.runPromise(
      Effect.flatMap(SqlClient, (sql) => sql<{ count: number }>`select count(*)::integer as count from messages`)
    )
    expect(rows).toEqual([{ count: messages + 1 }])
  })
})
