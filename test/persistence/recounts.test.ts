/** What the drift check finds in rows alone (CONTRACT §6). Its repairs: test/actors/drift.test.ts. */
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Recounts } from "../../persistence/figures/recounts.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
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

  test("unread is what no reading covers; where none is written yet, what came after the owner's horizon", () =>
    persistence.run(
      Effect.gen(function* () {
        const [recounts, snapshots] = [yield* Recounts, yield* Snapshots]
        const inbound = (id: string, received_at: number, arrival: number | null, more: object = {}) =>
          message(id, now, { received_at, arrival, ...more })
        const messages = [
          inbound("early", at, 1),
          inbound("same", at + 5, 2),
          inbound("same, later", at + 5, 3),
          inbound("late", at + 1, 9),
          inbound("newest", at + 9, 4),
          inbound("read one by one", at + 9, 5, { read_at: at }),
          inbound("story", at + 9, 6, { is_story: true }),
          inbound("ours", at + 9, 7, { direction: "outbound" })
        ]
        const unread = Effect.fnUntraced(function* (seq: number, owner_reads: unknown) {
          yield* snapshots.write({
            tenant_id: "reads",
            seq,
            at,
            entities: {
              participant: [
                { id: now, machine_state: "unlinked", internals: new Uint8Array([1]), fields: { last_seen: at } }
              ],
              conversation: [
                {
                  id: conversation_id,
                  machine_state: "active",
                  internals: new Uint8Array([1]),
                  fields: { channel_id, unread_count: 99, owner_reads }
                }
              ]
            },
            members: [
              { conversation_id, participant_id: now, fields: { role: "owner", is_active: true, last_read_at: at + 5 } }
            ],
            messages,
            read_horizons: []
          })
          const [found] = yield* recounts.conversations("reads", at)
          expect(found!.owner_reads).toEqual(owner_reads)
          return found!.unread_count
        })
        expect(yield* unread(1, null)).toBe(1)
        expect(yield* unread(2, [])).toBe(5)
        expect(yield* unread(3, [{ at: null, place: null, arrived: 5 }])).toBe(1)
        expect(yield* unread(4, [{ at: at + 5, place: null, arrived: null }])).toBe(1)
        expect(yield* unread(5, [{ at: at + 5, place: 2, arrived: 8 }])).toBe(3)
        const two = [
          { at: at + 5, place: 2, arrived: 8 },
          { at: at + 1, place: null, arrived: null }
        ]
        expect(yield* unread(6, two)).toBe(2)
      })
    ))
})
