/** A conversation remembers a bounded number of messages; the rest comes back with the event that needs it (I3, I8). */
import { describe, expect, test } from "vitest"
import { memberUnread } from "../../machines/conversation/members.ts"
import type { MessageRecord } from "../../machines/conversation/message-window.ts"
import { all, windowLimit } from "../../machines/conversation/message-window.ts"
import type { Event } from "../../machines/events.ts"
import { ann, ben, deleted, me, message, read, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const said = (n: number) => message(`m${n}`, n, n % 4 === 0 ? me : ann)

/** After so many messages, and the records of those that its window let go. */
const longTalk = (count: number) => {
  const tenant = new SmallTenant()
  tenant.apply(registered)
  tenant.apply(running)
  const records = new Map<string, MessageRecord>()
  for (let n = 0; n < count; n++) {
    tenant.apply(said(n))
    const { window } = tenant.conversation().facts
    if (n % 100 === 0 || n === count - 1 || window.size >= windowLimit + 100)
      for (const record of all(window)) records.set(record.id, record)
  }
  return { tenant, records, recalled: (n: number) => ({ recalled: [records.get(`m${n}`)!] }) }
}

describe("past its limit", () => {
  test("counts stay exact, and the window stays bounded", () => {
    const { tenant } = longTalk(700)
    expect(tenant.conversation()).toMatchObject({ message_count: 700, unread_count: 525, last_message_at: start + 699 })
    const { window } = tenant.conversation().facts
    expect([...all(window)]).toHaveLength(window.size)
    expect(window.size).toBeLessThanOrEqual(640)
    expect(window.floor).toBe(start + 128)
  })

  // After 768 the window is full to the brim: one more message in it makes the oldest leave.
  test.each([641, 700, 767, 768, 769])("an old repeat does not count twice, after %d messages", (count) => {
    const { tenant, recalled } = longTalk(count)
    const before = tenant.conversation()
    expect(tenant.changes({ ...said(3), ...recalled(3) })).toBe(false)
    expect(tenant.conversation()).toBe(before)
  })

  test("a reading of an old message on the phone leaves unread whatever came after it, though all of that goes beyond the window", () => {
    const { tenant, records } = longTalk(900)
    const later = [...records.values()].filter(({ at }) => at >= start + 3)
    const { direction } = said(3).message
    const event = { ...read("m3", 2_000, null), direction, recalled: later }
    tenant.apply(event as Event)
    const unread = later.filter(({ outbound, at }) => !outbound && at > start + 3)
    expect(tenant.conversation().unread_count).toBe(unread.length)
    expect(tenant.conversation().facts.window.size).toBeLessThanOrEqual(640)
  })

  test("an old message that is deleted leaves the counts once", () => {
    const { tenant, recalled } = longTalk(768)
    const event: Event = { ...deleted("m3", 900), ...recalled(3) }
    expect(tenant.changes(event)).toBe(true)
    expect(tenant.conversation()).toMatchObject({ message_count: 767, unread_count: 575 })
    // The look-up of a second event may have read the row before the first was applied: what is in the window knows more.
    expect(tenant.changes(event)).toBe(false)
    expect(tenant.conversation()).toMatchObject({ message_count: 767, unread_count: 575 })
  })

  test("a receipt tells the rows that the window let go", () => {
    const { tenant } = longTalk(700)
    const done = tenant.apply(read("m696", 900))
    expect(done.reads).toEqual([
      {
        conversation_id: tenant.conversation().id,
        read: { type: "outbound_read", at: start + 696, read_at: start + 900 }
      }
    ])
  })

  test("a third person takes an unnamed receipt back to a horizon from before the window, and its count", () => {
    const { tenant } = longTalk(40)
    tenant.apply(read("m36", 40, ann))
    for (let n = 40; n < 700; n++) tenant.apply(said(n))
    tenant.apply(read("m696", 900))
    expect(tenant.conversation().facts.window.floor).toBeGreaterThan(start + 36)
    tenant.apply(message("b", 950, ben))
    const context = tenant.conversation()
    const member = context.members[ann.key]!
    expect(member.last_read_at).toBe(start + 36)
    // Ours after m36, of which every fourth is one, and ben's.
    expect(memberUnread(context, member)).toBe(165 + 1)
  })

  test("it is the same after a sleep", () => {
    const { tenant } = longTalk(700)
    tenant.sleepAndWake()
    expect(tenant.changes(said(650))).toBe(false)
  })
})
