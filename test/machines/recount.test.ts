/** A recount repairs a difference (CONTRACT §6): what happened between the cut and the repair is kept. */
import { expect, test } from "vitest"
import type { Event } from "../../machines/events.ts"
import { ann, ben, hour, left, me, message, registered, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const tenant = () => {
  const small = new SmallTenant()
  small.apply(registered)
  for (const event of [message("m1", 1, ann), message("m2", 2, ann), message("o1", 3, me)]) small.apply(event)
  return small
}
const channel_id = new SmallTenant().identity.channel("whatsapp", "account")
const conversation_id = new SmallTenant().identity.conversation("whatsapp", "account", "chat-1")
const participant_id = new SmallTenant().identity.participant(ann.key)
const command = { received: start + 9 * hour, via: "clock" } as const

test("a channel's count moves by what it was off, its newest instant only if nothing newer came", () => {
  const small = tenant()
  const recount: Event = {
    type: "channel_recounted",
    channel_id,
    found: { message_count: 3, last_message_at: start + 3 },
    right: { message_count: 5, last_message_at: start + 1 },
    ...command
  }
  small.apply(recount)
  expect(small.context("channel", channel_id)).toMatchObject({ message_count: 5, last_message_at: start + 1 })
  small.apply(message("m3", 7, ann))
  small.apply(recount)
  expect(small.context("channel", channel_id)).toMatchObject({ message_count: 8, last_message_at: start + 7 })
})

test("a person is counted without being seen", () => {
  const small = tenant()
  const { first_seen, last_seen } = small.context("participant", participant_id)
  small.apply({
    type: "participant_recounted",
    participant_id,
    found: { total_messages: 9, total_conversations: 1 },
    right: { total_messages: 8, total_conversations: 3 },
    ...command
  })
  expect(small.context("participant", participant_id)).toMatchObject({
    total_messages: 1,
    total_conversations: 3,
    first_seen,
    last_seen
  })
})

test("unread messages are repaired only behind the horizon that they were counted behind", () => {
  const recount = (owner_horizon: number | null): Event => ({
    type: "conversation_recounted",
    conversation_id,
    owner_horizon,
    found: { message_count: 3, unread_count: 4 },
    right: { message_count: 4, unread_count: 3 },
    ...command
  })
  const small = tenant()
  small.apply(recount(start + 1))
  expect(small.conversation()).toMatchObject({ message_count: 4, unread_count: 2 })
  small.apply(recount(null))
  expect(small.conversation()).toMatchObject({ message_count: 5, unread_count: 1, last_accessed_at: null })
})

test("a type check changes nothing where nothing drifted, and a manual type never", () => {
  const small = tenant()
  const check: Event = { type: "conversation_type_checked", conversation_id, ...command }
  expect(small.changes(check)).toBe(false)
  small.apply({ type: "conversation_type_set", conversation_id, conversation_type: "broadcast", ...command })
  small.apply(message("m3", 5, ann, { people: [ann, ben] }))
  small.apply(left(6, ben))
  expect(small.changes(check)).toBe(false)
  expect(small.conversation().conversation_type).toBe("broadcast")
})
