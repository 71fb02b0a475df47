/** The way back to the server, with a clock that the test moves. */
import { beforeEach, describe, expect, it } from "vitest"
import { backoff, backoffBounds } from "../../src/client/backoff.ts"
import { connect } from "../../src/client/index.ts"
import type { Client, TokenSource } from "../../src/client/index.ts"
import { timings } from "../../src/client/timings.ts"
import { byeFrame, closeCodes } from "../../src/feed/close-codes.ts"
import type { CloseName } from "../../src/feed/close-codes.ts"
import { record } from "./house.ts"
import { Place, settled } from "./place.ts"

let place: Place
beforeEach(() => {
  place = new Place()
})

const start = (token: TokenSource = async () => `t${place.sockets.length}`): Client =>
  connect("http://server.test", token, { environment: place })

/** A client whose first socket is open. */
const opened = async (token?: TokenSource): Promise<Client> => {
  const client = start(token)
  await settled()
  place.last.opens()
  return client
}

/** A feed token that says when it expires, as the server's do. */
const tokenUntil = (expires_at: number): string =>
  `${Buffer.from(JSON.stringify({ expires_at })).toString("base64url")}.x`

describe("coming back", () => {
  it("goes to the feed's path of the server, with the token", async () => {
    start("a/b")
    await settled()
    expect(place.last.url).toBe("ws://server.test/v1/feed?token=a%2Fb")
  })

  it.each(Object.keys(closeCodes) as ReadonlyArray<CloseName>)(
    "after %s: as the table of close codes says, with and without a bye",
    async (name) => {
      const { code, reason, comeBack } = closeCodes[name]
      for (const hasBye of [true, false]) {
        const client = await opened()
        if (hasBye) place.last.says(byeFrame(name, 0.5))
        place.last.ends(code, reason)
        expect(client.status.get()).toMatchObject(
          comeBack === null ? { status: "closed", code } : { status: "waiting" }
        )
        client.close()
      }
    }
  )

  it.each([
    [1000, true],
    [1001, true],
    [1006, true],
    [1012, true],
    [4050, true],
    [4150, false],
    [4500, true]
  ])("after %i, which the table does not have: %s", async (code, comesBack) => {
    const client = await opened()
    place.last.ends(code)
    expect(client.status.get().status).toBe(comesBack ? "waiting" : "closed")
  })

  it("waits exactly as long as the bye asks, and not for a hint", async () => {
    const client = await opened()
    place.last.says({ type: "bye", code: 4000, retry_after_ms: 3_210 })
    expect(client.status.get()).toEqual({ status: "waiting", until: place.time + 3_210, reason: "goodbye" })
    place.hint()
    await place.pass(3_209)
    expect(place.sockets).toHaveLength(1)
    await place.pass(1)
    expect(place.sockets).toHaveLength(2)
    expect(client.status.get()).toEqual({ status: "connecting" })
  })

  it("waits longer after each failure, up to a quarter of a minute, and short again after a success", async () => {
    const client = start()
    const waits: Array<number> = []
    for (let failure = 0; failure < 8; failure++) {
      await settled()
      place.last.ends(1006)
      const status = client.status.get()
      if (status.status !== "waiting") throw new Error(`it does not wait but is ${status.status}`)
      waits.push(status.until - place.time)
      await place.pass(status.until - place.time)
    }
    expect(waits).toEqual([550, 1_050, 2_050, 4_050, 7_550, 7_550, 7_550, 7_550])
    place.last.opens()
    place.time += timings.settled
    place.last.ends(1006)
    expect(client.status.get()).toMatchObject({ until: place.time + 550 })
  })

  it("a server that lets in and throws out at once is a failure too", async () => {
    const client = await opened()
    place.last.says({ type: "bye", code: 4004, retry_after_ms: 10 })
    await place.pass(10)
    place.last.opens().says({ type: "bye", code: 4004, retry_after_ms: 10 })
    expect(client.status.get()).toMatchObject({ until: place.time + backoff(1, 0.5) })
  })

  it("never waits less than the least, nor more than the most", () => {
    for (const failures of [0, 1, 5, 50, 5_000]) {
      expect(backoff(failures, 0)).toBe(backoffBounds.least)
      expect(backoff(failures, 0.999_999)).toBeLessThanOrEqual(backoffBounds.most)
    }
  })

  it("a hint that the network is back ends a wait that the client chose itself", async () => {
    const client = await opened()
    place.last.ends(1006)
    place.hint()
    await settled()
    expect(place.sockets).toHaveLength(2)
    expect(client.status.get().status).toBe("connecting")
  })

  it("a socket that does not open in time is given up", async () => {
    const client = start()
    await place.pass(timings.opening)
    expect(place.sockets[0]!.isLeft).toBe(true)
    expect(client.status.get()).toMatchObject({ status: "waiting", reason: "it did not open in time" })
  })
})

describe("a connection that is dead without a word", () => {
  it("is asked for a sign of life after a silence, and left when none comes", async () => {
    const client = await opened()
    await place.pass(timings.idle - 1)
    expect(place.last.heard()).toEqual([])
    await place.pass(1)
    expect(place.last.heard()).toEqual([{ type: "ping" }])
    await place.pass(timings.patience)
    expect(place.sockets[0]!.isLeft).toBe(true)
    expect(client.status.get()).toMatchObject({ status: "waiting", reason: "nothing heard for 35000 ms" })
  })

  it("lives as long as it answers, and is not asked while it talks", async () => {
    const client = await opened()
    for (let round = 0; round < 5; round++) {
      await place.pass(timings.idle)
      expect(place.last.heard()).toEqual([{ type: "ping" }])
      place.last.says({ type: "pong" })
      await place.pass(timings.patience - 1)
    }
    await place.pass(timings.patience)
    for (let round = 0; round < 10; round++) {
      place.last.says({ type: "pong" }).heard()
      await place.pass(timings.idle - 1)
    }
    expect(place.last.heard()).toEqual([])
    expect(client.status.get().status).toBe("open")
  })

  it("is asked at once when the user comes back to the page", async () => {
    const client = await opened()
    place.hint()
    expect(place.last.heard()).toEqual([{ type: "ping" }])
    await place.pass(timings.patience)
    expect(client.status.get().status).toBe("waiting")
  })

  it("a frame that cannot be read ends the socket, not the client", async () => {
    const client = await opened()
    place.last.saysBytes("{")
    expect(client.status.get()).toMatchObject({ status: "waiting", reason: "a frame that cannot be read" })
  })
})

describe("tokens", () => {
  it("one token serves every socket until it is refused", async () => {
    let asked = 0
    const client = await opened(async () => `t${++asked}`)
    place.last.ends(1006)
    await place.pass(1_000)
    expect([place.last.token, asked]).toEqual(["t1", 1])
    place.last.opens().says(byeFrame("token_expired", 0))
    await place.pass(1_050)
    expect([place.last.token, asked]).toEqual(["t2", 2])
    // A failed handshake does not say why: it may have been the token.
    place.last.ends(1006)
    await place.pass(backoff(2, 0.5))
    expect(place.last.token).toBe("t3")
    client.close()
  })

  it("is renewed before it expires, without a moment without a socket", async () => {
    const life = 3_600_000
    const client = await opened(async () => tokenUntil(place.time + life))
    const statuses: Array<string> = []
    client.status.subscribe(({ status }) => statuses.push(status))
    const [first] = place.sockets
    // The idle watch is answered meanwhile.
    for (let passed = 0; passed < life - timings.renewal; passed += timings.idle) {
      await place.pass(timings.idle)
      first!.says({ type: "pong" })
    }
    expect(place.sockets).toHaveLength(2)
    expect(first!.isLeft).toBe(false)
    place.last.opens()
    expect(first!.isLeft).toBe(true)
    expect(place.last.token).not.toBe(first!.token)
    expect(statuses).toEqual(["open"])
    client.close()
  })

  it("a renewal that fails leaves the open socket as it is", async () => {
    let asked = 0
    const client = await opened(async () => {
      if (++asked > 1) throw new Error("the backend is away")
      return tokenUntil(place.time + 20_000)
    })
    await place.pass(19_000)
    expect(asked).toBe(2)
    expect(client.status.get().status).toBe("open")
    place.last.says(byeFrame("token_expired", 0))
    await place.pass(100)
    expect(client.status.get()).toMatchObject({ status: "waiting", reason: "the backend is away" })
  })

  it("a clock that is far ahead does not ask for one token after the other", async () => {
    let asked = 0
    const client = await opened(async () => {
      asked++
      return tokenUntil(place.time + 1_000)
    })
    await place.pass(20_000)
    expect(asked).toBe(1)
    client.close()
  })

  it("without a way to get another one, an expired token is the end", async () => {
    const client = await opened("fixed")
    place.last.says(byeFrame("token_expired", 0))
    expect(client.status.get()).toMatchObject({ status: "closed", code: 4001 })
    const late = start(tokenUntil(place.time - 1))
    await settled()
    place.last.ends(1006)
    expect(late.status.get()).toMatchObject({ status: "closed", code: 4001 })
  })

  it("null from the source is the end; a rejection and silence are not", async () => {
    const refused = start(async () => null)
    await settled()
    expect(refused.status.get()).toMatchObject({ status: "closed", code: 4001 })
    const failing = start(async () => {
      throw new Error("502")
    })
    await settled()
    expect(failing.status.get()).toMatchObject({ status: "waiting", reason: "502" })
    failing.close()
    const silent = start(() => new Promise(() => {}))
    await place.pass(timings.opening)
    expect(silent.status.get()).toMatchObject({ status: "waiting", reason: "no token came in time" })
  })
})

it("close() leaves nothing running, whatever the state", async () => {
  const states: ReadonlyArray<[name: string, reach: () => Promise<Client>]> = [
    ["authorising", async () => start()],
    [
      "opening",
      async () => {
        const client = start()
        await settled()
        return client
      }
    ],
    ["open", () => opened(async () => tokenUntil(place.time + 3_600_000))],
    [
      "waiting",
      async () => {
        const client = await opened()
        place.last.ends(1006)
        return client
      }
    ]
  ]
  for (const [name, reach] of states) {
    place = new Place()
    const client = await reach()
    expect(place.pending, name).toBeGreaterThan(0)
    client.close()
    await settled()
    expect(place.pending, name).toBe(0)
    expect(client.status.get()).toEqual({ status: "closed", code: 1000, reason: "closed by the client" })
    expect(
      place.sockets.every(({ isLeft }) => isLeft || name === "waiting"),
      name
    ).toBe(true)
    client.close()
  }
})

it.each(["connecting", "open", "waiting"])("close() from a listener that hears %s is for good", async (heard) => {
  const client = await opened()
  const inbox = record(client.inbox())
  place.last.heard()
  let isArmed = false
  client.status.subscribe(({ status }) => {
    if (isArmed && status === heard) client.close()
  })
  isArmed = true
  place.last.ends(1006)
  await place.pass(backoffBounds.first)
  if (heard === "open") place.last.opens()
  await place.pass(60_000)
  expect(client.status.get()).toMatchObject({ status: "closed", code: 1000 })
  expect(place.pending).toBe(0)
  expect(place.sockets).toHaveLength(heard === "open" ? 2 : 1)
  expect(place.last.heard()).toEqual([])
  expect(inbox.values.map(({ status }) => status)).toEqual(["loading"])
})

it("an address that is none is told at once", () => {
  expect(() => connect("http://", "t", { environment: place })).toThrow()
})
