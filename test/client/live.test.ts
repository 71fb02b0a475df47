/** The client library against the real process: what its stores promise. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { WebSocket as Ws } from "ws"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import type { WebSocketClass } from "../../src/client/environment.ts"
import { summaryFields } from "../../actors/views/summary.ts"
import { connectionFields } from "../../machines/connection/fields.ts"
import { conversationFields } from "../../machines/conversation/fields.ts"
import type { Fields } from "../../machines/field.ts"
import { memberFields } from "../../machines/member/fields.ts"
import { participantFields } from "../../machines/participant/fields.ts"
import type { Connection, Inbox, TopicValue } from "../../src/client/index.ts"
import { msgpack } from "../../src/client/msgpack.ts"
import { json } from "../../src/client/protocol.ts"
import { fixture, fixtureAccount } from "../support/fixtures.ts"
import { adminKey } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"
import { told } from "../feed/told.ts"
import type { House } from "./house.ts"
import { eventually, isLive, record, startHouse, until } from "./house.ts"

const inbound = fixture("message_received.whatsapp_direct")

let house: House
beforeAll(async () => {
  house = await startHouse()
  await house.server.webhook(house.acme, inbound)
})
afterEach(() => house.hangUp())
afterAll(() => house.close())

describe.each([
  ["json", json],
  ["msgpack", msgpack]
])("with %s", (encoding, codec) => {
  it("a message moves the badge, and the store holds what a fresh fetch gives", async () => {
    const client = house.client(undefined, { codec })
    const before = (await until(client.inbox(), isLive)).state!.totals.unread_count
    const chat = `badge-${encoding}`
    await house.server.webhook(house.acme, message({ chat, id: `m-${encoding}`, at: Date.UTC(2026, 4, 5) }))
    const inbox = await until(client.inbox(), ({ state }) => state?.totals.unread_count === before + 1)
    expect(Object.values(inbox.state!.conversations).filter((c) => c.external_thread_id === chat)).toHaveLength(1)
    const conversation = client.conversation(chat)
    const { state } = await until(conversation, isLive)
    const { last_accessed_at: _, updated_at: __, ...fresh } = await house.fetched(chat)
    expect(told(state)).toMatchObject(told(fresh) as object)
  })
})

describe("after a break", () => {
  const unread = (value: TopicValue<Inbox>) => value.state?.totals.unread_count

  it("kill -9 and a restart: the stores are right again by themselves, and say that it was no recovery", async () => {
    const client = house.client()
    const seen = record(client.inbox())
    const before = unread(await until(client.inbox(), isLive))!
    await house.server.kill()
    await until(client.inbox(), ({ status }) => status === "stale")
    await house.server.restart()
    await house.server.webhook(house.acme, message({ chat: "after", id: "after-1", at: Date.UTC(2026, 4, 6) }))
    const value = await until(client.inbox(), (v) => v.status === "live" && unread(v) === before + 1)
    expect(value).toMatchObject({ recovered: false })
    expect(seen.values.map(({ status }) => status)).toEqual(expect.arrayContaining(["loading", "live", "stale"]))
    seen.stop()
  })

  it("a stop and a start: it waits as the bye asks, and comes back", async () => {
    const client = house.client()
    await until(client.inbox(), isLive)
    const { values, stop } = record(client.status)
    await house.server.stop()
    await until(client.status, ({ status }) => status === "waiting")
    await house.server.restart()
    await until(client.inbox(), isLive)
    expect(values.filter(({ status }) => status === "waiting")[0]).toMatchObject({ reason: "goodbye" })
    stop()
  })

  it("a network that breaks: exactly what was missed comes, and the store says that it was recovered", async () => {
    const client = house.client()
    const { values, stop } = record(client.inbox())
    const before = unread(await until(client.inbox(), isLive))!
    house.relay.down()
    await until(client.inbox(), ({ status }) => status === "stale")
    for (const id of ["missed-1", "missed-2"]) {
      await house.server.webhook(house.acme, message({ chat: id, id, at: Date.UTC(2026, 4, 7) }))
    }
    house.relay.up()
    const value = await until(client.inbox(), (v) => v.status === "live" && unread(v) === before + 2)
    expect(value).toMatchObject({ recovered: true })
    stop()
    // Whole only once, at the beginning.
    expect(values.filter((v) => v.status === "live" && !v.recovered).map(unread)).toEqual([before])
  })

  it("a cable that was pulled is noticed without traffic, and what came meanwhile is there afterwards", async () => {
    const client = house.client(undefined, { timings: { idle: 300, patience: 300, opening: 1_000 } })
    const before = unread(await until(client.inbox(), isLive))!
    house.relay.die()
    const waiting = await until(client.status, ({ status }) => status === "waiting")
    expect(waiting).toMatchObject({ reason: expect.stringMatching(/^nothing heard for \d+ ms$/) })
    await house.server.webhook(house.acme, message({ chat: "cable", id: "cable-1", at: Date.UTC(2026, 4, 8) }))
    house.relay.live()
    await until(client.inbox(), (v) => v.status === "live" && unread(v) === before + 1)
  })
})

it("a token that expires is renewed in time: no break, and the store goes on", async () => {
  const expiries: Array<number> = []
  const client = house.client(() => {
    expiries.push(Date.now() + 15_000)
    return house.token({ ttl_s: 15 })
  })
  const before = (await until(client.inbox(), isLive)).state!.totals.unread_count
  const { values, stop } = record(client.status)
  await eventually(() => expiries.length).toBe(2)
  await new Promise((resolve) => setTimeout(resolve, expiries[0]! + 1_000 - Date.now()))
  await house.server.webhook(house.acme, message({ chat: "renewed", id: "renewed-1", at: Date.UTC(2026, 4, 9) }))
  await until(client.inbox(), ({ state }) => state?.totals.unread_count === before + 1)
  expect(values).toEqual([{ status: "open" }])
  stop()
})

it("a token that expires unnoticed is told by the server, and another one is fetched", async () => {
  let asked = 0
  const client = house.client(() => {
    asked += 1
    return house.token({ ttl_s: asked === 1 ? 1 : 3_600 })
  })
  await until(client.status, ({ status }) => status === "waiting")
  await until(client.inbox(), isLive)
  expect(asked).toBe(2)
})

it("a token that is not valid at the handshake is replaced too", async () => {
  let asked = 0
  const client = house.client(async () => (++asked === 1 ? "nonsense.x" : house.token()))
  await until(client.inbox(), isLive)
  expect(asked).toBe(2)
})

it("a token for one topic shows that one and refuses the others; what is not there is gone", async () => {
  const client = house.client(() =>
    house.token({ topics: [`conversation:${inbound.chat_id}`, "conversation:nowhere"] })
  )
  await until(client.conversation(inbound.chat_id), isLive)
  expect(await until(client.inbox(), ({ status }) => status === "refused")).toMatchObject({
    error: { code: "topic_not_allowed" }
  })
  expect(await until(client.conversation("nowhere"), ({ status }) => status === "gone")).toMatchObject({
    error: { code: "not_found" }
  })
})

it("a connection is seen too", async () => {
  const { state } = await until(house.client().connection(fixtureAccount), isLive)
  expect(state).toMatchObject({ account_id: fixtureAccount, channel_type: "whatsapp" })
})

it("two users see each other's typing begin, and end by itself", async () => {
  const [ann, bo] = [house.client(), house.client(() => house.token({ user_id: "bo", name: "Bo" }))]
  const [hers, his] = [ann.conversation(inbound.chat_id), bo.conversation(inbound.chat_id)]
  await Promise.all([until(hers, isLive), until(his, isLive)])
  hers.typing(true)
  expect((await until(his, ({ typists }) => typists.length === 1)).typists).toMatchObject([{ id: "ann", name: "Ann" }])
  his.typing(true)
  expect((await until(hers, ({ typists }) => typists.length === 2)).typists.map(({ name }) => name)).toContain("Bo")
  his.typing(false)
  expect((await until(hers, ({ typists }) => typists.length === 1)).typists).toMatchObject([{ id: "ann" }])
  // Ann has walked away from half a sentence.
  await until(his, ({ typists }) => typists.length === 0)
})

it("two users see who has the conversation open, until it is closed, by word or with the client", async () => {
  const [ann, bo] = [house.client(), house.client(() => house.token({ user_id: "bo", name: "Bo" }))]
  const [hers, his] = [ann.conversation(inbound.chat_id), bo.conversation(inbound.chat_id)]
  const { stop } = record(hers)
  await Promise.all([until(hers, isLive), until(his, isLive)])
  const names = () =>
    hers
      .get()
      .viewers.map(({ name }) => name)
      .sort()
  hers.viewing(true)
  his.viewing(true)
  await eventually(names).toEqual(["Ann", "Bo"])
  his.viewing(false)
  await eventually(names).toEqual(["Ann"])
  his.viewing(true)
  await eventually(names).toEqual(["Ann", "Bo"])
  bo.close()
  await eventually(names).toEqual(["Ann"])
  stop()
})

it("a person and the tenant's figures are seen too", async () => {
  const client = house.client(() => house.token({ topics: ["*", "ops"] }))
  const { state } = await until(client.conversation(inbound.chat_id), isLive)
  const ben = state!.members.find(({ name }) => name === "Ben Okafor")!
  expect((await until(client.participant(ben.participant_id), isLive)).state).toMatchObject({ name: "Ben Okafor" })
  expect((await until(client.ops(), isLive)).state).toMatchObject({ tenant: "acme", connections: { total: 1 } })
})

it("what comes has exactly the members that the types say", async () => {
  const client = house.client()
  const names = (fields: Fields) =>
    Object.keys(fields).filter((name) => !fields[name]!.sensitive && fields[name]!.offWire !== true)
  const same = (state: object | null, expected: ReadonlyArray<string>) =>
    expect(Object.keys(state!).sort()).toEqual([...expected].sort())
  const { state } = await until(client.conversation(inbound.chat_id), isLive)
  same(state, [...names(conversationFields), "id", "members"])
  const [member] = state!.members
  same(member!, [...names(memberFields), "participant_id"])
  expect(state!.last_message_at).toBe("2026-05-04T09:15:27.000Z")
  const person = await until(client.participant(member!.participant_id), isLive)
  same(person.state, [...names(participantFields), "id"])
  const connection = await until(client.connection(fixtureAccount), isLive)
  const derived: ReadonlyArray<keyof Connection> = [
    "is_token_expired",
    "needs_refresh",
    "needs_reconnection",
    "can_send",
    "effective_limits",
    "needs_action"
  ]
  same(connection.state, [...names(connectionFields), "id", ...derived])
  const inbox = await until(client.inbox(), isLive)
  same(inbox.state!.conversations[state!.id]!, [...summaryFields, "people"])
})

it("a conversation that was read can be marked unread", async () => {
  const conversation = house.client().conversation("to-mark")
  await house.server.webhook(house.acme, message({ chat: "to-mark", id: "to-mark-1", at: Date.UTC(2026, 4, 11) }))
  await until(conversation, isLive)
  conversation.read()
  await until(conversation, (value) => value.state?.readers["ann"]?.unread_count === 0)
  conversation.unread()
  await until(conversation, (value) => value.state?.readers["ann"]?.unread_count === 1)
})

it("a read mark reaches the server", async () => {
  const client = house.client()
  const conversation = client.conversation("to-read")
  await house.server.webhook(house.acme, message({ chat: "to-read", id: "to-read-1", at: Date.UTC(2026, 4, 10) }))
  const { state } = await until(conversation, isLive)
  expect(state!.unread_count).toBe(1)
  expect(conversation.read()).toBe(true)
  const after = await until(conversation, (value) => value.state?.readers["ann"]?.unread_count === 0)
  expect(after.state!.readers["ann"]!.last_read_at).toMatch(/^2026-/)
})

it("what the server refuses of a command is told", async () => {
  const refused: Array<string> = []
  const client = house.client(undefined, { onError: ({ code }) => refused.push(code) })
  await until(client.status, ({ status }) => status === "open")
  client.conversation("nowhere").read()
  await eventually(() => refused).toEqual(["not_found"])
})

it("a topic that nobody listens to any more is released on the server", async () => {
  const client = house.client(undefined, { timings: { linger: 100 } })
  const subscribed = async () => {
    const response = await fetch(`${house.server.url}/metrics`, { headers: { authorization: `Bearer ${adminKey}` } })
    return Number(/^switchboard_feed_subscribers\S* (\d+)/m.exec(await response.text())?.[1])
  }
  const one = record(client.conversation(inbound.chat_id))
  const two = record(client.inbox())
  await eventually(subscribed).toBe(2)
  one.stop()
  await eventually(subscribed).toBe(1)
  two.stop()
  await eventually(subscribed).toBe(0)
})

it("a client that is not read for a while ends with what is true", async () => {
  const sockets: Array<Ws> = []
  class Kept extends Ws {
    constructor(url: string, protocol: string) {
      super(url, protocol)
      sockets.push(this)
    }
  }
  const client = house.client(undefined, { WebSocket: Kept as unknown as WebSocketClass })
  const connection = client.connection(fixtureAccount)
  const { values, stop } = record(connection)
  await until(connection, isLive)
  sockets[0]!.pause()
  // Together more than the sockets of both ends take in.
  const changes = 400
  const big = (n: number) => String(n % 10).repeat(15_000)
  for (let n = 1; n <= changes; n++) {
    const body = {
      channel_type: "whatsapp",
      account_name: "Support",
      user_id: "user-1",
      connection_config: { n, big: big(n) },
      provider_config: { big: big(n) }
    }
    const { status } = await house.server.call(
      "PUT",
      `/v1/tenants/acme/connections/${fixtureAccount}`,
      house.acme.key,
      body
    )
    expect(status).toBe(200)
  }
  sockets[0]!.resume()
  const { state } = await until(connection, (v) => v.status === "live" && v.state.connection_config["n"] === changes)
  expect(state!.connection_config["big"]).toBe(big(changes))
  stop()
  // It was slow indeed: patches were left out, and a second whole state came.
  const lives = values.filter((value) => value.status === "live")
  expect(lives.length).toBeLessThan(changes)
  expect(new Set(lives.map((value) => value.state.connection_config["n"])).size).toBeLessThan(changes)
})

it("a Node program sees the inbox under the package's own names, and ends when it has closed its client", async () => {
  const program = `
    import { connect } from "switchboard/client"
    import { msgpack } from "switchboard/client/msgpack"
    const client = connect(process.argv[1], process.argv[2], { codec: msgpack })
    const conversation = client.conversation("c")
    conversation.viewing(true)
    client.inbox().subscribe(({ status, state }) => {
      if (status !== "live") return
      console.log(state.totals.unread_count)
      client.close()
    })`
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, house.relay.url, await house.token()], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  let printed = ""
  child.stdout.on("data", (bytes) => (printed += bytes))
  const [code] = await once(child, "close")
  expect([code, printed]).toEqual([0, expect.stringMatching(/^\d+\n$/)])
})
