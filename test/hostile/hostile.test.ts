/**
 * Clients that mean no good, against the real process. All the while an honest sender's messages are applied and counted, and an
 * honest viewer sees them.
 */
import { createHmac } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { WebSocket } from "ws"
import { Client } from "../feed/client.ts"
import { databases } from "../support/databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"
import { exchange, raw, trickle } from "./raw.ts"

const start = Date.UTC(2026, 4, 4)
let server: Server
let acme: Tenant
let rival: Tenant
beforeAll(async () => {
  server = await startServer(databases[0]!)
  acme = await server.tenant("acme", fixtureAccount)
  rival = await server.tenant("rival", "rival-account")
})
afterAll(() => server.close())

let sent = 0
/** An honest message is applied, counted, and shown to a viewer who has just come. */
const honest = async (): Promise<void> => {
  const { json: pass } = await server.call("POST", "/v1/tenants/acme/feed-tokens", acme.key, { user_id: "honest" })
  const viewer = await new Client(`${server.url.replace("http", "ws")}/v1/feed?token=${pass.token}`).opened()
  await viewer.ask({ type: "subscribe", topic: "inbox" })
  const { status, json } = await server.webhook(
    acme,
    message({ chat: "honest", id: `honest-${sent}`, at: start + sent++ })
  )
  expect([status, json.outcome]).toEqual([200, "applied"])
  expect(await viewer.next()).toMatchObject({ type: "patch", topic: "inbox" })
  viewer.ws.close()
  const { json: seen } = await server.call("GET", "/v1/tenants/acme/conversations/honest", acme.key)
  expect(seen.message_count).toBe(sent)
}

const figure = async (name: string): Promise<number> => {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1])
}

test("headers and bodies that trickle, and sockets that say nothing, are hung up on; nobody else waits for them", async () => {
  const each = 50
  const [slowHeaders, slowBodies, silent] = await Promise.all(
    [0, 1, 2].map(() => Promise.all(Array.from({ length: each }, () => raw(server.url))))
  )
  const timers = [
    ...slowHeaders!.map((open) =>
      trickle(open, ["GET / HTTP/1.1\r\n", ...Array.from({ length: 200 }, (_, n) => `X-${n}: a\r\n`)], 500)
    ),
    ...slowBodies!.map((open) =>
      trickle(
        open,
        [
          `POST /v1/tenants/acme/webhooks/unipile HTTP/1.1\r\nHost: x\r\nUnipile-Auth: ${acme.secret}\r\nContent-Length: 100000\r\n\r\n`,
          ..."{".repeat(500)
        ],
        500
      )
    )
  ]
  await honest()
  const over = await Promise.all([...slowHeaders!, ...slowBodies!, ...silent!].map(({ ended }) => ended))
  timers.forEach(clearInterval)
  await honest()
  // Limits of src/http/server.ts: 10 s for headers, 30 s for a request, looked at every 5 s.
  expect(Math.min(...over)).toBeGreaterThan(5_000)
  expect(over).toHaveLength(3 * each)
  for (const { heard } of [...slowHeaders!, ...slowBodies!]) expect(heard()).toContain("408")
}, 90_000)

test("ten thousand connects as fast as they come, all of them cut at once, leave nothing behind", async () => {
  const before = await figure("switchboard_process_resident_bytes")
  const began = performance.now()
  let opened = 0
  for (let round = 0; round < 20; round++) {
    const sockets = await Promise.all(Array.from({ length: 500 }, () => raw(server.url)))
    opened += sockets.length
    sockets.forEach(({ socket }, index) => {
      if (index % 3 === 0) socket.write("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
      socket.resetAndDestroy()
    })
  }
  expect(opened).toBe(10_000)
  console.log(`${Math.round((opened / (performance.now() - began)) * 1000)} connects a second`)
  await honest()
  expect((await figure("switchboard_process_resident_bytes")) - before).toBeLessThan(200 * 2 ** 20)
})

test("a viewer that never reads costs the server a bounded buffer, and other viewers nothing", async () => {
  const { json: pass } = await server.call("POST", "/v1/tenants/acme/feed-tokens", acme.key, { user_id: "deaf" })
  const deaf = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const open = await raw(server.url)
      open.socket.pause()
      open.socket.write(
        `GET /v1/feed?token=${pass.token} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`
      )
      const text = Buffer.from('{"type":"subscribe","topic":"inbox"}')
      const frame = Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text])
      // Again and again: each asks for a whole snapshot.
      for (let n = 0; n < 200; n++) open.socket.write(frame)
      return open
    })
  )
  await expect.poll(() => figure("switchboard_feed_subscribers"), { timeout: 20_000 }).toBe(deaf.length)
  for (let n = 0; n < 5; n++) await honest()
  expect(await figure("switchboard_process_resident_bytes")).toBeLessThan(1.5 * 2 ** 30)
  for (const { socket } of deaf) socket.destroy()
  await honest()
}, 60_000)

describe("a request that is no honest one", () => {
  test.each([
    ["garbage", "\x16\x03\x01\x02\x00 not http at all\r\n\r\n", /400/],
    ["headers over 16 KiB", `GET / HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(20_000)}\r\n\r\n`, /431/],
    [
      "two lengths that differ",
      "POST /v1/webhooks/unipile HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
      /400/
    ],
    [
      "a length and chunks",
      "POST /v1/webhooks/unipile HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      /400/
    ],
    ["a length that is none", "POST /v1/webhooks/unipile HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", /400/],
    [
      "a line feed in a header",
      "GET / HTTP/1.1\r\nHost: x\r\nX: a\nSet-Cookie: b\r\nConnection: close\r\n\r\n",
      /400|200/
    ]
  ])("%s is told so and hung up on", async (_name, bytes, said) => {
    expect((await exchange(server.url, bytes)).split("\r\n")[0]).toMatch(said)
    await honest()
  })

  test("requests in one breath are answered in order", async () => {
    const one = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    const heard = await exchange(
      server.url,
      `${one.repeat(20)}GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`
    )
    expect(heard.match(/HTTP\/1\.1 200/g)).toHaveLength(21)
  })

  test.each([
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2fetc%2fpasswd",
    "//etc/passwd",
    "/docs/../../package.json",
    "/openapi.json%00.html",
    "/v1/tenants/%2e%2e/stats",
    "/v1/tenants/acme%2frival/stats",
    "/%ff%fe",
    "/v1/tenants/acme/conversations/%",
    `/v1/tenants/acme/conversations/${"x".repeat(9_000)}`
  ])("the path %s finds nothing that it should not", async (path) => {
    const heard = await exchange(
      server.url,
      `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${acme.key}\r\nConnection: close\r\n\r\n`
    )
    expect(heard.split("\r\n")[0]).toMatch(/ (400|401|403|404|414) /)
    expect(heard).not.toContain("root:")
    expect(heard).not.toContain("dependencies")
  })

  test("a webhook over sixteen mebibytes is refused, announced or not", async () => {
    const big = new Uint8Array(2 ** 24 + 1).fill(32)
    const headers = { "unipile-auth": acme.secret }
    const announced = await fetch(`${server.url}/v1/tenants/acme/webhooks/unipile`, {
      method: "POST",
      headers,
      body: big
    })
    expect([announced.status, (await announced.json()).code]).toEqual([413, "too_large"])
    const stream = new ReadableStream({
      start: (controller) => {
        controller.enqueue(big)
        controller.close()
      }
    })
    const unannounced = await fetch(`${server.url}/v1/tenants/acme/webhooks/unipile`, {
      method: "POST",
      headers,
      body: stream,
      duplex: "half"
    } as RequestInit)
    expect(unannounced.status).toBe(413)
    await honest()
  })

  test("a thousand wrong keys open nothing", async () => {
    const statuses = new Set<number>()
    for (let n = 0; n < 1_000; n++)
      statuses.add((await server.call("GET", "/v1/tenants/acme/stats", `sb_acme_${n}`)).status)
    expect([...statuses]).toEqual([401])
    await honest()
  })
})

describe("a signed webhook that is recorded and sent again", () => {
  const signed = (body: string, at: number) => {
    const t = String(Math.floor(at / 1000))
    return `t=${t},v0=${createHmac("sha256", acme.secret).update(`${t}.`).update(body).digest("hex")}`
  }
  const post = async (body: string, signature: string) => {
    const response = await fetch(`${server.url}/v1/tenants/acme/webhooks/unipile`, {
      method: "POST",
      headers: { "unipile-signature": signature },
      body
    })
    return [response.status, await response.json()] as const
  }

  test("inside the window moves nothing; outside, or for another body, it is refused", async () => {
    const body = JSON.stringify(message({ chat: "signed", id: "signed-1", at: start }))
    const signature = signed(body, Date.now())
    expect(await post(body, signature)).toEqual([200, { outcome: "applied" }])
    for (let n = 0; n < 20; n++) expect(await post(body, signature)).toEqual([200, { outcome: "duplicate" }])
    const [stale, problem] = await post(body, signed(body, Date.now() - 400_000))
    expect([stale, problem.code]).toEqual([401, "replayed"])
    const [forged, why] = await post(body.replace("signed-1", "signed-2"), signature)
    expect([forged, why.code]).toEqual([401, "unauthorised"])
    const { json } = await server.call("GET", "/v1/tenants/acme/conversations/signed", acme.key)
    expect(json.message_count).toBe(1)
  })
})

describe("another tenant", () => {
  /** Every operation of the document that has the tenant in its path. */
  const operations = async (): Promise<ReadonlyArray<{ method: string; path: string }>> => {
    const { json } = await server.call("GET", "/openapi.json", "")
    return Object.entries<Record<string, unknown>>(json.paths).flatMap(([path, item]) =>
      path.includes("{tenant}") ? Object.keys(item).map((method) => ({ method: method.toUpperCase(), path })) : []
    )
  }

  test("finds nothing under its own path by ids of ours, and nothing under our path at all", async () => {
    const { json: conversation } = await server.call("GET", "/v1/tenants/acme/conversations/honest", acme.key)
    await server.webhook(acme, { event: "nobody knows this", account_id: fixtureAccount })
    const ours: Record<string, string> = {
      account_id: fixtureAccount,
      kind: "conversation",
      task: "retention",
      record_id: "record",
      participant_id: conversation.members[0].participant_id
    }
    const { json: token } = await server.call("POST", "/v1/tenants/rival/feed-tokens", rival.key, { user_id: "u" })
    const keys = [rival.key, token.token, rival.secret, acme.secret, "", "nonsense"]
    const all = await operations()
    expect(all.length).toBeGreaterThan(40)
    let asked = 0
    for (const { method, path } of all) {
      if (/\/webhooks\/\w+$/.test(path)) continue
      const filled = (tenant: string) =>
        path.replace("{tenant}", tenant).replace(/\{([^}]+)\}/g, (_, name: string) => {
          if (path.includes("/participants/")) return ours["participant_id"]!
          return ours[name] ?? (path.includes("/connections/") ? fixtureAccount : conversation.id)
        })
      for (const key of keys) {
        const { status, json } = await server.call(method, filled("acme"), key, method === "GET" ? undefined : {})
        expect([method, path, key === rival.key ? 403 : 401], JSON.stringify(json)).toEqual([method, path, status])
        expect(JSON.stringify(json)).not.toContain("Customer of")
        asked++
      }
      if (method !== "GET" || !/\{(?!tenant)/.test(path)) continue
      const { status, json } = await server.call("GET", filled("rival"), rival.key)
      expect([path, status < 500], JSON.stringify(json)).toEqual([path, true])
      expect(JSON.stringify(json)).not.toContain("Customer of")
    }
    expect(asked).toBeGreaterThan(240)
    await honest()
  }, 60_000)

  test("sees none of our topics with its token, and its frames reach none of our conversations", async () => {
    const { json: conversation } = await server.call("GET", "/v1/tenants/acme/conversations/honest", acme.key)
    const { json: token } = await server.call("POST", "/v1/tenants/rival/feed-tokens", rival.key, { user_id: "u" })
    const viewer = await new Client(`${server.url.replace("http", "ws")}/v1/feed?token=${token.token}`).opened()
    for (const topic of [`conversation:${conversation.id}`, "conversation:honest", `connection:${fixtureAccount}`])
      expect(await viewer.ask({ type: "subscribe", topic })).toMatchObject({ type: "error", topic })
    for (const frame of [{ type: "typing", is_typing: true }, { type: "read" }])
      expect(await viewer.ask({ ...frame, conversation: conversation.id })).toMatchObject({
        type: "error",
        code: "not_found"
      })
    expect((await viewer.ask({ type: "subscribe", topic: "inbox" })).state.conversations).toEqual({})
    viewer.ws.close()
  })

  test("a feed frame over 64 KiB closes that socket alone", async () => {
    const { json: token } = await server.call("POST", "/v1/tenants/acme/feed-tokens", acme.key, { user_id: "u" })
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/feed?token=${token.token}`)
    const code = await new Promise((resolve) => {
      socket.on("error", () => {})
      socket.on("close", resolve)
      socket.on("open", () => socket.send("x".repeat(65 * 1024)))
    })
    expect(code).toBe(1009)
    await honest()
  })
})
