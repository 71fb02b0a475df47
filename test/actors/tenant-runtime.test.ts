/** The runtime with a hand-made side: no database, every moment chosen by the test. */
import { describe, expect, test } from "vitest"
import type { Event } from "../../machines/events.ts"
import { ScheduledTask } from "../../machines/vocabulary.ts"
import { ann, created, day, deleted, me, message, registered, start } from "../machines/facts.ts"
import { House } from "./house.ts"

describe("an answer", () => {
  test("waits until its own journal entry is durable, while the counters have moved", () => {
    const house = new House()
    const first = house.submit(message("m1", 1, ann))
    const second = house.submit(message("m2", 2, ann))
    expect(house.conversation.unread_count).toBe(2)
    expect([first.answer, second.answer]).toEqual([null, null])
    house.commit(house.runtime.seq - 1)
    expect([first.answer, second.answer]).toEqual(["applied", null])
    house.commit()
    expect(second.answer).toBe("applied")
  })

  test("to a repeat waits for the commit of the first, and writes no entry", () => {
    const house = new House()
    const first = house.submit(message("m1", 1, ann))
    const entries = house.journaled.length
    const repeat = house.submit(message("m1", 1, ann))
    expect(house.journaled).toHaveLength(entries)
    expect(repeat.answer).toBeNull()
    house.commit()
    expect([first.answer, repeat.answer]).toEqual(["applied", "duplicate"])
  })

  test("to a repeat of what is durable comes at once", () => {
    const house = new House()
    house.submit(message("m1", 1, ann))
    house.commit()
    expect(house.submit(message("m1", 1, ann)).answer).toBe("duplicate")
  })

  test("of a refusal, an unknown account and a declined send comes at once and leaves no entry", () => {
    const house = new House()
    const entries = house.journaled.length
    expect(
      house.submit({ type: "send_cancelled", account_id: "account", reservation_id: "x", received: start, via: "api" })
        .answer
    ).toBe("RuleBroken")
    expect(house.submit({ ...message("m1", 1, ann), account_id: "stranger" }).answer).toBe("AccountUnknown")
    const send: Event = {
      type: "send_reserved",
      account_id: "account",
      reservation_id: "r",
      count: 101,
      idempotency_key: null,
      received: start,
      via: "api"
    }
    expect(house.submit(send).answer).toBe("applied")
    expect(house.journaled).toHaveLength(entries)
    expect(house.runtime.admitted).toBe(0)
  })
})

describe("the mailbox", () => {
  test("at its limit refuses, and takes again once the journal has caught up", () => {
    const house = new House({ mailbox: 3 })
    const taken = [1, 2, 3].map((n) => house.submit(message(`m${n}`, n, ann)))
    expect(house.submit(message("m4", 4, ann)).answer).toBe("MailboxFull")
    expect(house.conversation.message_count).toBe(3)
    house.commit()
    expect(taken.map(({ answer }) => answer)).toEqual(["applied", "applied", "applied"])
    expect(house.submit(message("m4", 4, ann)).answer).toBeNull()
    expect(house.conversation.message_count).toBe(4)
  })

  test("counts those who wait for a sleeper as well", () => {
    const house = new House({ mailbox: 1 })
    house.isLate = true
    const waiting = house.submit(message("m1", 1, ann))
    expect(house.submit(message("m2", 2, ann)).answer).toBe("MailboxFull")
    while (house.wakes.length > 0) house.wakes.shift()!()
    house.commit()
    expect(waiting.answer).toBe("applied")
    expect(house.runtime.admitted).toBe(0)
  })
})

describe("cuts that fail while the journal goes on", () => {
  test("past their limit of events that no cut holds nothing more is admitted, until one is written", () => {
    const house = new House()
    const bounded = new House({ uncut: house.runtime.uncut + 1 })
    bounded.submit(message("m0", 0, ann))
    bounded.commit()
    expect(bounded.submit(message("m1", 1, ann)).answer).toBe("CutBehind")
    expect(bounded.conversation.message_count).toBe(1)
    bounded.runtime.cutHolds(bounded.runtime.seq, bounded.runtime.uncutWeight)
    expect(bounded.submit(message("m1", 1, ann)).answer).toBeNull()
  })
})

describe("a tenant that another process has taken", () => {
  test("tells everybody who waits, and whoever comes", () => {
    const house = new House()
    const waiting = house.submit(message("m1", 1, ann))
    house.isLate = true
    const asleep = house.submit(message("m9", 1, ann, { in: "chat-9" }))
    house.runtime.lose()
    expect(waiting.answer).toBe("OwnershipLost")
    expect(house.submit(message("m2", 2, ann)).answer).toBe("OwnershipLost")
    house.wakes.shift()!()
    expect(asleep.answer).toBe("OwnershipLost")
    expect(house.runtime.admitted).toBe(0)
  })
})

describe("what the window has forgotten", () => {
  const longHouse = () => {
    const house = new House({ mailbox: 10_000 })
    for (let n = 0; n < 700; n++) house.submit(message(`m${n}`, n, n % 2 === 0 ? me : ann))
    house.commit()
    expect(house.recalls).toEqual([])
    return house
  }

  test("is asked for only at or below the floor", () => {
    const house = longHouse()
    const { floor } = house.conversation.facts.window
    const at = floor! - start
    house.submit(message("n1", at + 1, ann))
    expect(house.recalls).toHaveLength(0)
    house.submit(message("n2", at, ann))
    expect(house.recalls.map(({ request }) => request.ids)).toEqual([["n2"]])
    house.submit(deleted("m650", 900))
    expect(house.recalls).toHaveLength(1)
    house.submit(deleted("m5", 900))
    expect(house.recalls).toHaveLength(2)
  })

  test("goes into the journal with the event, so that a replay asks nobody", () => {
    const house = longHouse()
    const entries = house.journaled.length
    house.submit(message("old", -5, ann))
    expect(house.journaled).toHaveLength(entries)
    const { envelope } = house.recalls[0]!
    house.runtime.attempt({ ...envelope, event: { ...envelope.event, recalled: [] } as Event })
    expect(house.journaled.at(-1)!.event).toMatchObject({ type: "message_received", recalled: [] })
    expect(house.conversation.message_count).toBe(701)
  })
})

describe("a replay", () => {
  test("gives the state that was there (I2)", () => {
    const house = new House()
    for (const event of [message("m1", 1, ann), message("o1", 2, me), deleted("m1", 5), message("m1", 1, ann)])
      house.submit(event)
    const again = new House()
    for (const { seq, event } of house.journaled) again.replay(seq, event)
    expect(again.conversation).toEqual(house.conversation)
    expect(again.runtime.seq).toBe(house.runtime.seq)
  })

  test("starts no task: what ran has run, and what did not end is known to the scheduler", () => {
    const house = new House()
    const id = house.runtime.identity.scheduler()
    house.submit({ type: "deadline_passed", kind: "scheduler", id, received: start + day, via: "clock" })
    expect(house.tasks.map(({ task }) => task)).toEqual(ScheduledTask.literals)
    const again = new House()
    again.runtime.replay(again.runtime.seq + 1, house.journaled.at(-1)!.event)
    expect(again.tasks).toEqual([])
  })
})

describe("a journaled event that is not applied when it is replayed", () => {
  test("is never passed over in silence, whatever keeps it from being applied", () => {
    const house = new House({ founded: false })
    house.replay(1, created)
    // Entry 2, the registration, could not be read and is in quarantine.
    expect(() => house.replay(3, message("m1", 1, ann))).toThrow(/There is no channel/)
    const cancelled: Event = {
      type: "send_cancelled",
      account_id: "account",
      reservation_id: "x",
      received: start,
      via: "api"
    }
    house.replay(4, registered)
    expect(() => house.replay(5, cancelled)).toThrow(/Nothing was changed/)
  })
})
