/** What the REST API shows of a message is read like the webhook of the same message: so the two meet as one message. */
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import type { MessageRead, ProviderEvent } from "../../machines/events.ts"
import { messagePayloads, readingOf } from "../../src/providers/unipile/rest/shown.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import type { Chat, Thing } from "../unipile-server/content.ts"
import { whatsapp } from "../unipile-server/content.ts"
import { webhookOf } from "../unipile-server/webhook.ts"

const newest = Date.UTC(2026, 4, 4)
const received = newest + 60_000
const { account, chats } = whatsapp({ seed: 3, account_id: "wa-1", chats: 20, messages: 12, newest })

const eventsOf = (payload: unknown): ReadonlyArray<ProviderEvent> => {
  const read = translate(payload, { received, channel_type: "whatsapp" })
  if (Result.isFailure(read)) throw read.failure
  return read.success
}
/** All that a chat's messages tell, the newest first. */
const told = ({ chat, attendees }: Chat, messages: ReadonlyArray<Thing>) => {
  let reading = readingOf(chat)
  return messages.flatMap((message) => {
    const made = messagePayloads({ account, chat, attendees }, message, reading)
    reading = made.reading
    return made.payloads.flatMap(eventsOf)
  })
}
const without = (values: object, ...names: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)))

test("a message of a REST list is the event that its webhook makes", () => {
  for (const chat of chats)
    for (const message of chat.messages) {
      const [rest] = told(chat, [message])
      const [live] = eventsOf(webhookOf(chat, message))
      // The list shows the account's own person by name; a webhook shows them by number alone.
      expect(without(rest!, "owner", "sender")).toEqual(without(live!, "owner", "sender"))
      expect((rest as any).owner.key).toBe((live as any).owner.key)
      expect((rest as any).sender.key).toBe((live as any).sender.key)
    }
})

test("as many inbound messages as the chat's list says stay unread, and the one before them is read", () => {
  for (const chat of chats) {
    const inbound = chat.messages.filter((message) => message["is_sender"] === 0)
    const reads = told(chat, chat.messages).filter(
      (event): event is MessageRead => event.type === "message_read" && event.direction === "inbound"
    )
    const read = inbound[chat.chat["unread_count"]]
    expect(reads.map((event) => event.external_message_id)).toEqual(read === undefined ? [] : [read["id"]])
  }
})

test("a message that came after the chat was listed is not in its count: nothing is said of it", () => {
  const chat = chats[0]!
  const late = { ...chat.messages[0], id: "late", is_sender: 0, timestamp: new Date(newest + 1).toISOString() }
  const listed: Chat = { ...chat, chat: { ...chat.chat, unread_count: 0 } }
  expect(told(listed, [late]).map(({ type }) => type)).toEqual(["message_received"])
})

test("reactions, edits and receipts of a list come as their own events", () => {
  const chat = chats[9]!
  const [self, ben] = chat.attendees
  const message = {
    ...chat.messages[0],
    is_sender: 1,
    sender_id: self!["provider_id"],
    sender_attendee_id: self!["id"],
    seen: 1,
    edited: 1,
    reactions: [
      { value: "👍", sender_id: ben!["provider_id"], is_sender: false },
      { value: "🎉", sender_id: self!["provider_id"], is_sender: true }
    ]
  }
  const events = told(chat, [message])
  expect(events.map(({ type }) => type)).toEqual([
    "message_received",
    "message_edited",
    "message_reacted",
    "message_reacted",
    "message_read"
  ])
  expect(events[0]).toMatchObject({ message: { direction: "outbound" } })
  expect(events[2]).toMatchObject({ reaction: "👍", sender: { name: ben!["name"] } })
  expect((events[3] as any).sender.key).toBe((events[0] as any).owner.key)
})

test("odd parts of a list cost no message", () => {
  const chat = chats[1]!
  const odd = { ...chat.messages[0], attachments: 7, reactions: "none", quoted: [], text: { x: 1 }, seen_by: "all" }
  expect(told({ ...chat, attendees: [...chat.attendees, {}, { id: 7 }] }, [odd])[0]).toMatchObject({
    type: "message_received",
    message: { external_message_id: chat.messages[0]!["id"], attachments: [] }
  })
})
