/** A snapshot that nothing replaces, of a person whom the journal after the cut names: the start goes on without that entry (DESIGN §10). */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import { ConnectionError, SqlError } from "effect/sql/SqlError"
import { SqlClient } from "effect/sql/SqlClient"
import { describe, expect, it } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Event } from "../../machines/events.ts"
import { FaultPoints } from "../../persistence/database/fault-points.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { databases } from "../support/databases.ts"
import { startProcess } from "../support/process.ts"
import { message } from "../support/whatsapp.ts"

const received = Date.UTC(2026, 4, 4)

/** From somebody who shows no number: the key of such a person stands in no column. */
const hidden = (id: string): Event => {
  const payload = message({ chat: "hidden", id, at: received })
  const name = "12345@lid"
  const sender = {
    ...payload.sender,
    attendee_id: "att-hidden",
    attendee_provider_id: name,
    attendee_public_identifier: name,
    attendee_specifics: { provider: "WHATSAPP" }
  }
  const shown = { ...payload, sender, attendees: [sender], provider_chat_id: name }
  return Result.getOrThrow(translate(shown, { received }))[0]!
}
const open = (id: string): Event =>
  Result.getOrThrow(translate(message({ chat: "open", id, at: received }), { received }))[0]!

describe.each(databases)("on $name", (database) => {
  it("the entry is quarantined, and everything after it counts", async () => {
    const { options, close } = await database.make()
    let broken = 0
    const noCut = Effect.suspend(() => {
      broken++
      return Effect.fail(new SqlError({ reason: new ConnectionError({ cause: new Error("no cut") }) }))
    })
    let isCutting = true
    const points = Layer.succeed(FaultPoints, (point) =>
      Effect.suspend(() => (point === "amid_cut" && !isCutting ? noCut : Effect.void))
    )
    const first = startProcess(options, { around: points })
    await first.found(received)
    await first.submit(hidden("hidden-1"))
    await first.run(TenantOwner.use((owner) => owner.flush("acme")))
    await first.run(
      SqlClient.use((sql) =>
        Effect.andThen(
          sql`delete from journal where seq <= (select seq from checkpoints)`,
          sql`update participants set internals = 'x'::bytea`
        )
      )
    )
    // Acknowledged, and in no cut: the end of this process is as sudden as a kill.
    await first.submit(hidden("hidden-2"))
    await first.submit(open("open-1"))
    isCutting = false
    await first.close()
    expect(broken).toBeGreaterThan(0)

    const second = startProcess(options)
    try {
      expect(await second.view("open")).toMatchObject({ message_count: 1 })
      expect(await second.view("hidden")).toMatchObject({ message_count: 1 })
      const kept = await second.run(
        SqlClient.use(
          (sql) => sql<{ reason: string }>`select reason from quarantine where source = 'journal' order by reason`
        )
      )
      expect(kept).toMatchObject([{ reason: expect.stringMatching(/snapshot of participant .* cannot be read/) }])
    } finally {
      await second.close()
      await close()
    }
  }, 60_000)
})
