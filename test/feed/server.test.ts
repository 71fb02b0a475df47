import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import { TestClock } from "effect/testing"
import * as fc from "fast-check"
import { once } from "node:events"
import { connect } from "node:net"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { WebSocket } from "ws"
import { closeCodes } from "../../src/feed/close-codes.ts"
import { feedLimits } from "../../src/feed/limits.ts"
import { Client } from "./client.ts"
import { type FeedHouse, startFeed } from "./house.ts"
import { told } from "./told.ts"
import { Viewer } from "./viewer.ts"

const limits = {
  ...feedLimits,
  subscriptions: 3,
  viewed: 2,
  slowBytes: 32 * 1024,
  hopelessBytes: 4 * 1024 * 1024,
  sockets: 40
}

let house: FeedHouse
beforeEach(async () => {
  house = await startFeed(limits)
})
afterEach(() => house.stop())

describe("the handshake", () => {
  test("without a valid token it is 401, and says no more", async () => {
    const valid = await house.token({ ttl_s: 1 })
    const unknownTenant = await house.token({ tenant: "nobody" })
    for (const token of ["", "x.y", `${valid}x`, unknownTenant]) expect(await house.status(token)).toBe(401)
    await house.run(TestClock.adjust("1 second"))
    expect(await house.status(valid)).toBe(401)
  })

  test("a tenant that needs a database that is away is 503 with a time to try again, and the token stays good", async () => {
    const token = await house.token()
    house.acme.isAway = true
    const { statusCode, headers } = await house.refusal(token)
    expect(statusCode).toBe(503)
    expect(headers["retry-after"]).toMatch(/^[1-9]/)
    house.acme.isAway = false
    const client = await new Client(house.url(token)).opened()
    expect(await client.ask({ type: "subscribe", topic: "inbox" })).toMatchObject({ type: "snapshot" })
    client.ws.terminate()
  })

  test("json is spoken when nothing is offered; what we do not speak is 400", async () => {
    const token = await house.token()
    const ws = new WebSocket(house.url(token))
    await once(ws, "open")
    expect(ws.protocol).toBe("")
    ws.send(`{"type":"ping"}`)
    const [pong, isBinary] = await once(ws, "message")
    expect([String(pong), isBinary]).toEqual([`{"type":"pong"}`, false])
    ws.terminate()
    expect(await house.status(token, ["switchboard.v9.json"])).toBe(400)
    const either = new WebSocket(house.url(token), [
      "switchboard.v9.json",
      "switchboard.v1.msgpack",
      "switchboard.v1.json"
    ])
    await once(either, "open")
    expect(either.protocol).toBe("switchboard.v1.msgpack")
    either.terminate()
  })

  test("upgrades for other paths are passed over: their requests are answered as requests, and have a request's timeouts", async () => {
    const other = once(house.server, "request")
    const ws = new WebSocket(`ws://127.0.0.1:${house.port}/v1/feeds?token=${await house.token()}`)
    ws.on("error", () => {})
    const [request, response] = await other
    expect(request.url).toMatch(/^\/v1\/feeds/)
    const closed = new Promise((resolve) => ws.once("close", resolve))
    response.writeHead(404).end()
    await closed
  })

  test("a peer that hangs up in the middle of it, and nonsense in its place, do no harm", async () => {
    const socket = connect(house.port, "127.0.0.1")
    socket.end(
      `GET /v1/feed?token=${await house.token()} HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`
    )
    const [answer] = await once(socket, "data")
    expect(String(answer)).toMatch(/^HTTP\/1.1 400/)
    const gone = connect(house.port, "127.0.0.1")
    gone.write(`GET //[ HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`, () => gone.resetAndDestroy())
    await once(gone, "close")
    expect((await house.client()).ws.readyState).toBe(WebSocket.OPEN)
  })

  test("past the limit of sockets it is 503", async () => {
    for (let n = 0; n < limits.sockets; n += 1) await house.client()
    expect(await house.status(await house.token())).toBe(503)
  })
})

describe("topics", () => {
  test("a change reaches the viewer as a patch with the next offset, in both encodings the same", async () => {
    const clients = [await house.client(), await house.client({}, "msgpack")]
    for (const client of clients) {
      expect(await client.ask({ type: "subscribe", topic: "inbox" })).toEqual({
        type: "snapshot",
        topic: "inbox",
        epoch: "e1",
        offset: 0,
        recovered: false,
        state: { n: 0 }
      })
    }
    house.acme.set("inbox", { n: 1, at: 1.7e12, name: "é", deep: { a: [1, null] } })
    const patch = {
      type: "patch",
      topic: "inbox",
      offset: 1,
      changes: { n: 1, at: 1.7e12, name: "é", deep: { a: [1, null] } }
    }
    for (const client of clients) expect(await client.next()).toEqual(patch)
  })

  test("a reconnect gets what it missed, and is told so", async () => {
    const first = await house.client()
    const viewer = new Viewer()
    viewer.take(await first.ask({ type: "subscribe", topic: "inbox" }))
    first.ws.terminate()
    house.acme.set("inbox", { n: 1 })
    house.acme.set("inbox", { n: 2 })
    const second = await house.client()
    second.send({ type: "subscribe", topic: "inbox", since: viewer.position })
    for (const frame of await second.settled()) viewer.take(frame)
    expect(viewer.came()).toEqual(["snapshot", "subscribed", "patch", "patch"])
    expect(viewer.state).toEqual({ n: 2 })
    const third = await house.client()
    expect(await third.ask({ type: "subscribe", topic: "inbox", since: { epoch: "old", offset: 2 } })).toMatchObject({
      recovered: false
    })
  })

  test("sockets that are cut and resumed in a storm of changes end with what a fresh fetch gives (I7)", async () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.tuple(fc.constant("set"), fc.constantFrom("a", "b", "c"), fc.oneof(fc.nat(9), fc.constant(null)))
      },
      { weight: 1, arbitrary: fc.tuple(fc.constant("cut"), fc.nat(3), fc.constant(null)) },
      { weight: 1, arbitrary: fc.tuple(fc.constant("wait"), fc.nat(3), fc.constant(null)) }
    )
    const one = async () => {
      const viewer = new Viewer()
      return { viewer, client: await join(viewer) }
    }
    const join = async (viewer: Viewer) => {
      const client = await house.client()
      client.send({ type: "subscribe", topic: "inbox", ...(viewer.position && { since: viewer.position }) })
      return client
    }
    // fast-check prints seed and counterexample when it fails.
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 120 }), async (steps) => {
        const watchers = [await one(), await one(), await one(), await one()]
        for (const [what, which, value] of steps) {
          const watcher = watchers[which as number]
          if (watcher === undefined) house.acme.set("inbox", { [which]: value })
          else {
            for (const frame of what === "wait" ? await watcher.client.settled() : []) watcher.viewer.take(frame)
            if (what === "wait") continue
            // What it has not taken until now, it has missed.
            watcher.client.ws.terminate()
            watcher.client = await join(watcher.viewer)
          }
        }
        for (const { viewer, client } of watchers) {
          for (const frame of await client.settled()) viewer.take(frame)
          client.ws.terminate()
          expect(told(viewer.state)).toEqual(told(house.acme.states["inbox"]))
        }
      }),
      { numRuns: 15 }
    )
  })

  test("a conversation can be asked for by the provider's id, and answers under the name that was used", async () => {
    const client = await house.client()
    expect(await client.ask({ type: "subscribe", topic: "conversation:chat-1" })).toMatchObject({
      topic: "conversation:chat-1"
    })
    expect(await client.ask({ type: "subscribe", topic: "conversation:c1" })).toMatchObject({
      topic: "conversation:c1"
    })
    house.acme.set("conversation:c1", { unread_count: 2 })
    const patch = { type: "patch", offset: 1, changes: { unread_count: 2 } }
    expect(await client.next()).toEqual({ ...patch, topic: "conversation:chat-1" })
    expect(await client.next()).toEqual({ ...patch, topic: "conversation:c1" })
    expect(house.acme.hub.topics).toBe(1)
  })

  test("an unsubscribed topic is silent; subscribing twice is one subscription", async () => {
    const client = await house.client()
    await client.ask({ type: "subscribe", topic: "inbox" })
    await client.ask({ type: "subscribe", topic: "inbox" })
    expect(house.acme.hub.subscribers).toBe(1)
    client.send({ type: "unsubscribe", topic: "inbox" })
    await client.settled()
    house.acme.set("inbox", { n: 1 })
    expect(await client.settled()).toEqual([])
    expect(house.acme.hub.subscribers).toBe(0)
  })

  test("what is not there, not a topic, not allowed or too much is an error frame, and the socket lives", async () => {
    const client = await house.client()
    const code = (topic: string) => client.ask({ type: "subscribe", topic }).then((frame) => frame.code ?? frame.type)
    for (const topic of ["conversation:r1", "inbox:1"]) expect(await code(topic)).toBe("not_found")
    for (const topic of ["figures", "participant:", "conversation:", "Inbox", "inbox:", "member:m"])
      expect(await code(topic)).toBe("unknown_topic")
    for (const topic of ["inbox", "conversation:c1", "connection:k1"]) expect(await code(topic)).toBe("snapshot")
    expect(await code("conversation:chat-1")).toBe("too_many_subscriptions")
    const narrow = await house.client({ topics: ["conversation:chat-1"] })
    expect(await narrow.ask({ type: "subscribe", topic: "inbox" })).toMatchObject({
      code: "topic_not_allowed",
      topic: "inbox"
    })
    expect(await narrow.ask({ type: "subscribe", topic: "conversation:chat-1" })).toMatchObject({ type: "snapshot" })
    expect(await narrow.ask({ type: "read", conversation: "r1" })).toMatchObject({ code: "topic_not_allowed" })
  })

  test("a token opens the topics that it lists, all of a kind, or all; ops by its name alone", async () => {
    const codes = async (topics?: ReadonlyArray<string>) => {
      const client = await house.client(topics === undefined ? {} : { topics })
      const said = []
      for (const topic of [
        "inbox",
        "conversation:c1",
        "conversation:chat-1",
        "connection:k1",
        "participant:p1",
        "ops"
      ]) {
        said.push(((await client.ask({ type: "subscribe", topic })) as { code?: string }).code ?? "open")
        client.send({ type: "unsubscribe", topic })
      }
      return said
    }
    const [open, shut] = ["open", "topic_not_allowed"]
    expect(await codes()).toEqual([open, open, open, open, open, shut])
    expect(await codes(["*"])).toEqual([open, open, open, open, open, shut])
    expect(await codes(["*", "ops"])).toEqual([open, open, open, open, open, open])
    expect(await codes(["ops"])).toEqual([shut, shut, shut, shut, shut, open])
    expect(await codes(["conversation:*", "inbox"])).toEqual([open, open, open, shut, shut, shut])
    expect(await codes(["participant:*"])).toEqual([shut, shut, shut, shut, open, shut])
    expect(await codes(["conversation:c1"])).toEqual([shut, open, open, shut, shut, shut])
    expect(await codes(["ops:*", "inbox:*", "conv*", ":*"])).toEqual(Array(6).fill(shut))
  })

  test("a token does not tell whether something exists that it does not open", async () => {
    const client = await house.client({ topics: ["inbox"] })
    for (const conversation of ["c1", "not-there"]) {
      expect(await client.ask({ type: "subscribe", topic: `conversation:${conversation}` })).toMatchObject({
        code: "topic_not_allowed"
      })
      expect(await client.ask({ type: "viewing", conversation })).toMatchObject({ code: "topic_not_allowed" })
    }
  })

  test("who watches what became part of another gets that one under the name that was used", async () => {
    const client = await house.client()
    house.acme.states["conversation:c2"] = { chat: "chat-2", unread_count: 5 }
    expect(await client.ask({ type: "subscribe", topic: "conversation:chat-1" })).toMatchObject({
      state: { unread_count: 1 }
    })
    // From now on the provider's name leads to the other one.
    house.acme.states["conversation:c1"] = { unread_count: 0 }
    house.acme.states["conversation:c2"] = { chat: "chat-1", unread_count: 6 }
    house.acme.hub.moved("c1")
    expect(await client.next()).toMatchObject({
      type: "snapshot",
      topic: "conversation:chat-1",
      recovered: false,
      state: { unread_count: 6 }
    })
    house.acme.set("conversation:c2", { unread_count: 7 })
    expect(await client.next()).toMatchObject({
      type: "patch",
      topic: "conversation:chat-1",
      changes: { unread_count: 7 }
    })
    expect(house.acme.hub.subscribers).toBe(1)
  })

  test("a database that is away while a name is looked up is told as that, and the topic can be asked for again", async () => {
    const client = await house.client()
    const topic = "conversation:chat-1"
    await client.ask({ type: "subscribe", topic })
    house.acme.isAway = true
    house.acme.hub.moved("c1")
    const told = { type: "error", code: "database_unavailable", topic }
    expect(await client.next()).toMatchObject(told)
    expect(house.acme.hub.subscribers).toBe(0)
    expect(await client.ask({ type: "subscribe", topic })).toMatchObject(told)
    house.acme.isAway = false
    expect(await client.ask({ type: "subscribe", topic })).toMatchObject({ type: "snapshot", topic })
  })

  test("a token of one tenant sees nothing of another", async () => {
    const client = await house.client({ tenant: "rival" })
    await client.ask({ type: "subscribe", topic: "inbox" })
    house.acme.set("inbox", { n: 9 })
    expect(await client.settled()).toEqual([])
    expect(await client.ask({ type: "subscribe", topic: "conversation:c1" })).toMatchObject({ code: "not_found" })
    expect(await client.ask({ type: "read", conversation: "chat-1" })).toMatchObject({ code: "not_found" })
    expect(house.acme.submitted).toEqual([])
  })
})

describe("what a viewer does", () => {
  test("typing is shown to the others under the token's name, and a read mark is submitted", async () => {
    const [ann, bo] = [await house.client({ name: "Ann" }), await house.client({ user_id: "bo" })]
    await bo.ask({ type: "subscribe", topic: "conversation:c1" })
    ann.send({ type: "typing", conversation: "chat-1", is_typing: true })
    expect(await bo.next()).toEqual({
      type: "typing",
      topic: "conversation:c1",
      typists: [{ id: "ann", name: "Ann", until: "1970-01-01T00:00:06.000Z" }]
    })
    ann.send({ type: "typing", conversation: "c1", is_typing: false })
    expect(await bo.next()).toMatchObject({ typists: [] })
    ann.send({ type: "read", conversation: "chat-1" })
    await ann.settled()
    await expect
      .poll(() => house.acme.submitted.at(-1))
      .toEqual({
        type: "conversation_read",
        conversation_id: "c1",
        user_id: "ann",
        message_id: null,
        received: 0,
        via: "api"
      })
  })

  test("viewing is shown to who follows the conversation, each user once, until their last socket leaves", async () => {
    const [one, two, bo] = [
      await house.client({ name: "Ann" }),
      await house.client({ name: "Ann" }),
      await house.client({ user_id: "bo" })
    ]
    await bo.ask({ type: "subscribe", topic: "conversation:chat-1" })
    const ann = { type: "viewing", topic: "conversation:chat-1", viewers: [{ id: "ann", name: "Ann" }] }
    one.send({ type: "viewing", conversation: "chat-1" })
    expect(await bo.next()).toEqual(ann)
    two.send({ type: "viewing", conversation: "c1", is_viewing: true })
    await two.settled()
    expect(await bo.settled(), "a second window says nothing new").toEqual([])
    expect(await bo.ask({ type: "viewing", conversation: "c1" })).toMatchObject({
      viewers: [{ id: "ann" }, { id: "bo", name: "bo" }]
    })
    one.send({ type: "viewing", conversation: "c1", is_viewing: false })
    await one.settled()
    expect(await bo.settled(), "the second window is still open").toEqual([])
    two.ws.terminate()
    expect(await bo.next()).toMatchObject({ viewers: [{ id: "bo" }] })
    bo.send({ type: "viewing", conversation: "c1", is_viewing: false })
    expect(await bo.next()).toMatchObject({ viewers: [] })
    expect(house.acme.submitted.filter(({ type }) => type !== "conversation_accessed")).toEqual([])
  })

  test("viewing ends with the subscription to the conversation, and a socket has few open at a time", async () => {
    const [ann, bo] = [await house.client(), await house.client({ user_id: "bo" })]
    for (const id of ["c2", "c3"]) house.acme.states[`conversation:${id}`] = {}
    for (const id of ["c1", "c2", "c3"]) await bo.ask({ type: "subscribe", topic: `conversation:${id}` })
    const shown = async () => {
      await ann.settled()
      return (await bo.settled()).map(({ topic, viewers }) => [topic, viewers.length])
    }
    await ann.ask({ type: "subscribe", topic: "conversation:chat-1" })
    ann.send({ type: "viewing", conversation: "c1" })
    expect(await shown()).toEqual([["conversation:c1", 1]])
    ann.send({ type: "unsubscribe", topic: "conversation:chat-1" })
    expect(await shown()).toEqual([["conversation:c1", 0]])
    for (const conversation of ["c1", "c2", "c1", "c3"]) ann.send({ type: "viewing", conversation })
    expect(await shown()).toEqual([
      ["conversation:c1", 1],
      ["conversation:c2", 1],
      ["conversation:c3", 1],
      ["conversation:c2", 0]
    ])
  })

  test("mark unread is submitted for the user of the token", async () => {
    const ann = await house.client()
    ann.send({ type: "unread", conversation: "chat-1" })
    await ann.settled()
    const fact = { type: "conversation_unread", conversation_id: "c1", user_id: "ann", received: 0, via: "api" }
    await expect.poll(() => house.acme.submitted.at(-1)).toEqual(fact)
    for (const type of ["read", "unread", "viewing"]) {
      expect(await ann.ask({ type, conversation: "r1" })).toMatchObject({ code: "not_found", topic: "conversation:r1" })
    }
  })

  test.each(["read", "unread", "typing", "viewing"])("%s frames are worked off one after the other", async (type) => {
    const gate = Latch.makeUnsafe()
    const counts = { underWay: 0, most: 0 }
    house.acme.lookUp = Effect.gen(function* () {
      counts.most = Math.max(counts.most, (counts.underWay += 1))
      yield* gate.await
      counts.underWay -= 1
    })
    const ann = await house.client()
    const frames = limits.inbox * 3
    for (let n = 0; n < frames; n += 1) ann.send({ type, conversation: "chat-1", is_typing: true })
    await expect.poll(() => counts.underWay).toBe(1)
    await house.run(gate.open)
    expect(await ann.settled()).toEqual([])
    expect(counts).toEqual({ underWay: 0, most: 1 })
    if (type.endsWith("read")) await expect.poll(() => house.acme.submitted.length).toBe(frames)
  })

  test("opening a conversation is an access, once a minute however many sockets do it", async () => {
    const accesses = () => house.acme.submitted.filter(({ type }) => type === "conversation_accessed").length
    const client = await house.client()
    for (const topic of ["inbox", "conversation:c1", "conversation:chat-1"])
      await client.ask({ type: "subscribe", topic })
    const other = await house.client({ user_id: "bo" })
    await other.ask({ type: "subscribe", topic: "conversation:c1" })
    await expect.poll(accesses).toBe(1)
    await house.run(TestClock.adjust("1 minute"))
    await client.ask({ type: "subscribe", topic: "conversation:c1" })
    await expect.poll(accesses).toBe(2)
  })
})

describe("bad input", () => {
  test.each([
    [
      "malformed",
      ["", "{", "null", "[]", "1", `{"type":1}`, `{"type":"subscribe"}`, `{"type":"subscribe","topic":""}`]
    ],
    [
      "malformed",
      [
        `{"type":"subscribe","topic":"inbox","since":{"epoch":"e1","offset":-1}}`,
        `{"type":"typing","conversation":"c1"}`,
        `{"type":"viewing"}`,
        `{"type":"viewing","conversation":"c1","is_viewing":"yes"}`,
        `{"type":"unread","conversation":7}`
      ]
    ],
    ["malformed", ["[".repeat(60_000), `{"type":"subscribe","topic":"${"x".repeat(60_000)}"}`]],
    ["unknown_type", [`{"type":"look"}`, `{"type":"__proto__"}`, `{"type":"snapshot","topic":"inbox"}`]]
  ])("%s: an error frame, and the socket lives", async (code, texts) => {
    const client = await house.client()
    for (const text of texts) {
      client.ws.send(text)
      expect(await client.next()).toMatchObject({ type: "error", code, message: expect.any(String) })
    }
    expect(await client.ask({ type: "ping" })).toEqual({ type: "pong" })
  })

  test("a name that is too long is refused under that name, so that who asked for it hears of it", async () => {
    const client = await house.client()
    const topic = `conversation:${"x".repeat(500)}`
    expect(await client.ask({ type: "subscribe", topic })).toMatchObject({ type: "error", code: "malformed", topic })
    expect(await client.ask({ type: "subscribe", topic: 7 })).not.toHaveProperty("topic")
  })

  test("msgpack that is none is an error frame too", async () => {
    const client = await house.client({}, "msgpack")
    for (const bytes of [[], [0xdd, 0xff, 0xff, 0xff, 0xff], [0xc1], Array(60_000).fill(0x91)]) {
      client.ws.send(Buffer.from(bytes))
      expect(await client.next()).toMatchObject({ type: "error", code: "malformed" })
    }
  })

  test("binary in the json protocol ends the socket, for good", async () => {
    const client = await house.client()
    client.ws.send(Buffer.from(`{"type":"ping"}`))
    expect(await client.next()).toEqual({ type: "bye", code: 4100, retry_after_ms: null })
    expect(await client.closed).toBe(closeCodes.wrong_encoding.code)
  })

  test("a message over 64 KiB closes with the table's code", async () => {
    const client = await house.client()
    client.ws.send(" ".repeat(64 * 1024 + 1))
    expect(await client.closed).toBe(closeCodes.too_large.code)
    await expect.poll(() => house.feed.sockets()).toBe(0)
  })
})

describe("a slow socket", () => {
  test("costs only itself: it skips patches and in the end has a fresh snapshot", async () => {
    const [slow, quick] = [await house.client(), await house.client()]
    await slow.ask({ type: "subscribe", topic: "inbox" })
    await quick.ask({ type: "subscribe", topic: "inbox" })
    slow.ws.pause()
    const total = 400
    for (let n = 1; n <= total; n += 1) {
      house.acme.set("inbox", { n, text: `${n}`.padEnd(32 * 1024, "x") })
      expect((await quick.next()).offset).toBe(n)
    }
    slow.ws.resume()
    const viewer = new Viewer()
    viewer.position = { epoch: "e1", offset: 0 }
    while (viewer.position?.offset !== total) viewer.take(await slow.next())
    const came = viewer.came()
    expect(came).toContain("snapshot")
    expect(came.length).toBeLessThan(total)
    expect(viewer.state).toEqual(house.acme.states["inbox"])
    house.acme.set("inbox", { n: -1 })
    expect(await slow.next()).toMatchObject({ type: "patch", offset: total + 1, changes: { n: -1 } })
  })

  test("for which far too much waits is closed, and may come back", async () => {
    house.acme.states["inbox"] = { text: "x".repeat(24 * 1024 * 1024) }
    const client = await house.client()
    expect(await client.ask({ type: "subscribe", topic: "inbox" })).toMatchObject({ type: "snapshot" })
    const bye = await client.next()
    expect(bye).toMatchObject({ type: "bye", code: closeCodes.too_slow.code })
    expect(bye.retry_after_ms).toBeGreaterThanOrEqual(closeCodes.too_slow.comeBack[0])
    expect(await client.closed).toBe(closeCodes.too_slow.code)
    expect(house.acme.hub.subscribers).toBe(0)
  })
})

describe("the end of a socket", () => {
  test("an expired token ends it, and says when to come back", async () => {
    const client = await house.client({ ttl_s: 10 })
    await client.settled()
    await house.run(TestClock.adjust("10 seconds"))
    const bye = await client.next()
    expect(bye).toMatchObject({ type: "bye", code: closeCodes.token_expired.code })
    expect(bye.retry_after_ms).toBeLessThanOrEqual(closeCodes.token_expired.comeBack[1])
    expect(await client.closed).toBe(closeCodes.token_expired.code)
  })

  test("a peer that answers no ping is cut off; one that does stays", async () => {
    const [dead, alive] = [await house.client(), await house.client()]
    await dead.ask({ type: "subscribe", topic: "inbox" })
    dead.ws.pause()
    const pinged = once(alive.ws, "ping")
    await house.run(TestClock.adjust("30 seconds"))
    await pinged
    await alive.settled()
    await house.run(TestClock.adjust("30 seconds"))
    await expect.poll(() => [house.feed.sockets(), house.acme.hub.subscribers]).toEqual([1, 0])
    await alive.settled()
  })

  test("a tenant that is loaded again sends its viewers away for a moment", async () => {
    const client = await house.client()
    await client.ask({ type: "subscribe", topic: "inbox" })
    house.acme.reload()
    expect(await client.closed).toBe(closeCodes.tenant_moved.code)
    const again = await house.client()
    expect(await again.ask({ type: "subscribe", topic: "inbox", since: { epoch: "e1", offset: 0 } })).toMatchObject({
      recovered: false
    })
  })

  test("a defect of ours ends only the socket that met it, and it may come back", async () => {
    const [unlucky, other] = [await house.client(), await house.client()]
    Object.defineProperty(house.acme.states, "conversation:c2", {
      enumerable: true,
      get: () => expect.unreachable("a defect")
    })
    unlucky.send({ type: "subscribe", topic: "conversation:c2" })
    expect(await unlucky.next()).toMatchObject({ type: "bye", code: closeCodes.fault.code })
    expect(await unlucky.closed).toBe(closeCodes.fault.code)
    expect(await other.settled()).toEqual([])
  })

  test("everybody is told another time to come back, all within the table's range", async () => {
    const clients = await Promise.all(Array.from({ length: limits.sockets }, () => house.client()))
    await house.run(house.feed.close)
    const waits = []
    for (const client of clients) waits.push((await client.next()).retry_after_ms as number)
    const [least, most] = closeCodes.restarting.comeBack
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(least)
    expect(Math.max(...waits)).toBeLessThanOrEqual(most)
    // Forty draws from 4,500 values: fewer than half of them different does not happen.
    expect(new Set(waits).size).toBeGreaterThan(limits.sockets / 2)
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan((most - least) / 4)
  })

  test("closing the server says goodbye, and no more are taken", async () => {
    const client = await house.client()
    await house.run(house.feed.close)
    expect(await client.next()).toMatchObject({
      type: "bye",
      code: closeCodes.restarting.code,
      retry_after_ms: expect.any(Number)
    })
    expect(await client.closed).toBe(closeCodes.restarting.code)
    expect(await house.status(await house.token())).toBe(503)
  })
})
