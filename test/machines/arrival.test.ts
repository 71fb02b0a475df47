/**
 * What a person decides covers what had arrived, a provider's receipt what stands before its message (CONTRACT, "two limits"): late
 * messages are unread and bring back what was filed away, messages of one instant stand as they arrived, stories wait for nobody.
 */
import { describe, expect, test } from "vitest"
import { kinds } from "../../actors/memory/kinds.ts"
import { decodeSnapshot, encodeSnapshot } from "../../actors/memory/snapshot-codec.ts"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { all } from "../../machines/conversation/message-window.ts"
import type { Event } from "../../machines/events.ts"
import type { ConversationStatus } from "../../machines/vocabulary.ts"
import { ann, deleted, hour, me, message, minute, read, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const conversation_id = new SmallTenant().identity.conversation("whatsapp", "account", "chat-1")
const command = (at: number) => ({ conversation_id, received: start + at, via: "api" as const })
const markRead = (at: number, message_id: string | null = null, user_id = "u"): Event => ({
  type: "conversation_read",
  ...command(at),
  user_id,
  message_id
})
const markUnread = (at: number, user_id = "u"): Event => ({ type: "conversation_unread", ...command(at), user_id })
const file = (at: number, status: ConversationStatus): Event => ({
  type: "conversation_status_set",
  ...command(at),
  status
})
/** The owner has read it on another device. */
const receipt = (id: string, at: number): Event => ({ ...read(id, at), direction: "inbound" })
const folder = (...folders: ReadonlyArray<string>) => ({ thread: { folders } })

const after = (...events: ReadonlyArray<Event>) => {
  const tenant = new SmallTenant()
  for (const event of [registered, running, ...events]) tenant.apply(event)
  return tenant
}
const conversation = (...events: ReadonlyArray<Event>) => after(...events).conversation()
const unread = (...events: ReadonlyArray<Event>) => conversation(...events).unread_count

describe("a read mark", () => {
  const [first, second, third] = [message("m1", 1, ann), message("m2", 2, ann), message("m3", 3, ann)]

  test("leaves what arrives late unread, for the owner and for the user", () => {
    const c = conversation(first, third, markRead(10), second)
    expect(c).toMatchObject({ unread_count: 1, readers: { u: { unread_count: 1, last_read_at: start + 3 } } })
  })

  test("up to a message covers what had arrived and is not later than that message", () => {
    expect(unread(first, third, markRead(10, "m3"), second)).toBe(1)
    expect(unread(first, third, second, markRead(10, "m2"))).toBe(1)
    expect(unread(first, third, markRead(10), second, markRead(11, "m1"))).toBe(1)
    expect(unread(first, third, markRead(10), second, markRead(11, "m2"))).toBe(0)
  })

  test("up to a message leaves those of its instant that arrived after it", () => {
    const same = ["a", "b", "c"].map((id) => message(id, 1, ann))
    expect(unread(...same, markRead(10, "b"))).toBe(1)
    expect(unread(...same, markRead(10, "c"))).toBe(0)
    expect(unread(...same.slice(0, 2), markRead(10), same[2]!)).toBe(1)
  })

  test("is no matter of what is read by receipts: those cover by time, whatever comes late", () => {
    expect(unread(first, third, receipt("m3", 9), second)).toBe(0)
    expect(unread(first, third, markRead(10), second, receipt("m3", 9))).toBe(0)
  })

  test("covers a message whose time is put right afterwards", () => {
    const timed: Event = {
      type: "message_timed",
      ...command(11),
      message_id: "m1",
      field: "received_at",
      at: start + 9
    }
    expect(unread(first, third, markRead(10), timed)).toBe(0)
  })

  test("does not cover what was hidden then and is shown only later", () => {
    const waiting = message("m2", 2, ann, { message: { hidden: true } })
    expect(unread(first, waiting, markRead(10), second)).toBe(1)
  })

  test("of a late message that is deleted again counts nothing", () => {
    expect(unread(first, third, markRead(10), second, deleted("m2", 11))).toBe(0)
  })
})

describe("mark unread", () => {
  const said = [message("m1", 1, ann), message("m2", 2, ann)]

  test("takes back one message, though others share its instant", () => {
    const same = ["a", "b", "c"].map((id) => message(id, 1, ann))
    expect(unread(...same, markRead(10), markUnread(11))).toBe(1)
  })

  test("is ended by a receipt that repeats the message's time, and by one that tells a later time", () => {
    expect(unread(...said, markRead(10), markUnread(11), receipt("m2", 2))).toBe(0)
    expect(unread(...said, markRead(10), markUnread(11), receipt("m2", 12))).toBe(0)
  })

  test("stands against a receipt that was heard before it, however often that is repeated", () => {
    for (const one of [receipt("m2", 2), receipt("m2", 7)]) {
      const tenant = after(...said, one, markUnread(11))
      expect(tenant.conversation().unread_count).toBe(1)
      expect(tenant.changes(one)).toBe(false)
      expect(tenant.conversation().unread_count).toBe(1)
    }
  })

  test("stands against a receipt that tells of a reading before it", () => {
    expect(unread(...said, markRead(10), markUnread(11), receipt("m2", 7))).toBe(1)
  })

  test("is ended by a receipt of the same second, where seconds are all that is told", () => {
    expect(unread(...said, markUnread(2_400), receipt("m2", 2_000))).toBe(0)
    expect(unread(...said, markUnread(2_400), receipt("m2", 2_399))).toBe(1)
    expect(unread(...said, markUnread(2_400), receipt("m2", 1_000))).toBe(1)
  })

  test("is shown on the horizon of a user who had not read that message at all", () => {
    const own = [message("o1", 5, me), message("m1", 5, ann), markRead(10, "o1"), markUnread(11)]
    expect(conversation(...own).readers["u"]).toEqual({ last_read_at: start + 4, unread_count: 1 })
  })

  test("gives what comes late its own place", () => {
    expect(unread(...said, markRead(10), markUnread(11), message("m0", 0, ann))).toBe(2)
  })
})

describe("a conversation that was filed away", () => {
  const said = message("m1", 1, ann)
  const late = message("m0", 0, ann)

  test.each<[string, ReadonlyArray<Event>, ConversationStatus]>([
    ["comes back with a message that arrives later, though it is older", [said, file(10, "archived"), late], "active"],
    [
      "comes back whatever the payload's folder",
      [said, file(10, "archived"), message("m2", 20, ann, folder("ARCHIVE"))],
      "active"
    ],
    ["comes back when it was deleted", [said, file(10, "deleted"), message("m2", 20, ann)], "active"],
    ["comes back with what was on its way when it was deleted", [said, file(10, "deleted"), late], "active"],
    ["stays deleted for what is long older", [said, file(hour, "deleted"), late], "deleted"],
    ["stays spam", [said, file(10, "spam"), message("m2", 20, ann)], "spam"],
    ["stays for a message that was there", [said, file(10, "archived"), said], "archived"],
    ["stays for what we send", [said, file(10, "archived"), message("o1", 20, me, folder("INBOX"))], "archived"],
    [
      "stays for a system line",
      [said, file(10, "archived"), message("s", 20, ann, { message: { is_event: true } })],
      "archived"
    ],
    [
      "stays for a hidden one",
      [said, file(10, "archived"), message("h", 20, ann, { message: { hidden: true } })],
      "archived"
    ],
    [
      "stays for a story",
      [said, file(10, "archived"), message("t", 20, ann, { message: { is_story: true } })],
      "archived"
    ],
    [
      "stays for news that is taken back",
      [said, file(10, "archived"), message("m2", 20, ann), deleted("m2", 21)],
      "archived"
    ],
    [
      "is filed again by a command",
      [said, file(10, "archived"), message("m2", 20, ann), file(30, "deleted")],
      "deleted"
    ],
    [
      "is filed again by a folder of our own later message",
      [said, file(10, "archived"), message("m2", 20, ann), message("o", 30, me, folder("ARCHIVE"))],
      "archived"
    ],
    ["is filed again as spam", [said, file(10, "archived"), message("m2", 20, ann, folder("SPAM"))], "spam"]
  ])("%s", (_, events, status) => expect(conversation(...events).status).toBe(status))

  test.each<[string, ReadonlyArray<Event>, ConversationStatus]>([
    ["the first message's folder files it", [message("m1", 1, ann, folder("ARCHIVE"))], "archived"],
    [
      "the next one brings it back, whatever its folder",
      [message("m1", 1, ann, folder("ARCHIVE")), message("m2", 2, ann, folder("ARCHIVE"))],
      "active"
    ],
    [
      "and so in the other order",
      [message("m2", 2, ann, folder("ARCHIVE")), message("m1", 1, ann, folder("ARCHIVE"))],
      "active"
    ],
    ["the inbox beside a label is the inbox", [message("m1", 1, ann, folder("INBOX", "ARCHIVE"))], "active"]
  ])("by the provider: %s", (_, events, status) => expect(conversation(...events).status).toBe(status))
})

describe("a story", () => {
  const story = message("t1", 1, ann, { message: { is_story: true } })

  test("counts as a message and is unread nowhere", () => {
    const c = conversation(story, markRead(5), message("t2", 6, ann, { message: { is_story: true } }))
    expect(c).toMatchObject({ message_count: 2, unread_count: 0, readers: { u: { unread_count: 0 } } })
  })

  test("is nothing to mark unread", () => {
    const tenant = after(story)
    expect(tenant.run(markUnread(5)).type).toBe("refused")
  })
})

describe("what an earlier version has kept", () => {
  /** The same conversation without anything that version did not know. */
  const earlier = (context: ConversationContext) => {
    const { user_reads: _, news_since: __, came_filed: ___, ...facts } = context.facts
    const { owner_reads: ____, ...fields } = context
    return { ...fields, facts }
  }
  const asEarlier = (tenant: SmallTenant) => {
    for (const living of tenant.population.ofKind("conversation")) {
      const packed = kinds.conversation.pack(earlier(living.context) as never) as any
      const records = packed.facts.window.records.map(({ arrival: _, ...record }: any) => record)
      packed.facts.window = { ...packed.facts.window, records }
      const { value } = living.snapshot as any
      const bytes = encodeSnapshot(kinds.conversation, {
        ...living.snapshot,
        value,
        context: kinds.conversation.unpack(packed as never)
      } as any)
      living.restore(decodeSnapshot(kinds.conversation, bytes))
    }
    return tenant
  }
  const said = [message("m1", 1, ann), message("m2", 2, ann), message("m3", 3, ann), markRead(10, "m2")]

  test("keeps its counts, and what comes then is counted by the present rules", () => {
    const tenant = asEarlier(after(...said))
    expect([...all(tenant.conversation().facts.window)].some(({ arrival }) => arrival !== undefined)).toBe(false)
    expect(tenant.conversation()).toMatchObject({ unread_count: 1, readers: { u: { unread_count: 1 } } })
    tenant.apply(deleted("m3", 20))
    expect(tenant.conversation()).toMatchObject({ unread_count: 0, readers: { u: { unread_count: 0 } } })
    tenant.apply(message("m0", 0, ann))
    expect(tenant.conversation()).toMatchObject({ unread_count: 1, readers: { u: { unread_count: 1 } } })
    tenant.apply(markRead(30))
    expect(tenant.conversation()).toMatchObject({ unread_count: 0, readers: { u: { unread_count: 0 } } })
  })

  test("marks unread just before the newest, as ever", () => {
    const tenant = asEarlier(after(...said))
    tenant.apply(markRead(30))
    tenant.apply(markUnread(31))
    expect(tenant.conversation()).toMatchObject({ unread_count: 1, readers: { u: { last_read_at: start + 2 } } })
  })

  test("what was archived comes back with the next message", () => {
    const tenant = asEarlier(after(...said, file(40, "archived")))
    tenant.apply(message("m4", 50, ann))
    expect(tenant.conversation().status).toBe("active")
  })
})

test("a message of half an hour is still on its way, one of longer is not", () => {
  const filed = [message("m1", 1, ann), file(hour, "deleted")]
  expect(conversation(...filed, message("m2", 30 * minute, ann)).status).toBe("active")
  expect(conversation(...filed, message("m2", 30 * minute - 1, ann)).status).toBe("deleted")
})
