import * as fc from "fast-check"
import { unpack } from "msgpackr"
import { expect, test } from "vitest"
import { Hub, hubLimits } from "../../actors/feed/hub.ts"
import type { HubLimits } from "../../actors/feed/hub.ts"
import type { Packet } from "../../actors/feed/packet.ts"
import type { Present } from "../../actors/feed/topic.ts"
import { nobody } from "../../actors/feed/topic.ts"
import { told } from "./told.ts"
import { Viewer } from "./viewer.ts"

type States = Record<string, Record<string, unknown> | undefined>

/** A hub over plain states, whose frames come when the test says so. */
const hubOver = (
  states: States,
  limits: Partial<HubLimits> = {},
  paces: Readonly<Record<string, number>> = {},
  isCrowded = () => false
) => {
  const due: Array<() => void> = []
  const present: Record<string, Present> = {}
  let epochs = 0
  const hub = new Hub({
    view: (topic) => states[topic],
    present: (topic) => present[topic] ?? nobody,
    paces,
    schedule: (run) => due.push(run),
    epoch: () => `e${(epochs += 1)}`,
    limits: { ...hubLimits, ...limits },
    isCrowded
  })
  /** As the runtime touches: an actor by its id, everything else by its name. */
  const set = (topic: string, changes: Record<string, unknown>) => {
    states[topic] = { ...states[topic], ...changes }
    const [, actor] = topic.split(":")
    if (actor === undefined) hub.touch(topic)
    else hub.touchActor(actor)
  }
  const frame = () => due.splice(0).forEach((run) => run())
  return { hub, set, frame, due, present }
}

test("a viewer gets the state of this moment, then one patch per frame, with offsets that grow by one", () => {
  const { hub, set, frame, due } = hubOver({ inbox: { n: 0 } })
  const viewer = new Viewer()
  expect(hub.open("inbox", viewer)).toBe("opened")
  for (let n = 1; n <= 3; n += 1) {
    set("inbox", { n, half: n / 2 })
    set("inbox", { n: n * 10 })
    expect(due).toHaveLength(1)
    frame()
  }
  expect(viewer.came()).toEqual(["snapshot", "patch", "patch", "patch"])
  expect(viewer.state).toEqual({ n: 30, half: 1.5 })
  expect(viewer.position).toEqual({ epoch: "e1", offset: 3 })
})

test("a change that is taken back within a frame is no patch", () => {
  const { hub, set, frame } = hubOver({ inbox: { n: 0 } })
  const viewer = new Viewer()
  hub.open("inbox", viewer)
  set("inbox", { n: 1 })
  set("inbox", { n: 0 })
  frame()
  expect(viewer.came()).toEqual(["snapshot"])
})

test("who comes in the middle of a frame sees its changes, and does not get them twice", () => {
  const { hub, set, frame } = hubOver({ inbox: { n: 0 } })
  const [early, late] = [new Viewer(), new Viewer()]
  hub.open("inbox", early)
  set("inbox", { n: 1 })
  hub.open("inbox", late)
  expect(late.state).toEqual({ n: 1 })
  expect(late.position).toEqual(early.position)
  frame()
  expect(late.came()).toEqual(["snapshot"])
  expect(early.came()).toEqual(["snapshot", "patch"])
})

test("after any cuts and resumes in any storm of changes, viewers hold what a fresh fetch gives (I7)", () => {
  const topics = ["inbox", "conversation:a", "connection:b"]
  const topic = fc.constantFrom(...topics)
  const value = fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.constant(null),
    fc.constant({ x: 1 }),
    fc.constant({ x: null, y: [1] })
  )
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant("set"), topic, fc.constantFrom("a", "b", "c"), value) },
    { weight: 3, arbitrary: fc.tuple(fc.constant("frame")) },
    { weight: 2, arbitrary: fc.tuple(fc.constant("cut"), topic, fc.nat(2)) },
    { weight: 3, arbitrary: fc.tuple(fc.constant("resume"), topic, fc.nat(2)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant("sweep"), fc.constantFrom(1_000, 50_000)) }
  )
  // fast-check prints seed and counterexample when it fails.
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 120 }),
      fc.constantFrom(0, 1, 3, 256),
      fc.constantFrom(0, 600, Infinity),
      (steps, patches, weight) => {
        const history = { patches, weight }
        const states: States = Object.fromEntries(topics.map((name) => [name, { a: 0 }]))
        const { hub, set, frame } = hubOver(states, { history, linger: 60_000 })
        const viewers = new Map(topics.flatMap((name) => [0, 1, 2].map((n) => [`${name} ${n}`, new Viewer()])))
        const open = new Set<string>()
        let now = 0
        for (const [what, where, who, with_] of steps as ReadonlyArray<[string, any, any, any]>) {
          const key = `${where} ${who}`
          if (what === "set") set(where, { [who]: with_ })
          if (what === "frame") frame()
          if (what === "sweep") hub.sweep((now += where))
          if (what === "cut" && open.delete(key)) hub.close(where, viewers.get(key)!)
          if (what === "resume" && !open.has(key)) {
            const viewer = viewers.get(key)!
            viewer.came()
            hub.open(where, viewer, viewer.position)
            open.add(key)
            expect(["snapshot", "subscribed"]).toContain(viewer.frames[0]!.type)
            expect(told(viewer.state)).toEqual(told(states[where]))
          }
          expect(hub.subscribers).toBe(open.size)
        }
        frame()
        for (const key of open) expect(told(viewers.get(key)!.state)).toEqual(told(states[key.split(" ")[0]!]))
      }
    ),
    { numRuns: 500 }
  )
})

test("recovered is said only when every missed patch is there", () => {
  const { hub, set, frame } = hubOver({ inbox: { n: 0 } }, { history: { patches: 2, weight: Infinity } })
  const viewer = new Viewer()
  hub.open("inbox", viewer)
  hub.close("inbox", viewer)
  const change = (n: number) => {
    set("inbox", { n })
    frame()
  }
  const at = (offset: number, epoch = "e1") => {
    const back = new Viewer()
    back.position = { epoch, offset }
    back.state = { n: offset }
    hub.open("inbox", back, back.position)
    hub.close("inbox", back)
    expect(back.state).toEqual({ n: 3 })
    return back.came()
  }
  change(1)
  change(2)
  change(3)
  expect(at(3)).toEqual(["subscribed"])
  expect(at(1)).toEqual(["subscribed", "patch", "patch"])
  expect(at(0)).toEqual(["snapshot"])
  expect(at(4)).toEqual(["snapshot"])
  expect(at(3, "e0")).toEqual(["snapshot"])
})

test("a topic outlives its last viewer for a while, then begins a new epoch", () => {
  const { hub, set, frame } = hubOver({ inbox: { n: 0 } }, { linger: 100 })
  const viewer = new Viewer()
  hub.open("inbox", viewer)
  hub.close("inbox", viewer)
  hub.sweep(1_000)
  set("inbox", { n: 1 })
  frame()
  hub.sweep(1_099)
  hub.open("inbox", viewer, viewer.position)
  hub.close("inbox", viewer)
  expect(viewer.came()).toEqual(["snapshot", "subscribed", "patch"])
  hub.sweep(2_000)
  hub.sweep(2_100)
  expect(hub.topics).toBe(0)
  hub.open("inbox", viewer, viewer.position)
  expect(viewer.came()).toEqual(["snapshot"])
  expect(viewer.position).toEqual({ epoch: "e2", offset: 0 })
})

test("the number of topics is bounded: lingering ones make room, watched ones do not", () => {
  const { hub } = hubOver({ a: {}, b: {}, c: {} }, { topics: 2 })
  const viewer = new Viewer()
  expect(hub.open("a", viewer)).toBe("opened")
  expect(hub.open("b", viewer)).toBe("opened")
  expect(hub.open("c", viewer)).toBe("too_many_topics")
  hub.close("a", viewer)
  expect(hub.open("c", viewer)).toBe("opened")
  expect([hub.topics, hub.subscribers]).toEqual([2, 2])
})

test("a topic that nobody opened costs nothing, one that does not exist is not opened", () => {
  const { hub, set, due } = hubOver({})
  set("inbox", { n: 1 })
  hub.touchActor("x")
  hub.touchPresence("x")
  expect(due).toHaveLength(0)
  expect(hub.open("conversation:x", new Viewer())).toBe("unknown_topic")
  expect(hub.topics).toBe(0)
})

test("the set of typists is replaced each time, taken back when empty, and no part of the history", () => {
  const { hub, frame, present } = hubOver({ "conversation:c": {} })
  const viewer = new Viewer()
  hub.open("conversation:c", viewer)
  const type = (...ids: ReadonlyArray<string>) => {
    present["conversation:c"] = {
      ...nobody,
      typists: ids.map((id) => ({ id, name: id, until: "1970-01-01T00:00:06.000Z" }))
    }
    hub.touchPresence("c")
    frame()
    return viewer.typists
  }
  expect(type("ann")).toEqual(["ann"])
  expect(type("ann", "bo")).toEqual(["ann", "bo"])
  expect(viewer.frames.at(-1)).toMatchObject({ typists: [{ until: "1970-01-01T00:00:06.000Z" }, { id: "bo" }] })
  const late = new Viewer()
  hub.open("conversation:c", late)
  expect([late.came(), late.typists]).toEqual([
    ["snapshot", "typing"],
    ["ann", "bo"]
  ])
  expect(type()).toEqual([])
  expect(type()).toEqual([])
  expect(viewer.came()).toEqual(["snapshot", "typing", "typing", "typing"])
  expect(viewer.position!.offset).toBe(0)
})

test("the set of viewers is told when it changes, not when somebody says again that they look", () => {
  const { hub, frame, present } = hubOver({ "conversation:c": {} })
  const viewer = new Viewer()
  hub.open("conversation:c", viewer)
  const look = (...ids: ReadonlyArray<string>) => {
    present["conversation:c"] = { ...nobody, viewers: ids.map((id) => ({ id, name: id })) }
    hub.touchPresence("c")
    frame()
    return viewer.viewers
  }
  expect(look("ann")).toEqual(["ann"])
  expect(look("ann")).toEqual(["ann"])
  expect(look("ann", "bo")).toEqual(["ann", "bo"])
  const late = new Viewer()
  hub.open("conversation:c", late)
  expect([late.came(), late.viewers]).toEqual([
    ["snapshot", "viewing"],
    ["ann", "bo"]
  ])
  expect(look()).toEqual([])
  expect(viewer.came()).toEqual(["snapshot", "viewing", "viewing", "viewing"])
  expect(viewer.position!.offset).toBe(0)
})

test("who watches an actor that became part of another is sent to look the name up again, and misses nothing", () => {
  const states: States = { "participant:a": { name: "A" }, "participant:b": { name: "B" } }
  const { hub, set, frame } = hubOver(states)
  const [viewer, other] = [new Viewer(), new Viewer()]
  hub.open("participant:a", viewer)
  hub.open("participant:b", other)
  set("participant:a", { name: "" })
  set("participant:b", { total: 2 })
  hub.moved("a")
  expect([viewer.wasMoved, other.wasMoved, hub.topics, hub.subscribers]).toEqual([true, false, 1, 1])
  hub.open("participant:b", viewer, viewer.position)
  frame()
  expect(viewer.came()).toEqual(["snapshot", "snapshot"])
  expect(viewer.state).toEqual({ name: "B", total: 2 })
  expect(other.state).toEqual(viewer.state)
  hub.moved("a")
  hub.close("participant:a", viewer)
  expect([hub.topics, hub.subscribers]).toEqual([1, 2])
})

test("a topic with a pace is looked at once per pace while somebody watches, however many come, and else never", () => {
  let looks = 0
  const states: States = {
    get ops() {
      return { looks: (looks += 1) }
    }
  }
  const { hub, frame, due } = hubOver(states, {}, { ops: 1_000 })
  const viewers = Array.from({ length: 10 }, () => new Viewer())
  for (const viewer of viewers) expect(hub.open("ops", viewer)).toBe("opened")
  expect([looks, due.length]).toEqual([1, 1])
  frame()
  frame()
  expect([looks, due.length]).toEqual([3, 1])
  for (const viewer of viewers) expect(viewer.came()).toEqual(["snapshot", "patch", "patch"])
  for (const viewer of viewers) hub.close("ops", viewer)
  frame()
  frame()
  expect([looks, due.length]).toEqual([3, 0])
  const back = viewers[0]!
  hub.open("ops", back, back.position)
  expect([looks, due.length, back.came()]).toEqual([4, 1, ["subscribed", "patch"]])
})

test("a topic with a pace that is over is looked at no more, and leaves nothing scheduled", () => {
  let looks = 0
  const states: States = {
    get ops() {
      return { looks: (looks += 1) }
    }
  }
  const { hub, frame, due } = hubOver(states, {}, { ops: 1_000 })
  // As the edge does it: a socket that is sent away closes what it has, when the topic is over already.
  const viewer = new Viewer()
  hub.open("ops", viewer)
  hub.end()
  hub.close("ops", viewer)
  frame()
  expect([looks, due.length, viewer.came()]).toEqual([1, 0, ["snapshot"]])
})

test("a topic with a pace whose view broke is one topic again, with one stream to who comes back", () => {
  let isBroken = false
  let looks = 0
  const states: States = {
    get ops() {
      if (isBroken) throw new Error("a defect of ours")
      return { looks: (looks += 1) }
    }
  }
  const { hub, frame, due } = hubOver(states, {}, { ops: 1_000 })
  const viewer = new Viewer()
  hub.open("ops", viewer)
  isBroken = true
  frame()
  expect(viewer.wasMoved).toBe(true)
  isBroken = false
  hub.open("ops", viewer)
  frame()
  frame()
  expect([due.length, viewer.came()]).toEqual([1, ["snapshot", "snapshot", "patch", "patch"]])
  expect(viewer.position).toEqual({ epoch: "e2", offset: 2 })
})

test("what waits for the next frame can be published before it, and the frame then has nothing to say", () => {
  const { hub, set, frame } = hubOver({ inbox: { n: 0 } })
  const viewer = new Viewer()
  hub.open("inbox", viewer)
  set("inbox", { n: 1 })
  hub.flush()
  expect(viewer.came()).toEqual(["snapshot", "patch"])
  frame()
  set("inbox", { n: 2 })
  frame()
  expect(viewer.came()).toEqual(["patch"])
  expect(viewer.state).toEqual({ n: 2 })
})

test("a defect in one topic does not swallow the changes of the others", () => {
  const states: States = { bad: { n: 0 }, good: { n: 0 } }
  const { hub, set, frame } = hubOver(states)
  const [viewer, unlucky] = [new Viewer(), new Viewer()]
  hub.open("bad", unlucky)
  hub.open("good", viewer)
  set("bad", { n: 1 })
  Object.defineProperty(states["bad"]!, "n", { enumerable: true, get: () => expect.unreachable("a defect") })
  set("good", { n: 1 })
  frame()
  expect(viewer.state).toEqual({ n: 1 })
  expect([unlucky.wasMoved, viewer.wasMoved, hub.subscribers]).toEqual([true, false, 1])
})

test("the end of a hub is told to everybody, and it opens nothing any more", () => {
  const { hub } = hubOver({ inbox: {} })
  const viewer = new Viewer()
  hub.open("inbox", viewer)
  hub.end()
  expect([viewer.hasEnded, hub.topics, hub.subscribers, hub.open("inbox", viewer)]).toEqual([true, 0, 0, "ended"])
})

test("a patch is encoded once per encoding, however many take it, and both encodings say the same", () => {
  let encoded = 0
  const { hub, set, frame } = hubOver({ inbox: { n: 0 } })
  const taken = new Set<Buffer>()
  const taker = (encoding: "json" | "msgpack") => ({
    deliver: (_: string, packet: Packet) =>
      packet.frame.type === "patch" && taken.add(packet.named("inbox").bytes(encoding)),
    moved: () => {},
    ended: () => {}
  })
  for (let n = 0; n < 100; n += 1) hub.open("inbox", taker(n % 2 ? "json" : "msgpack"))
  const totals = {
    get unread() {
      encoded += 1
      return 7
    }
  }
  set("inbox", { totals, name: "é", at: 1.5e12, none: null, list: [null, -1, 0.25] })
  frame()
  expect(encoded).toBe(2)
  const [a, b] = [...taken]
  expect(taken.size).toBe(2)
  expect(unpack(a!)).toEqual(JSON.parse(b!.toString()))
})

test("what a topic keeps for those who come back is bounded by its weight; who is further behind gets a snapshot (I8)", () => {
  const { hub, set, frame } = hubOver({ inbox: { n: 0 } })
  const viewer = new Viewer()
  hub.open("inbox", viewer)
  const change = (n: number, length: number) => {
    set("inbox", { n, text: String(n).padEnd(length, "x") })
    frame()
  }
  for (let n = 1; n <= 20; n++) change(n, 100)
  expect(hub.patches).toBe(20)
  for (let n = 21; n <= 60; n++) change(n, 100_000)
  expect(hub.patches).toBeGreaterThan(1)
  expect(hub.patches).toBeLessThan(11)
  expect(hub.weight).toBeGreaterThan(hub.patches * 100_000)
  expect(hub.weight).toBeLessThan(2 * hubLimits.history.weight)
  const cameBack = (offset: number) => {
    const back = new Viewer()
    back.position = { epoch: viewer.position!.epoch, offset }
    back.state = { n: offset }
    hub.open("inbox", back, back.position)
    expect(back.state).toMatchObject({ n: 60 })
    return back.came()[0]
  }
  expect(cameBack(59)).toBe("subscribed")
  expect(cameBack(40)).toBe("snapshot")
  // One that is heavier than all that is kept: nobody comes back by patches.
  change(60, 3_000_000)
  expect(hub.patches).toBe(0)
  expect(cameBack(60)).toBe("snapshot")
  hub.sweep(0)
  expect(hub.weight).toBeLessThan(4 * 3_000_000)
})

test("where topics weigh too much together, the unwatched go first, then what is kept for those who come back; then none is opened", () => {
  const limit = 1_100_000
  const states: States = {}
  for (const name of ["a", "b", "c", "d"]) states[`conversation:${name}`] = { text: "y".repeat(100_000) }
  const { hub, set, frame } = hubOver(states, {}, {}, () => hub.weight > limit)
  const [a, b] = [new Viewer(), new Viewer()]
  expect(hub.open("conversation:a", a)).toBe("opened")
  expect(hub.open("conversation:b", b)).toBe("opened")
  hub.close("conversation:a", a)
  const say = (name: string, text: string) => {
    set(`conversation:${name}`, { text })
    frame()
    expect(b.state).toEqual({ text })
  }
  const kept: Array<{ readonly topics: number; readonly patches: number }> = []
  for (let n = 0; n < 60; n++) {
    say("b", String(n).padEnd(10_000, "z"))
    expect(hub.weight).toBeLessThanOrEqual(limit)
    kept.push({ topics: hub.topics, patches: hub.patches })
  }
  const withoutA = kept.findIndex(({ topics }) => topics === 1)
  expect(withoutA).toBeGreaterThan(5)
  // It went before any patch did.
  expect(kept[withoutA]!.patches).toBe(withoutA + 1)
  expect(Math.max(...kept.map(({ patches }) => patches))).toBeLessThan(50)
  expect(hub.open("conversation:c", new Viewer())).toBe("opened")
  say("b", "x".repeat(500_000))
  expect(hub.patches).toBe(0)
  expect(hub.open("conversation:d", new Viewer())).toBe("too_many_topics")
  expect(hub.topics).toBe(2)
  hub.close("conversation:b", b)
  expect(hub.open("conversation:d", new Viewer())).toBe("opened")
})

test("where nothing is left to let go of, a patch does not look through all topics", () => {
  let asked = 0
  let isFull = false
  const names = Array.from({ length: 1_000 }, (_, n) => `conversation:${n}`)
  const states: States = Object.fromEntries(names.map((name) => [name, { n: 0 }]))
  const { hub, set, frame } = hubOver(states, {}, {}, () => {
    asked += 1
    return isFull
  })
  for (const name of names) expect(hub.open(name, new Viewer())).toBe("opened")
  isFull = true
  const patch = (n: number) => {
    asked = 0
    set("conversation:1", { n })
    frame()
  }
  patch(1)
  expect(asked, "what they kept goes once").toBeGreaterThan(1_000)
  patch(2)
  expect(asked).toBeLessThan(5)
})
