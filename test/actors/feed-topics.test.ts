/** What the topics of a tenant show: people, figures, who is here, and what became part of another. No database, no socket. */
import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import { statsOf } from "../../actors/views/stats.ts"
import type { derivedOf } from "../../machines/connection/derived.ts"
import type { Event, ViewingSignalled } from "../../machines/events.ts"
import { viewingLasts } from "../../machines/presence/viewers.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { told } from "../feed/told.ts"
import { Viewer } from "../feed/viewer.ts"
import { ann, ben, hour, me, message, person, registered, start } from "../machines/facts.ts"
import { House } from "./house.ts"

const wire = (value: unknown) => told(JSON.parse(JSON.stringify(value)))

/** A house, and viewers of its hub as a socket has them: who is sent away looks the name up again. */
const watched = () => {
  const house = new House()
  const { hub, identity } = house.runtime
  const say = (...events: ReadonlyArray<Event>) => {
    for (const event of events) house.submit(event)
    house.commit()
    hub.flush()
  }
  const watch = (topic: string) => {
    const viewer = new Viewer()
    expect(hub.open(topic, viewer)).toBe("opened")
    return viewer
  }
  return { house, hub, identity, say, watch }
}

describe("a participant's topic", () => {
  test("follows what the person does, and says nothing of others", () => {
    const { say, watch, identity } = watched()
    say(message("m1", 1, ann), message("m2", 2, ben, { in: "chat-2" }))
    const viewer = watch(`participant:${identity.participant(ann.key)}`)
    expect(viewer.state).toMatchObject({ name: "ann", total_messages: 1, total_conversations: 1 })
    say(message("m3", 3, ben, { in: "chat-2" }))
    expect(viewer.came()).toEqual(["snapshot"])
    say(message("m4", 4, ann))
    expect(viewer.frames[0]).toMatchObject({ type: "patch", offset: 1, changes: { total_messages: 2 } })
  })

  test("of a person who turns out to be another ends, and the name leads to the survivor", () => {
    const { house, say, watch, identity } = watched()
    const byMail = person("ann", { key: "email:ann@acme.example" })
    say(message("m1", 1, byMail), message("m2", 2, ann, { in: "chat-2" }))
    const [survivor, lost] = [identity.participant(byMail.key), identity.participant(ann.key)]
    const [staying, leaving] = [watch(`participant:${survivor}`), watch(`participant:${lost}`)]
    const both = person("ann", { identifiers: { email: "ann@acme.example" } })
    say(message("m3", 3, both, { in: "chat-3" }))
    expect(house.runtime.population.get("participant", lost)!.context.facts.merged_into).toBe(byMail.key)
    expect([staying.wasMoved, leaving.wasMoved]).toEqual([false, true])
    expect(staying.state).toMatchObject({ id: survivor, total_messages: 3, total_conversations: 3 })
    expect(wire(watch(`participant:${survivor}`).state)).toEqual(wire(staying.state))
  })
})

test("a connection's topic says that its token has to be renewed, and that it is over, when that is so", () => {
  const { house, say, watch } = watched()
  const tokens = { type: "tokens_stored", account_id: "account", access_token: "a", refresh_token: null } as const
  say({ ...tokens, token_expires_at: start + 3 * hour, received: start + 1, via: "api" })
  const { id } = house.runtime.population.ofKind("connection")[0]!
  const viewer = watch(`connection:${id}`)
  const shown = () => {
    const { needs_refresh, is_token_expired } = viewer.state as ReturnType<typeof derivedOf>
    return [needs_refresh, is_token_expired]
  }
  expect(shown()).toEqual([false, false])
  /** As the clock does it. */
  const pass = (now: number) => {
    const due = house.runtime.deadlines.due(now).filter(({ kind }) => kind === "connection")
    say(
      ...due.map(
        ({ id }) => ({ type: "deadline_passed", kind: "connection", id, received: now, via: "clock" }) as const
      )
    )
  }
  pass(start + 2 * hour - 1)
  expect(shown()).toEqual([false, false])
  pass(start + 2 * hour)
  expect(shown()).toEqual([true, false])
  pass(start + 3 * hour)
  expect(shown()).toEqual([true, true])
  expect(viewer.came()).toEqual(["snapshot", "patch", "patch"])
})

const mail = (id: string, answers?: string): Event => {
  const at = (name: string) => ({ identifier: `${name}@example.com`, display_name: name })
  return Result.getOrThrow(
    translate(
      {
        event: "mail_received",
        account_id: "account",
        email_id: `id-${id}`,
        provider_id: `p-${id}`,
        message_id: `<${id}@x>`,
        date: new Date(start + Number(id) * 60_000).toISOString(),
        subject: `Mail ${id}`,
        body_plain: "…",
        from_attendee: at("jo"),
        to_attendees: [at("marta")],
        folders: ["INBOX"],
        in_reply_to: answers === undefined ? null : { message_id: `<${answers}@x>` }
      },
      { received: start }
    )
  )[0]!
}

test("a conversation that turns out to be part of another sends its viewers there", () => {
  const { house, say, watch, hub } = watched()
  say({ ...registered, channel_type: "gmail" }, mail("1"), mail("3", "2"))
  const [first, second] = house.runtime.population.ofKind("conversation").map(({ id }) => id) as [string, string]
  const viewers = new Map([first, second].map((id) => [id, watch(`conversation:${id}`)]))
  say(mail("2", "1"))
  const merged = house.runtime.population.ofKind("conversation").filter(({ context }) => context.merged_into !== null)
  expect(merged).toHaveLength(1)
  const { id, context } = merged[0]!
  expect(viewers.get(id)!.wasMoved).toBe(true)
  const survivor = viewers.get(context.merged_into!)!
  expect(survivor.wasMoved).toBe(false)
  expect(survivor.state).toMatchObject({ message_count: 3 })
  expect(hub.subscribers).toBe(1)
})

describe("who looks", () => {
  const looks = (conversation_id: string, window: string, is_viewing = true): ViewingSignalled => ({
    type: "viewing_signalled",
    received: start,
    conversation_id,
    viewer: { id: "u1", name: "Uma" },
    window,
    is_viewing,
    lasts: viewingLasts
  })

  test("is published, changes no actor, is no journal entry, and leaves nothing behind (I10)", () => {
    const { house, say, watch, hub } = watched()
    say(message("m1", 1, ann))
    const { id } = house.conversation
    const viewer = watch(`conversation:${id}`)
    const before = { seq: house.runtime.seq, journaled: house.journaled.length, dirty: statsOf(house.runtime).dirty }
    house.runtime.presences.signal(looks(id, "w1"))
    house.runtime.presences.signal(looks(id, "w2"))
    hub.flush()
    expect(viewer.viewers).toEqual(["u1"])
    const due = (now: number) => house.runtime.deadlines.due(now).filter(({ kind }) => kind === "presence")
    expect(due(start + viewingLasts - 1)).toEqual([])
    for (const presence of due(start + viewingLasts)) house.runtime.presences.deadline(presence, start + viewingLasts)
    hub.flush()
    expect(viewer.viewers).toEqual([])
    expect(viewer.came()).toEqual(["snapshot", "viewing", "viewing"])
    expect(house.runtime.population.get("presence", id)).toBeUndefined()
    const after = { seq: house.runtime.seq, journaled: house.journaled.length, dirty: statsOf(house.runtime).dirty }
    expect(after).toEqual(before)
  })

  test("and leaves without having been there makes nothing", () => {
    const { house, say } = watched()
    say(message("m1", 1, ann))
    house.runtime.presences.signal(looks(house.conversation.id, "w1", false))
    expect(house.runtime.population.get("presence", house.conversation.id)).toBeUndefined()
  })
})

describe("the figures", () => {
  test("count events, repeats, answers, and what no cut holds", () => {
    const house = new House()
    const before = statsOf(house.runtime)
    const m1 = message("m1", 1, ann)
    house.submit(m1)
    house.submit(message("m2", 2, me))
    house.submit(m1)
    const waiting = statsOf(house.runtime)
    expect(waiting.mailbox - before.mailbox).toBe(3)
    expect(waiting.seq - waiting.durable_seq).toBe(2)
    expect(waiting.acknowledged_ms.count).toBe(before.acknowledged_ms.count)
    house.commit()
    const after = statsOf(house.runtime)
    expect([after.mailbox, after.events_applied - before.events_applied, after.events_duplicate]).toEqual([0, 2, 1])
    expect(after.acknowledged_ms.count - before.acknowledged_ms.count).toBe(3)
    const { p50, p90, p99, max } = after.acknowledged_ms
    expect([p50! <= p90!, p90! <= p99!, p50! > 0, max! >= p50!]).toEqual([true, true, true, true])
    expect(after.events_applied_per_s).toBeGreaterThan(0)
    expect(after.snapshot_lag).toBe(after.seq - after.checkpoint_seq)
    expect(after.snapshot_lag).toBeGreaterThan(0)
    expect(after.residents).toMatchObject({ conversation: 1, participant: 2, connection: 1 })
    expect(after.connections).toEqual({ total: 1, account_status: { active: 1 }, needs_action: {} })
    expect(Object.keys(after.schedule)).toContain("retention")
  })

  test("name the actors that changed most, at most ten, the hottest first", () => {
    const house = new House()
    for (let chat = 0; chat < 20; chat++) {
      for (let n = 0; n <= chat; n++) {
        const who = person(`p${chat}`)
        house.submit(message(`m${chat}-${n}`, n + 1, who, { in: `chat-${chat}` }))
      }
    }
    house.commit()
    const { hottest } = statsOf(house.runtime)
    const events = hottest.map((one) => one.events)
    expect(hottest).toHaveLength(10)
    expect(events).toEqual([...events].sort((a, b) => b - a))
    const hot = house.runtime.identity.conversation("whatsapp", "account", "chat-19")
    expect(hottest.find(({ kind }) => kind === "conversation")).toMatchObject({ id: hot, events: 20 })
    expect(hottest.map(({ kind }) => kind)).not.toContain("tenant")
  })

  test("of a replay are none of this process's events", () => {
    const house = new House({ founded: false })
    const first = new House()
    for (const { seq, event } of first.journaled) house.replay(seq, event)
    expect(statsOf(house.runtime)).toMatchObject({
      events_applied: 0,
      events_applied_per_s: 0,
      hottest: [],
      seq: first.journaled.length,
      acknowledged_ms: { count: 0, p50: null }
    })
  })
})
