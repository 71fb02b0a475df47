/** What a topic's store makes of the frames that come, and how long it is subscribed. The test plays the server's part. */
import fc from "fast-check"
import { get as svelteGet } from "svelte/store"
import { beforeEach, describe, expect, it, vi } from "vitest"
import { Hub } from "../../actors/feed/hub.ts"
import { nobody } from "../../actors/feed/topic.ts"
import type { Subscriber } from "../../actors/feed/topic.ts"
import { connect } from "../../src/client/index.ts"
import type { Client } from "../../src/client/index.ts"
import { timings } from "../../src/client/timings.ts"
import { told } from "../feed/told.ts"
import { record } from "./house.ts"
import { Place, settled } from "./place.ts"

let place: Place
let client: Client
let refused: Array<string>
beforeEach(async () => {
  place = new Place()
  refused = []
  client = connect("http://server.test", async () => "t", {
    environment: place,
    onError: ({ code }) => refused.push(code)
  })
  await settled()
  place.last.opens()
})

const snapshot = (state: unknown, offset = 0, epoch = "e1", topic = "inbox") =>
  ({ type: "snapshot", topic, epoch, offset, recovered: false, state }) as const
const patch = (offset: number, changes: unknown, topic = "inbox") =>
  ({ type: "patch", topic, offset, changes }) as const
const subscribe = (since?: object, topic = "inbox") => ({ type: "subscribe", topic, ...(since && { since }) })

const error = (code: string, topic = "inbox") => ({ type: "error", code, message: code, topic }) as const

/** The next socket, open. */
const again = async () => {
  place.last.ends(1006)
  await place.reconnect()
}

/** The states without the cases around them, as a test compares them. */
const watch = () => {
  const inbox = client.inbox()
  return { inbox, ...record<any>(inbox) }
}

describe("frames", () => {
  it("a snapshot, then patches one after the other; the same reference until something changes", () => {
    const { inbox, values } = watch()
    expect(place.last.heard()).toEqual([subscribe()])
    expect(inbox.get()).toMatchObject({ status: "loading", state: null })
    place.last.says(snapshot({ totals: { unread_count: 1 }, conversations: { a: { x: 1 } } }))
    const before = inbox.get()
    expect(inbox.get()).toBe(before)
    place.last.says(patch(1, { totals: { unread_count: 2 } }))
    const after = inbox.get()
    expect(after).toMatchObject({ status: "live", state: { totals: { unread_count: 2 } } })
    // What did not change is the same, so that a list draws only what it must.
    expect(after.state!.conversations).toBe(before.state!.conversations)
    expect(before.state!.totals.unread_count).toBe(1)
    expect(values.map(({ status }) => status)).toEqual(["loading", "live", "live"])
  })

  it("a hole: what it has is stale until a fresh snapshot comes, and nothing is put on top of it", () => {
    const { inbox } = watch()
    place.last.says(snapshot({ n: 0 })).heard()
    place.last.says(patch(2, { n: 2 }))
    expect(place.last.heard()).toEqual([subscribe()])
    place.last.says(patch(3, { n: 3 }))
    expect(inbox.get()).toMatchObject({ status: "stale", state: { n: 0 } })
    expect(place.last.heard()).toEqual([])
    place.last.says(snapshot({ n: 3 }, 3))
    expect(inbox.get()).toMatchObject({ status: "live", state: { n: 3 }, recovered: false })
  })

  it("comes back from where it was: stale meanwhile, then what was missed, and says so", async () => {
    const { inbox } = watch()
    place.last.says(snapshot({ n: 0 })).says(patch(1, { n: 1 }))
    place.last.ends(1006)
    expect(inbox.get()).toMatchObject({ status: "stale", state: { n: 1 } })
    await place.reconnect()
    expect(place.last.heard()).toEqual([subscribe({ epoch: "e1", offset: 1 })])
    place.last.says({ type: "subscribed", topic: "inbox", epoch: "e1", offset: 1, recovered: true })
    place.last.says(patch(2, { n: 2 }))
    expect(inbox.get()).toMatchObject({ status: "live", state: { n: 2 }, recovered: true })
  })

  it("a snapshot instead replaces everything, and says that it was no recovery", async () => {
    const { inbox } = watch()
    place.last.says(snapshot({ gone: 1, n: 0 }))
    await again()
    place.last.says(snapshot({ n: 5 }, 0, "e2"))
    expect(inbox.get()).toMatchObject({ status: "live", recovered: false })
    expect(inbox.get().state).toEqual({ n: 5 })
    place.last.says(patch(1, { n: 6 }))
    expect(inbox.get().state).toEqual({ n: 6 })
  })

  it("patches that come twice, once for the old and once for the new subscription, count once", async () => {
    const { inbox } = watch()
    place.last
      .says(snapshot({ list: 0 }))
      .says(error("not_found"))
      .heard()
    place.last.says(patch(1, { list: 1 })).says(patch(2, { list: 2 }))
    place.last.says({ type: "subscribed", topic: "inbox", epoch: "e1", offset: 0, recovered: true })
    place.last.says(patch(1, { list: 1 }))
    expect(inbox.get()).toMatchObject({ status: "live", state: { list: 2 } })
    place.last.says(patch(2, { list: 2 })).says(patch(3, { list: 3 }))
    expect(inbox.get()).toMatchObject({ status: "live", state: { list: 3 } })
    expect(place.last.heard()).toEqual([])
  })

  it("a continuation from elsewhere is not believed", () => {
    watch()
    place.last.says(snapshot({ n: 0 }, 3)).heard()
    place.last.says({ type: "subscribed", topic: "inbox", epoch: "e9", offset: 3, recovered: true })
    expect(place.last.heard()).toEqual([subscribe()])
  })

  it("typists are the whole set, and nobody types once the line is gone", () => {
    const conversation = client.conversation("c")
    record(conversation)
    place.last.says(snapshot({ id: "c" }, 0, "e1", "conversation:c"))
    const bo = { id: "bo", name: "Bo", until: "2026-01-01T00:00:06.000Z" }
    place.last.says({ type: "typing", topic: "conversation:c", typists: [bo] })
    expect(conversation.get().typists).toEqual([bo])
    place.last.says(patch(1, { unread_count: 1 }, "conversation:c"))
    expect(conversation.get().typists).toEqual([bo])
    place.last.ends(1006)
    expect(conversation.get().typists).toEqual([])
  })

  it("frames of topics that nobody knows, and frames that are new, do no harm", () => {
    const { inbox } = watch()
    place.last.says(snapshot({ n: 0 }))
    place.last.says(patch(1, {}, "connection:x")).says({ type: "novelty", topic: "inbox" } as never)
    expect(inbox.get()).toMatchObject({ status: "live", state: { n: 0 } })
  })
})

describe("refusals", () => {
  it.each([
    ["not_found", "gone"],
    ["topic_not_allowed", "refused"],
    ["unknown_topic", "refused"],
    ["too_many_subscriptions", "refused"],
    ["malformed", "refused"]
  ])("%s: the store is %s, and asks again on the next socket", async (code, status) => {
    const { inbox } = watch()
    place.last.heard()
    place.last.says(error(code))
    expect(inbox.get()).toMatchObject({ status, error: { code } })
    expect(place.last.heard()).toEqual([])
    await again()
    expect(place.last.heard()).toEqual([subscribe()])
    place.last.says(snapshot({ n: 1 }))
    expect(inbox.get()).toMatchObject({ status: "live", error: null })
    expect(refused).toEqual([])
  })

  it.each(["too_many_topics", "database_unavailable"])("%s passes: it is asked again, after a while", async (code) => {
    const { inbox } = watch()
    place.last.heard()
    place.last.says(error(code))
    expect(inbox.get().status).toBe("loading")
    await place.pass(1_000)
    expect(place.last.heard()).toEqual([subscribe()])
    place.last.says(snapshot({ n: 1 }))
    expect(inbox.get()).toMatchObject({ status: "live", state: { n: 1 } })
    expect(refused).toEqual([])
  })

  it("a live topic that was let go of while the database was away is stale, and comes back from where it was", async () => {
    const { inbox } = watch()
    place.last.says(snapshot({ n: 1 }, 4)).heard()
    const since = { epoch: "e1", offset: 4 }
    place.last.says(error("database_unavailable"))
    expect(place.last.heard()).toEqual([subscribe(since)])
    place.last.says(error("database_unavailable"))
    expect(inbox.get()).toMatchObject({ status: "stale", state: { n: 1 } })
    await place.pass(1_000)
    expect(place.last.heard()).toEqual([subscribe(since)])
    place.last.says({ type: "subscribed", topic: "inbox", ...since, recovered: true }).says(patch(5, { n: 2 }))
    expect(inbox.get()).toMatchObject({ status: "live", state: { n: 2 }, recovered: true })
  })

  it("what was answered meanwhile is not asked again", async () => {
    watch()
    place.last.says(error("database_unavailable")).says(error("database_unavailable"))
    place.last.says(snapshot({ n: 1 })).heard()
    await place.pass(10_000)
    expect(place.last.heard()).toEqual([])
  })

  it("a live topic that the server let go of is asked for again, and gone if it is", () => {
    const { inbox } = watch()
    place.last.says(snapshot({ n: 1 }, 4)).heard()
    place.last.says(error("not_found"))
    expect(place.last.heard()).toEqual([subscribe({ epoch: "e1", offset: 4 })])
    place.last.says(error("not_found"))
    expect(inbox.get()).toMatchObject({ status: "gone", state: { n: 1 } })
    place.last.says(error("not_found"))
    expect(place.last.heard()).toEqual([])
  })

  it("a command that is refused is told to onError, and the store stays", () => {
    const conversation = client.conversation("c")
    record(conversation)
    place.last.says(snapshot({ id: "c" }, 0, "e1", "conversation:c"))
    conversation.read()
    place.last.heard()
    const codes = ["mailbox_full", "mailbox_full", "ownership_lost", "rule_broken", "cut_behind"]
    for (const code of codes) place.last.says(error(code, "conversation:c"))
    expect(refused).toEqual(codes)
    expect(conversation.get().status).toBe("live")
    expect(place.last.heard(), "such a code says nothing of the subscription").toEqual([])
  })

  it("a command that is refused before the subscription is answered is told to onError too", () => {
    const conversation = client.conversation("c")
    record(conversation)
    conversation.read()
    for (const code of ["mailbox_full", "ownership_lost"]) place.last.says(error(code, "conversation:c"))
    expect(refused).toEqual(["mailbox_full", "ownership_lost"])
    place.last.says(snapshot({ id: "c" }, 0, "e1", "conversation:c"))
    expect(conversation.get().status).toBe("live")
  })
})

describe("listeners", () => {
  it("one subscription for all of them; it ends a little after the last, and comes back from where it was", async () => {
    const [one, two] = [watch(), watch()]
    expect(one.inbox).toBe(two.inbox)
    expect(place.last.heard()).toEqual([subscribe()])
    place.last.says(snapshot({ n: 0 }, 7))
    one.stop()
    one.stop()
    await place.pass(timings.linger * 2)
    expect(place.last.heard()).toEqual([])
    two.stop()
    await place.pass(timings.linger - 1)
    const three = watch()
    await place.pass(timings.linger * 2)
    expect(place.last.heard().filter(({ type }) => type !== "ping")).toEqual([])
    three.stop()
    await place.pass(timings.linger)
    expect(place.last.heard()).toContainEqual({ type: "unsubscribe", topic: "inbox" })
    expect(three.inbox.get()).toMatchObject({ status: "stale", state: { n: 0 } })
    watch()
    expect(place.last.heard()).toEqual([subscribe({ epoch: "e1", offset: 7 })])
  })

  it("a topic that nobody listens to any more is released even when the line was lost meanwhile", async () => {
    const { stop } = watch()
    place.last.says(snapshot({ n: 0 }))
    stop()
    place.last.ends(1006)
    await place.pass(timings.linger)
    await place.reconnect()
    expect(place.last.heard()).toEqual([])
  })

  it("the fault of one is not the others'", () => {
    const faults: Array<unknown> = []
    vi.stubGlobal("queueMicrotask", (run: () => void) => {
      try {
        run()
      } catch (fault) {
        faults.push(fault)
      }
    })
    const inbox = client.inbox()
    inbox.subscribe(({ status }) => {
      if (status === "live") throw new Error("mine")
    })
    const { values } = watch()
    place.last.says(snapshot({ n: 0 }))
    vi.unstubAllGlobals()
    expect(values.at(-1)).toMatchObject({ status: "live" })
    expect(faults).toEqual([new Error("mine")])
  })

  it("a listener that listens or leaves while it is told sees no value twice out of order", () => {
    const inbox = client.inbox()
    const seen: Array<number> = []
    let stop = () => {}
    inbox.subscribe(({ state }) => {
      if ((state as any)?.n === 1) stop()
      if ((state as any)?.n === 0) stop = inbox.subscribe((value) => seen.push((value.state as any).n))
    })
    place.last
      .says(snapshot({ n: 0 }))
      .says(patch(1, { n: 1 }))
      .says(patch(2, { n: 2 }))
    expect(new Set(seen)).toEqual(new Set([0]))
  })

  it("is a Svelte store: the listener is called at once, and Svelte's own get reads it", () => {
    const { inbox, values } = watch()
    expect(values).toEqual([inbox.get()])
    place.last.says(snapshot({ n: 0 }))
    expect(svelteGet(inbox)).toBe(inbox.get())
  })
})

describe("typing", () => {
  const conversation = () => client.conversation("c")
  const said = () => place.last.heard().filter(({ type }) => type === "typing")
  const typing = (is_typing: boolean) => ({ type: "typing", conversation: "c", is_typing })

  it("is said at once, again while keys are pressed, and taken back when they are not any more", async () => {
    for (let key = 0; key < 10; key++) {
      conversation().typing(true)
      await place.pass(700)
    }
    expect(said()).toEqual([typing(true), typing(true), typing(true)])
    await place.pass(10_000)
    expect(said()).toEqual([typing(true), typing(false)])
  })

  it("ends at once when told, once", async () => {
    conversation().typing(false)
    conversation().typing(true)
    conversation().typing(false)
    conversation().typing(false)
    await place.pass(10_000)
    expect(said()).toEqual([typing(true), typing(false)])
  })
})

describe("viewing", () => {
  const said = () => place.last.heard().filter(({ type }) => type === "viewing")
  const viewing = (is_viewing: boolean) => ({ type: "viewing", conversation: "c", is_viewing })

  it("is said at once, again every ten seconds, on each new socket, and taken back once", async () => {
    const conversation = client.conversation("c")
    record(conversation)
    conversation.viewing(false)
    conversation.viewing(true)
    conversation.viewing(true)
    expect(said()).toEqual([viewing(true)])
    await place.pass(20_000)
    expect(said()).toEqual([viewing(true), viewing(true)])
    await again()
    expect(said()).toEqual([viewing(true)])
    conversation.viewing(false)
    conversation.viewing(false)
    await place.pass(20_000)
    expect(said()).toEqual([viewing(false)])
    await again()
    expect(said()).toEqual([])
  })

  it("viewers are the whole set, beside the typists", () => {
    const conversation = client.conversation("c")
    record(conversation)
    place.last.says(snapshot({ id: "c" }, 0, "e1", "conversation:c"))
    const [ann, bo] = [
      { id: "ann", name: "Ann" },
      { id: "bo", name: "Bo" }
    ] as const
    place.last.says({ type: "viewing", topic: "conversation:c", viewers: [ann, bo] })
    place.last.says({
      type: "typing",
      topic: "conversation:c",
      typists: [{ ...bo, until: "2026-01-01T00:00:06.000Z" }]
    })
    place.last.says({ type: "viewing", topic: "conversation:c", viewers: [bo] })
    expect(conversation.get()).toMatchObject({ viewers: [bo], typists: [{ id: "bo" }] })
  })
})

it("commands say whether they were sent, and are not kept for later", async () => {
  const conversation = client.conversation("c")
  expect([conversation.read(), conversation.unread()]).toEqual([true, true])
  expect(place.last.heard()).toEqual([
    { type: "read", conversation: "c" },
    { type: "unread", conversation: "c" }
  ])
  place.last.ends(1006)
  expect([conversation.read(), conversation.unread()]).toEqual([false, false])
  await place.reconnect()
  expect(place.last.heard()).toEqual([])
})

it("a client that is closed is silent: no topic, no typist and no viewer goes on in it", async () => {
  const conversation = client.conversation("c")
  const { stop } = record(conversation)
  conversation.typing(true)
  conversation.viewing(true)
  place.last.heard()
  client.close()
  conversation.typing(true)
  stop()
  expect(place.pending).toBe(0)
  await place.pass(60_000)
  expect(place.last.heard()).toEqual([])
})

it("whatever frames are lost, cut off or come late: in the end the store holds what the hub says (I7)", async () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ set: fc.constantFrom("a", "b", "c"), to: fc.option(fc.nat(9)) }) },
    { weight: 2, arbitrary: fc.record({ lose: fc.integer({ min: 1, max: 3 }) }) },
    { weight: 1, arbitrary: fc.constantFrom("cut", "unlisten", "frame", "error") }
  )
  // fast-check prints seed and counterexample when it fails.
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 80 }), async (steps) => {
      place = new Place()
      let state: Record<string, unknown> = {}
      let due: (() => void) | null = null
      const hub = new Hub({
        view: () => state,
        present: () => nobody,
        paces: {},
        schedule: (run) => (due = run),
        epoch: () => String(Math.random()),
        limits: { history: { patches: 5, weight: Infinity }, topics: 10, linger: 1e9 }
      })
      const frame = () => {
        const run = due
        due = null
        run?.()
      }
      let lose = 0
      let subscriber: Subscriber | undefined
      /** The server's part for every frame that the client sent. */
      const serve = () => {
        for (const sent of place.last.heard()) {
          if (sent.type === "unsubscribe" && subscriber) hub.close("inbox", subscriber)
          if (sent.type !== "subscribe") continue
          if (subscriber) hub.close("inbox", subscriber)
          const far = place.last
          subscriber = {
            deliver: (_, packet) => {
              // Only patches get lost here: an answer that never comes is a dead connection, claimed elsewhere.
              if (packet.frame.type === "patch" && lose > 0) lose -= 1
              else far.says(packet.frame)
            },
            moved: () => {},
            ended: () => {}
          }
          hub.open("inbox", subscriber, sent.since)
        }
      }
      const one = connect("http://server.test", async () => "t", { environment: place })
      await settled()
      place.last.opens()
      let { stop } = record(one.inbox())
      const come = async () => {
        place.last.ends(1006)
        if (subscriber) hub.close("inbox", subscriber)
        await place.reconnect()
      }
      for (const taken of steps) {
        if (typeof taken === "object" && "set" in taken) {
          state = { ...state, [taken.set]: taken.to }
          hub.touch("inbox")
        } else if (typeof taken === "object") lose += taken.lose
        else if (taken === "cut") await come()
        else if (taken === "frame") frame()
        else if (taken === "error") place.last.says(error("not_found"))
        else {
          stop()
          await place.pass(timings.linger)
          stop = record(one.inbox()).stop
        }
        serve()
      }
      lose = 0
      state = { ...state, last: true }
      hub.touch("inbox")
      frame()
      serve()
      serve()
      expect(one.inbox().get().status).toBe("live")
      expect(told(one.inbox().get().state)).toEqual(told(state))
      one.close()
    }),
    { numRuns: 200 }
  )
})
