import { describe, expect, test } from "vitest"
import { memberUnread } from "../../machines/conversation/members.ts"
import type { ConversationStatus, ConversationType, Priority } from "../../machines/vocabulary.ts"
import {
  ann,
  ben,
  cleo,
  day,
  deleted,
  hour,
  left,
  me,
  message,
  person,
  read,
  reacted,
  registered,
  running,
  start
} from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"
import type { Event } from "../../machines/events.ts"

/** A tenant in which these things were said; commands come a quarter of a day after `start`. */
const after = (...events: ReadonlyArray<Event>) => {
  const tenant = new SmallTenant()
  for (const event of [registered, running, ...events]) {
    tenant.apply(event)
    tenant.expectStatesToFollowFields()
  }
  return tenant
}
const identity = new SmallTenant().identity
const command = (at: number) =>
  ({
    conversation_id: identity.conversation("whatsapp", "account", "chat-1"),
    received: start + at,
    via: "api"
  }) as const
const markRead = (at: number, user_id = "user-1", message_id: string | null = null): Event => ({
  type: "conversation_read",
  ...command(at),
  user_id,
  message_id
})
const markUnread = (at: number, user_id = "user-1"): Event => ({ type: "conversation_unread", ...command(at), user_id })
const file = (at: number, status: ConversationStatus): Event => ({
  type: "conversation_status_set",
  ...command(at),
  status
})
const prioritise = (at: number, priority: Priority): Event => ({
  type: "conversation_prioritised",
  ...command(at),
  priority
})
const setType = (at: number, conversation_type: ConversationType): Event => ({
  type: "conversation_type_set",
  ...command(at),
  conversation_type
})
const checkHeat = (at: number): Event => ({ type: "conversation_heat_checked", ...command(at) })

const three = [message("m1", 1, ann), message("m2", 2, ann), message("m3", 3, ann)]

describe("hints", () => {
  const hinted = (id: string, at: number, metadata: Record<string, unknown>) =>
    message(id, at, ann, { thread: { metadata } })

  test("stand in the metadata as they were last given, beside what the newest payload shows", () => {
    const told = [
      hinted("m1", 1, { is_broadcast: true, pinned: true }),
      hinted("m2", 2, { pinned: false }),
      hinted("m3", 3, { is_channel: false })
    ]
    for (const order of [told, told.toReversed()]) {
      const tenant = after(...order)
      expect(tenant.conversation().metadata).toEqual({ is_broadcast: true, is_channel: false })
      tenant.sleepAndWake()
      tenant.apply(hinted("m4", 4, { is_broadcast: false, folder: "INBOX" }))
      expect(tenant.conversation().metadata).toEqual({ is_broadcast: false, is_channel: false, folder: "INBOX" })
    }
  })
})

describe("marking read", () => {
  test("goes to the newest message known, for the owner and for the user", () => {
    const c = after(...three, markRead(10)).conversation()
    expect(c).toMatchObject({
      unread_count: 0,
      last_accessed_at: start + 10,
      readers: { "user-1": { last_read_at: start + 3, unread_count: 0 } }
    })
    expect(c.members[me.key]).toMatchObject({ last_read_at: start + 3, role: "owner" })
  })

  test("goes to a given message, and never backwards", () => {
    expect(after(...three, markRead(10, "user-1", "m2")).conversation().unread_count).toBe(1)
    expect(after(...three, markRead(10), markRead(11, "user-1", "m1")).conversation().unread_count).toBe(0)
  })

  test("up to a message that is not known is refused and leaves everything as it was", () => {
    const tenant = after(...three)
    const before = tenant.conversation()
    expect(tenant.run(markRead(10, "user-1", "nowhere"))).toMatchObject({
      type: "refused",
      refusal: { field: "message_id" }
    })
    expect(tenant.conversation()).toBe(before)
  })

  test("leaves what arrives later unread, older or not", () => {
    const c = after(...three, markRead(10), message("m4", 4, ann), message("m0", 0, ann)).conversation()
    expect(c).toMatchObject({ unread_count: 2, message_count: 5, readers: { "user-1": { unread_count: 2 } } })
  })

  test("keeps a horizon for each user", () => {
    const c = after(
      ...three,
      markRead(10, "user-1", "m1"),
      message("m4", 4, ann),
      markRead(11, "user-2")
    ).conversation()
    expect(c.readers).toEqual({
      "user-1": { last_read_at: start + 1, unread_count: 3 },
      "user-2": { last_read_at: start + 4, unread_count: 0 }
    })
  })

  test("a message of a user's unread count that is deleted leaves it", () => {
    const c = after(...three, markRead(10, "user-1", "m1"), deleted("m3", 20)).conversation()
    expect(c).toMatchObject({ unread_count: 1, message_count: 2, readers: { "user-1": { unread_count: 1 } } })
  })
})

describe("marking unread", () => {
  test("sets the owner's horizon just before the newest inbound", () => {
    const c = after(...three, message("m4", 4, me), markRead(10), markUnread(11)).conversation()
    expect(c).toMatchObject({ unread_count: 1, readers: { "user-1": { last_read_at: start + 2, unread_count: 1 } } })
    expect(c.members[me.key]!.last_read_at).toBe(start + 2)
  })

  test("is not undone by a word on reading that is older, and is by a newer one", () => {
    const inboundRead = (at: number): Event => ({ ...read("m3", at), direction: "inbound" })
    expect(after(...three, markRead(10), markUnread(11), inboundRead(5)).conversation().unread_count).toBe(1)
    expect(after(...three, markRead(10), markUnread(11), inboundRead(12)).conversation().unread_count).toBe(0)
  })

  test("and read again in the same millisecond: the later command stands", () => {
    expect(after(...three, markUnread(11), markRead(11)).conversation().unread_count).toBe(0)
    expect(after(...three, markRead(11), markUnread(11)).conversation().unread_count).toBe(1)
  })

  test("a receipt from before it that comes late reads what it would have read in time", () => {
    const firstRead = { ...read("m1", 5), direction: "inbound" as const }
    for (const order of [
      [firstRead, markUnread(11)],
      [markUnread(11), firstRead]
    ])
      expect(after(...three, ...order).conversation()).toMatchObject({ unread_count: 2 })
  })

  test("of several, each holds back what was read before it", () => {
    const thirdRead = { ...read("m3", 5), direction: "inbound" as const }
    const marks = [markUnread(11), message("m4", 4, ann), markUnread(12)]
    for (const order of [
      [thirdRead, ...marks],
      [...marks, thirdRead]
    ])
      expect(after(...three, ...order).conversation()).toMatchObject({ unread_count: 2 })
  })

  test("never makes fewer unread than there are", () => {
    expect(after(...three, markUnread(11)).conversation().unread_count).toBe(3)
  })

  test("without an inbound message is refused and leaves everything as it was", () => {
    const tenant = after(message("m1", 1, me))
    const before = tenant.conversation()
    expect(tenant.run(markUnread(5)).type).toBe("refused")
    expect(tenant.conversation()).toBe(before)
  })
})

describe("reading on another device", () => {
  const inboundRead = (id: string, at: number): Event => ({ ...read(id, at), direction: "inbound" })

  test("moves the owner's horizon to that message", () => {
    expect(after(...three, inboundRead("m2", 2)).conversation().unread_count).toBe(1)
  })

  test("is remembered when it is heard of before the message", () => {
    expect(after(inboundRead("m2", 2), ...three).conversation().unread_count).toBe(1)
  })

  test("a message that was read one by one is not unread, its neighbours are", () => {
    const mail = message("m2", 2, ann, { message: { read_at: start + 9 } })
    expect(after(three[0]!, mail, three[2]!).conversation().unread_count).toBe(2)
  })
})

describe("a receipt of the other side", () => {
  test("raises every earlier outbound message, leaves later ones, and does not touch our own unread", () => {
    const tenant = after(
      message("m0", 0, ann),
      message("o1", 1, me),
      message("o2", 2, me),
      message("o3", 3, me),
      read("o2", 9)
    )
    const rows = tenant.rows.get(tenant.conversation().id)!
    expect(["o1", "o2", "o3"].map((id) => rows.get(id)!.status)).toEqual(["read", "read", "sent"])
    expect(tenant.conversation().unread_count).toBe(1)
  })

  test("that names nobody is the other person's in a chat of two, and nobody's once there are three", () => {
    const talk = [message("o1", 1, me, { people: [ann] }), read("o1", 9)]
    expect(after(...talk).conversation().members[ann.key]!.last_read_at).toBe(start + 1)
    const three = after(...talk, message("b1", 2, ben)).conversation()
    expect([ann, ben].map(({ key }) => three.members[key]!.last_read_at)).toEqual([null, null])
  })

  test("that names its reader moves that member's horizon and count alone", () => {
    const talk = [
      message("o1", 1, me, { people: [ann, ben] }),
      message("o2", 2, me, { people: [ann, ben] }),
      read("o1", 9, ann)
    ]
    const c = after(...talk).conversation()
    const unread = Object.fromEntries(Object.values(c.members).map((member) => [member.key, memberUnread(c, member)]))
    expect(unread).toEqual({ [me.key]: 0, [ann.key]: 1, [ben.key]: 2 })
  })

  test("delivered that comes after read does not undo it", () => {
    const said = [message("o1", 1, me), read("o1", 9), { ...read("o1", 8), type: "message_delivered" } as Event]
    const tenant = after(...said)
    expect(tenant.rows.get(tenant.conversation().id)!.get("o1")!.status).toBe("read")
  })
})

describe("who is there", () => {
  test("whoever writes is a member, listed or not", () => {
    const c = after(message("m1", 1, ben, { people: [ann] })).conversation()
    expect(c).toMatchObject({
      participant_count: 3,
      members: { [ben.key]: { message_count: 1, joined_at: start + 1 } }
    })
  })

  test("whoever left and writes again is back, since the first day", () => {
    const gone = after(message("m1", 1, ann), left(5, ann))
    expect(gone.conversation()).toMatchObject({
      participant_count: 1,
      members: { [ann.key]: { is_active: false, left_at: start + 5 } }
    })
    expect(gone.context("participant", gone.identity.participant(ann.key)).total_conversations).toBe(0)
    gone.apply(message("m2", 9, ann))
    expect(gone.conversation()).toMatchObject({
      participant_count: 2,
      members: { [ann.key]: { is_active: true, left_at: null, joined_at: start + 1 } }
    })
    expect(gone.context("participant", gone.identity.participant(ann.key)).total_conversations).toBe(1)
  })

  test("the owner who leaves stays the owner", () => {
    expect(after(left(5, me)).conversation().members[me.key]).toMatchObject({
      role: "owner",
      is_active: false,
      left_at: start + 5
    })
  })

  test("whoever reacts is there, and was seen, though a newer reaction stands", () => {
    const tenant = after(message("m1", 1, ann), reacted("m1", 9, ben, "🎉"), reacted("m1", 4, ben, "👍"))
    expect(tenant.context("participant", tenant.identity.participant(ben.key))).toMatchObject({
      first_seen: start + 4,
      last_seen: start + 9,
      name: "ben"
    })
    expect(tenant.rows.get(tenant.conversation().id)!.get("m1")!.reactions).toEqual([
      { value: "🎉", participant_id: ben.key, at: start + 9 }
    ])
  })

  test("the provider's id of a person is found in whichever payload shows it", () => {
    const shows = person("ann", { provider_participant_id: "ann@lid" })
    expect(
      after(message("m1", 1, ann), message("m2", 2, shows)).conversation().members[ann.key]!.provider_participant_id
    ).toBe("ann@lid")
  })

  test("a roster after a removal lets go of whoever is not on it", () => {
    const removal = message("s1", 5, ben, { people: [ben], message: { is_event: true, event_type: 6 } })
    const c = after(message("m1", 1, ann, { people: [ann, ben, cleo] }), removal).conversation()
    expect(c).toMatchObject({ participant_count: 2, message_count: 1, last_message_at: start + 1 })
    expect(
      Object.values(c.members)
        .filter((member) => !member.is_active)
        .map((member) => member.left_at)
    ).toEqual([start + 5, start + 5])
  })
})

describe("the type", () => {
  test.each<[string, object, ReadonlyArray<typeof ann>, ConversationType]>([
    ["two people", {}, [ann], "direct"],
    ["three people", {}, [ann, ben], "group"],
    ["a group of two", { is_group: true }, [ann], "group"],
    ["a channel", { is_channel: true, is_group: true }, [ann, ben], "channel"],
    ["a community", { is_community: true }, [ann], "channel"],
    ["a broadcast", { is_broadcast: true, is_channel: true }, [ann], "broadcast"]
  ])("of %s", (_, thread, people, type) => {
    expect(after(message("m1", 1, ann, { thread, people })).conversation().conversation_type).toBe(type)
  })

  test("falls back to direct when the third one leaves", () => {
    expect(after(message("m1", 1, ann, { people: [ann, ben] }), left(5, ben)).conversation().conversation_type).toBe(
      "direct"
    )
  })

  test.each<ConversationType>(["direct", "calendar_event", "broadcast"])("%s by hand is never overwritten", (type) => {
    const group = message("m2", 12, ann, { people: [ann, ben, cleo], thread: { is_group: true } })
    expect(after(message("m1", 1, ann), setType(10, type), group).conversation().conversation_type).toBe(type)
  })
})

describe("filing", () => {
  test.each<[string, ReadonlyArray<Event>, ConversationStatus]>([
    ["a spam folder", [message("m1", 1, ann, { thread: { folders: ["SPAM"] } })], "spam"],
    ["a trash folder", [message("m1", 1, ann, { thread: { folders: ["TRASH"] } })], "deleted"],
    ["an archive folder", [message("m1", 1, ann, { thread: { folders: ["ARCHIVE"] } })], "archived"],
    ["a newer command", [message("m1", 1, ann, { thread: { folders: ["SPAM"] } }), file(10, "active")], "active"],
    [
      "a folder newer than the command",
      [message("m0", 0, ann), file(5, "active"), message("m1", 9, ann, { thread: { folders: ["ARCHIVE"] } })],
      "archived"
    ],
    [
      "a folder older than the command that comes after it",
      [message("m0", 0, ann), file(5, "spam"), message("m1", 2, ann, { thread: { folders: ["ARCHIVE"] } })],
      "spam"
    ],
    [
      "a message in the inbox after archiving",
      [message("m0", 0, ann), file(5, "archived"), message("m1", 9, ann, { thread: { folders: ["INBOX"] } })],
      "active"
    ],
    [
      "a message in the inbox after a command of spam",
      [message("m0", 0, ann), file(5, "spam"), message("m1", 9, ann, { thread: { folders: ["INBOX"] } })],
      "spam"
    ]
  ])("%s", (_, events, status) => expect(after(...events).conversation().status).toBe(status))

  test("a command and a folder give the same in either order", () => {
    const [folder, order] = [message("m1", 4, ann, { thread: { folders: ["ARCHIVE"] } }), file(5, "spam")]
    expect(after(message("m0", 0, ann), folder, order).conversation().status).toBe(
      after(message("m0", 0, ann), order, folder).conversation().status
    )
  })
})

describe("priority", () => {
  const urgent = message("m1", 1, ann, { thread: { is_urgent: true } })

  test("an urgent webhook makes it high", () => expect(after(urgent).conversation().priority).toBe("high"))

  test("a repeat of the urgent webhook does not undo the command after it, news do", () => {
    const tenant = after(urgent, prioritise(10, "low"))
    expect(tenant.changes(urgent)).toBe(false)
    expect(tenant.conversation().priority).toBe("low")
    tenant.apply(message("m2", 12, ann, { thread: { is_urgent: true } }))
    expect(tenant.conversation().priority).toBe("high")
  })

  test("urgent stays urgent", () => {
    expect(
      after(
        message("m0", 0, ann),
        prioritise(1, "urgent"),
        message("m2", 12, ann, { thread: { is_urgent: true } })
      ).conversation().priority
    ).toBe("urgent")
  })
})

describe("heat", () => {
  const burst = (count: number, at = 0) =>
    Array.from({ length: count }, (_, n) => message(`h${n}`, at + n, n % 2 === 0 ? ann : me))

  test("nine messages in a day are not hot, ten are", () => {
    expect(after(...burst(9)).conversation().is_hot).toBe(false)
    expect(after(...burst(10)).conversation().is_hot).toBe(true)
  })

  test("ten messages that are older than a day are not hot", () => {
    expect(after(...burst(10, -day)).conversation().is_hot).toBe(false)
  })

  test("a provider's count above a hundred heats, a hundred does not", () => {
    const counted = (message_count: number) =>
      after(message("m1", 1, ann, { thread: { message_count } })).conversation().is_hot
    expect([100, 101].map(counted)).toEqual([false, true])
  })

  test("it cools when fewer than ten are left of the day and nobody opened it for a day", () => {
    const tenant = after(...burst(10))
    tenant.apply(checkHeat(day - 1))
    expect(tenant.conversation().is_hot).toBe(true)
    tenant.apply(checkHeat(day + 1))
    expect(tenant.conversation()).toMatchObject({ is_hot: false, last_accessed_at: null })
  })

  test("who opened it in the last day keeps it hot, and the look itself is no access", () => {
    const tenant = after(...burst(10), { type: "conversation_accessed", ...command(2 * hour) })
    tenant.apply(checkHeat(day + hour))
    expect(tenant.conversation()).toMatchObject({ is_hot: true, last_accessed_at: start + 2 * hour })
    tenant.apply(checkHeat(day + 2 * hour))
    expect(tenant.conversation().is_hot).toBe(false)
  })

  test("a repeat of what heated it does not heat it again after it cooled", () => {
    const busy = message("m1", 1, ann, { thread: { message_count: 500 } })
    const tenant = after(busy, checkHeat(2 * day))
    expect(tenant.conversation().is_hot).toBe(false)
    expect(tenant.changes(busy)).toBe(false)
  })

  test("deletions count: nine that are left do not stay hot", () => {
    const tenant = after(...burst(10), deleted("h3", 20), checkHeat(hour))
    expect(tenant.conversation().is_hot).toBe(false)
  })
})

describe("what waits for its message", () => {
  test("is forgotten after seven days", () => {
    const early: Event = { ...deleted("m1", 5), received: start }
    const late = message("m1", 1, ann, { received: start + 7 * day })
    expect(after(early, late).conversation().message_count).toBe(1)
    expect(after(early, { ...late, received: start + 7 * day - 1 }).conversation().message_count).toBe(0)
  })

  test("twice, and showing more of its reader the second time, tells both", () => {
    const plain = read("m1", 2, ben)
    const named = read("m1", 2, person("ben", { also: ["whatsapp:ben@lid"] }))
    const tenant = after(plain, named, plain, message("m1", 1, ann))
    expect(tenant.changes(plain)).toBe(false)
    expect(tenant.changes(named)).toBe(false)
    expect(tenant.conversation().facts.waiting).toEqual([])
  })

  test("is bounded: past 256 the oldest goes", () => {
    const tenant = after(...Array.from({ length: 300 }, (_, n) => deleted(`m${n}`, n)))
    expect(tenant.conversation().facts.waiting).toHaveLength(256)
  })

  test("under the provider's id happens when the message turns out to have it", () => {
    const byAlias: Event = { ...deleted("p1", 5), provider_message_id: "p1" }
    const tenant = after(byAlias, message("m1", 1, ann))
    expect(tenant.conversation().message_count).toBe(1)
    tenant.apply(message("m1", 1, ann, { message: { provider_message_id: "p1" } }))
    expect(tenant.conversation()).toMatchObject({ message_count: 0, facts: { waiting: [] } })
  })
})
