/** The common webhook is answered before the router: what is seen of it is the same, and a connection that ends early harms nobody. */
import { once } from "node:events"
import { connect } from "node:net"
import { afterAll, beforeAll, expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { message } from "../support/whatsapp.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let acme: Awaited<ReturnType<Edge["tenant"]>>
beforeAll(async () => {
  edge = await startEdge()
  acme = await edge.tenant("acme")
  const made = await edge.call("PUT", "/v1/tenants/acme/connections/acc1", {
    key: acme.key,
    body: { channel_type: "whatsapp", account_name: "acme", user_id: "user-1" }
  })
  expect(made.status).toBe(201)
})
afterAll(() => edge.close())

const path = "/v1/tenants/acme/webhooks/unipile"
const at = Date.now() - 60_000
const payload = (id: string) => JSON.stringify(message({ account: "acc1", chat: "chat1", id, at }))
const conversation = () => edge.call("GET", "/v1/tenants/acme/conversations/chat1", { key: acme.key })

/** A request as bytes, `sent` of its body; the socket that it went out on. */
const post = async (body: string, sent = body.length) => {
  const { hostname, port } = new URL(edge.url)
  const socket = connect(Number(port), hostname)
  await once(socket, "connect")
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nunipile-auth: ${acme.secret}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
  socket.write(head + body.slice(0, sent))
  return socket
}

test("its answer is the router's, header by header", async () => {
  const unipile = { "unipile-auth": acme.secret }
  for (const outcome of ["applied", "duplicate"]) {
    const front = await edge.call("POST", path, { headers: unipile, raw: payload("m-front") })
    // A name in escapes is the router's to read.
    const router = await edge.call("POST", path.replace("acme", "%61cme"), {
      headers: unipile,
      raw: payload("m-router")
    })
    expect(front).toMatchObject({ status: 200, json: { outcome } })
    expect(router).toMatchObject({ status: 200, json: { outcome } })
    const named = ({ headers }: typeof front) => [...headers].filter(([name]) => name !== "date")
    expect(named(front)).toEqual(named(router))
  }
})

test("a sender that hangs up before the answer has brought its message all the same", async () => {
  const before = (await conversation()).json.message_count
  const socket = await post(payload("m-gone"))
  socket.destroy()
  await eventually(conversation, ({ json }) => json.message_count === before + 1)
})

test("a body that ends early is nothing, and the next one is served", async () => {
  const before = (await conversation()).json.message_count
  for (const end of ["destroy", "end"] as const) {
    const socket = await post(payload("m-half"), 100)
    socket[end]()
    await once(socket.resume(), "close")
  }
  const next = await edge.call("POST", path, { headers: { "unipile-auth": acme.secret }, raw: payload("m-whole") })
  expect(next).toMatchObject({ status: 200, json: { outcome: "applied" } })
  expect((await conversation()).json.message_count).toBe(before + 1)
})

test("several requests in one packet are answered in their order", async () => {
  const bodies = ["m-a", "m-a", "m-b"].map(payload)
  const { hostname, port } = new URL(edge.url)
  const socket = connect(Number(port), hostname)
  await once(socket, "connect")
  const head = (body: string) =>
    `POST ${path} HTTP/1.1\r\nhost: x\r\nunipile-auth: ${acme.secret}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  let heard = ""
  socket.on("data", (bytes) => void (heard += bytes))
  socket.write(bodies.map(head).join(""))
  const outcomes = () => [...heard.matchAll(/"outcome":"(\w+)"/g)].map(([, outcome]) => outcome)
  await eventually(
    async () => outcomes(),
    (all) => all.length === 3
  )
  expect(outcomes()).toEqual(["applied", "duplicate", "applied"])
  socket.destroy()
})
