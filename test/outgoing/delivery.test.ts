/** Announcements on a real database, to a CRM that listens on a real port. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import { createHmac, randomBytes, randomUUID } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { outgoingSecretPlace } from "../../actors/sealed/sealed-place.ts"
import { layerDatabase } from "../../persistence/database/database.ts"
import { layer as layerPersistence } from "../../persistence/layer.ts"
import { layerMigrated } from "../../persistence/database/migrated.ts"
import { Outgoing } from "../../persistence/registers/outgoing.ts"
import { OutgoingEndpoints } from "../../persistence/registers/outgoing-endpoints.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import * as Delivery from "../../src/outgoing/delivery.ts"
import { Reach } from "../../src/outgoing/reach.ts"
import { freshOutgoingSecret } from "../../src/outgoing/signature.ts"
import { KeyRing } from "../../src/secrets/key-ring.ts"
import { inMemory } from "../support/fresh-cluster.ts"

interface Heard {
  readonly path: string
  readonly headers: Record<string, string | undefined>
  readonly body: string
}
const heard: Array<Heard> = []
/** The status of an answer, by the path of the address; null: none, ever. */
let answer: (path: string) => number | null = () => 200
const crm = createServer((request, response) => {
  let body = ""
  request.on("data", (chunk: Buffer) => (body += chunk.toString()))
  request.on("end", () => {
    const path = request.url!
    heard.push({ path, headers: request.headers as Record<string, string>, body })
    const status = answer(path)
    if (status === 429) response.writeHead(429, { "retry-after": "3600" }).end()
    else if (status !== null) response.writeHead(status).end()
  })
})

const runtime = ManagedRuntime.make(
  KeyRing.layer(Redacted.make(randomBytes(32).toString("base64"))).pipe(
    Layer.provideMerge(layerPersistence),
    Layer.provideMerge(layerMigrated),
    Layer.provideMerge(layerDatabase(inMemory()))
  )
)
const run = runtime.runPromise
const secret = freshOutgoingSecret()
let url: string

beforeAll(async () => {
  await new Promise<void>((resolve) => crm.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(crm.address() as AddressInfo).port}/hooks`
})
beforeEach(() => {
  heard.length = 0
  answer = () => 200
})
afterAll(async () => {
  await runtime.dispose()
  crm.closeAllConnections()
  await new Promise((resolve) => crm.close(resolve))
})

const setEndpoint = (tenant: string, id = "default", events: ReadonlyArray<string> = ["contact.create_requested"]) =>
  run(
    Effect.gen(function* () {
      const ring = yield* KeyRing
      const endpoints = yield* OutgoingEndpoints
      const sealed = ring.seal(secret, outgoingSecretPlace(tenant, id))
      yield* endpoints.set(tenant, { id, url: `${url}/${id}`, secret: sealed, events }, 0)
    })
  )
let place = 0
const announce = (tenant: string, id: string, { type = "contact.create_requested", stream = id } = {}) =>
  run(
    Snapshots.use((snapshots) =>
      snapshots.write({
        tenant_id: tenant,
        seq: 1,
        at: 0,
        entities: {},
        members: [],
        messages: [],
        read_horizons: [],
        outgoing: [{ id, type, at: 1, stream, place: ++place, body: JSON.stringify({ about: id, ü: "ü" }) }]
      })
    )
  )
const listed = (tenant: string, endpoint?: string) =>
  run(Outgoing.use((outgoing) => outgoing.list(tenant, { endpoint }, 100)))

/** Delivers until the answer is no longer awaited; `end` stops it at once, in the middle of whatever it does. */
const deliver = async (options: Partial<Delivery.DeliveryOptions> = {}) => {
  const scope = Scope.makeUnsafe()
  const reach = new Reach(["127.0.0.1"])
  const layer = Delivery.layer({ ...Delivery.deliveryDefaults, every: "5 millis", firstRetry: 5, reach, ...options })
  await run(Layer.buildWithScope(Layer.fresh(layer), scope))
  return { end: () => run(Scope.close(scope, Exit.void)) }
}
const until = async (holds: () => boolean | Promise<boolean>) => {
  for (let n = 0; n < 1_000 && !(await holds()); n++) await new Promise((resolve) => setTimeout(resolve, 10))
  expect(await holds()).toBe(true)
}
/** Tries so far, by their result. */
const tries = async () => {
  const series = (await run(Metric.snapshot)).filter(({ id }) => id === "switchboard_outgoing_tries_total")
  const of = (result: string) =>
    (series.find(({ attributes }) => attributes?.["result"] === result)?.state as any)?.count
  return { delivered: of("delivered"), failed: of("failed"), dead: of("dead") }
}
const isDelivered = async (tenant: string) => (await listed(tenant)).every((row) => row.status === "delivered")

describe("an announcement", () => {
  test("is signed as Standard Webhooks has it", async () => {
    const id = randomUUID()
    await announce("signed", id)
    await setEndpoint("signed")
    const { end } = await deliver()
    await until(() => isDelivered("signed"))
    await end()
    expect(heard).toHaveLength(1)
    const { headers, body } = heard[0]!
    const timestamp = headers["webhook-timestamp"]!
    const key = Buffer.from(Redacted.value(secret).replace("whsec_", ""), "base64")
    const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")
    expect(headers).toMatchObject({ "webhook-id": id, "webhook-signature": `v1,${signature}` })
    expect(Math.abs(Date.now() / 1000 - Number(timestamp))).toBeLessThan(60)
    expect(JSON.parse(body)).toEqual({ about: id, ü: "ü" })
  })

  test("is tried again under the same id until it is taken, and then no more", async () => {
    const id = randomUUID()
    await announce("retried", id)
    await setEndpoint("retried")
    answer = () => (heard.length < 3 ? 503 : 204)
    const { end } = await deliver()
    await until(() => isDelivered("retried"))
    await announce("retried", id)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await end()
    expect(heard.map(({ headers }) => headers["webhook-id"])).toEqual([id, id, id])
    expect(await listed("retried")).toMatchObject([{ attempts: 3, last_error: null }])
  })

  test("that nobody takes is given up, listed with the reason, and goes out when asked for", async () => {
    const id = randomUUID()
    await announce("dead", id)
    await setEndpoint("dead")
    answer = () => (heard.length <= 3 ? 302 : 200)
    const { end } = await deliver({ attempts: 3 })
    await until(async () => (await listed("dead"))[0]!.status === "dead")
    expect(await listed("dead")).toMatchObject([{ attempts: 3, last_error: "answered 302" }])
    expect(await run(Outgoing.use((outgoing) => outgoing.revive("dead", id, null, ["dead"], 0)))).toBe(1)
    await until(() => isDelivered("dead"))
    await end()
  })

  test("is counted by what became of each try", async () => {
    await announce("counted", randomUUID())
    await setEndpoint("counted")
    answer = () => 500
    const before = await tries()
    const { end } = await deliver({ attempts: 3 })
    await until(async () => (await listed("counted"))[0]!.status === "dead")
    const between = await tries()
    expect(between).toEqual({ delivered: before.delivered, failed: before.failed + 2, dead: before.dead + 1 })
    answer = () => 200
    await announce("counted", randomUUID())
    await until(async () => (await tries()).delivered === before.delivered + 1)
    await end()
  })

  test("waits for an address, and for the process that was stopped before it was sent", async () => {
    await announce("waiting", randomUUID())
    const first = await deliver()
    await new Promise((resolve) => setTimeout(resolve, 60))
    await first.end()
    expect(heard).toHaveLength(0)
    await setEndpoint("waiting")
    const second = await deliver()
    await until(() => isDelivered("waiting"))
    await second.end()
    expect(heard).toHaveLength(1)
  })
})

describe("several endpoints", () => {
  const toldAt = (path: string) => heard.filter((each) => each.path === `/hooks/${path}`).map(({ body }) => idIn(body))
  const idIn = (body: string): string => JSON.parse(body).about
  const ids = (many: number): ReadonlyArray<string> => Array.from({ length: many }, () => randomUUID())

  test("each get the kinds that they chose, signed with secrets of their own, and no others", async () => {
    const [contact, message] = [randomUUID(), randomUUID()]
    await setEndpoint("kinds", "contacts")
    await setEndpoint("kinds", "messages", ["message.received"])
    await announce("kinds", contact)
    await announce("kinds", message, { type: "message.received" })
    const { end } = await deliver()
    await until(() => isDelivered("kinds"))
    await end()
    expect([toldAt("contacts"), toldAt("messages")]).toEqual([[contact], [message]])
  })

  test("of which one hangs or fails hold up no other, and come into their own when they are back", async () => {
    const all = ids(60)
    for (const id of ["deaf", "failing", "good"]) await setEndpoint("apart", id)
    for (const id of all) await announce("apart", id)
    answer = (path) => (path.endsWith("deaf") ? null : path.endsWith("failing") ? 503 : 200)
    const first = await deliver({ patience: "1 minute", attempts: 100 })
    await until(async () => (await listed("apart", "good")).every(({ status }) => status === "delivered"))
    expect(toldAt("deaf").length).toBeLessThanOrEqual(4)
    expect((await listed("apart", "deaf")).filter(({ status }) => status === "delivered")).toHaveLength(0)
    // It was left alone meanwhile: sixty announcements are not sixty tries.
    const paused = await run(OutgoingEndpoints.use((endpoints) => endpoints.get("apart", "failing")))
    expect(paused!.failures).toBeGreaterThan(0)
    await first.end()
    await setEndpoint("apart", "deaf")
    await setEndpoint("apart", "failing")
    answer = () => 200
    await run(
      SqlClient.use((sql) => sql`update outgoing_deliveries set next_attempt_at = now() where status = 'pending'`)
    )
    const second = await deliver()
    await until(() => isDelivered("apart"))
    await second.end()
    for (const id of ["deaf", "failing", "good"]) expect(new Set(toldAt(id))).toEqual(new Set(all))
  })

  test("get what is about one thing in its order, whatever fails on the way", async () => {
    const streams = ["a", "b", "c"].map((stream) => ({ stream, ids: ids(12) }))
    await setEndpoint("order")
    for (let n = 0; n < 12; n++) for (const { stream, ids } of streams) await announce("order", ids[n]!, { stream })
    let asked = 0
    const taken: Array<string> = []
    answer = () => {
      const status = ++asked % 3 === 0 ? 422 : 200
      if (status === 200) taken.push(idIn(heard.at(-1)!.body))
      return status
    }
    const { end } = await deliver({ attempts: 100 })
    await until(() => isDelivered("order"))
    await end()
    expect(asked).toBeGreaterThan(36)
    for (const { ids } of streams) expect(taken.filter((id) => ids.includes(id))).toEqual(ids)
  })

  test("are left alone for as long as they ask", async () => {
    await setEndpoint("asked")
    for (const id of ids(3)) await announce("asked", id)
    answer = () => 429
    const { end } = await deliver()
    await until(async () => (await listed("asked")).some(({ last_error }) => last_error === "answered 429"))
    const tried = (await listed("asked")).reduce((sum, { attempts }) => sum + attempts, 0)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await end()
    expect((await listed("asked")).reduce((sum, { attempts }) => sum + attempts, 0)).toBe(tried)
    const known = await run(OutgoingEndpoints.use((endpoints) => endpoints.get("asked", "default")))
    expect(known!.paused_until! - Date.now()).toBeGreaterThan(3_000_000)
  })

  test("get a span of time again, in order and under the same ids, and nothing once they are removed", async () => {
    const all = ids(5)
    await setEndpoint("again")
    for (const id of all) await announce("again", id, { stream: "one" })
    const { end } = await deliver()
    await until(() => isDelivered("again"))
    const span = { from: 0, to: 10 }
    expect(await run(Outgoing.use((outgoing) => outgoing.replay("again", "default", span, 0)))).toBe(5)
    await until(() => isDelivered("again"))
    expect(toldAt("default")).toEqual([...all, ...all])
    expect(await run(OutgoingEndpoints.use((endpoints) => endpoints.remove("again", "default")))).toBe(true)
    await announce("again", randomUUID())
    await new Promise((resolve) => setTimeout(resolve, 60))
    await end()
    expect(toldAt("default")).toHaveLength(10)
    // Contacts that nobody was asked for wait for another endpoint; what was taken is gone.
    expect(await listed("again")).toMatchObject([{ endpoint_id: null, status: "pending" }])
  })
})
