/** What the drift check finds in rows alone (CONTRACT §6). Its repairs: test/actors/drift.test.ts. */
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Recounts } from "../../persistence/recounts.ts"
import { Snapshots } from "../../persistence/snapshots.ts"
import { databases, openPersistence, type Persistence } from "../support/databases.ts"

const at = Date.UTC(2026, 3, 10)
const [now, before, conversation_id, channel_id] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]

const member = (participant_id: string, is_active: boolean) => ({
  conversation_id,
  participant_id,
  fields: { is_active }
})
const message = (external_message_id: string, sender_participant_id: string, more: object = {}) => ({
  id: randomUUID(),
  external_message_id,
  conversation_id,
  channel_id,
  fields: { direction: "inbound", received_at: at, sender_participant_id, ...more } as const
})

describe.each(databases)("on $name", (database) => {
  let persistence: Persistence
  beforeAll(async () => {
    persistence = await openPersistence(database)
  })
  afterAll(() => persistence.close())

  test("a person who stands under two ids in the rows is counted under both, of messages that count", () =>
    persistence.run(
      Effect.gen(function* () {
        const recounts = yield* Recounts
        const snapshots = yield* Snapshots
        const fields = { last_seen: at, total_messages: 3, total_conversations: 2 }
        yield* snapshots.write({
          tenant_id: "people",
          seq: 1,
          at,
          entities: { participant: [{ id: now, machine_state: "unlinked", internals: new Uint8Array([1]), fields }] },
          members: [member(now, true), member(before, true), member(randomUUID(), true)],
          messages: [
            message("m1", now),
            message("m2", now),
            message("m3", before),
            message("m4", now, { deleted_at: at }),
            message("m5", before, { is_event: true })
          ],
          read_horizons: []
        })
        const found = { id: now, total_messages: 2, total_conversations: 1 }
        expect(yield* recounts.participants("people", at)).toMatchObject([found])
        expect(yield* recounts.participants("people", at + 1)).toEqual([])
        expect(yield* recounts.person("people", now, [now, before])).toMatchObject({
          total_messages: 3,
          total_conversations: 2
        })
        expect(yield* recounts.person("people", randomUUID(), [now])).toBeUndefined()
      })
    ))
})
