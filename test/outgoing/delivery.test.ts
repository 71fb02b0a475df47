/** Announcements on a real database, to a CRM that listens on a real port. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { createHmac, randomBytes, randomUUID } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { outgoingSecretPlace } from "../../actors/sealed/sealed-place.ts"
import { layerDatabase } from "../../persistence/database/database.ts"
import { layer as layerPersistence } from "../../persistence/layer.ts"
import { layerMigrated } from "../../persistence/database/migrated.ts"
import { Outgoing } from "../../persistence/registers/outgoing.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import * as Delivery from "../../src/outgoing/delivery.ts"
import { Reach } from "../../src/outgoing/reach.ts"
import { freshOutgoingSecret } from "../../src/outgoing/signature.ts"
import { KeyRing } from "../../src/secrets/key-ring.ts"
import { inMemory } from "../support/fresh-cluster.ts"

interface Heard {
  readonly headers: Record<string, string | undefined>
  readonly body: string
}
const heard: Array<Heard> = []
let answer = () => 200
const crm = createServer((request, response) => {
  let body = ""
  request.on("data", (chunk: Buffer) => (body += chunk.toString()))
  request.on("end", () => {
    heard.push({ headers: request.headers as Record<string, string>, body })
    response.writeHead(answer()).end()
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

const setEndpoint = (tenant: string) =>
  run(
    Effect.gen(function* () {
      const ring = yield* KeyRing
      const outgoing = yield* Outgoing
      yield* outgoing.setEndpoint(tenant, { url, secret: ring.seal(secret, outgoingSecretPlace(tenant)) }, 0)
    })
  )
const announce = (tenant: string, id: string) =>
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
        outgoing: [{ id, type: "contact.create_requested", at: 1, body: JSON.stringify({ about: id, ü: "ü" }) }]
      })
    )
  )
const listed = (tenant: string) => run(Outgoing.use((outgoing) => outgoing.list(tenant, null, 10)))

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
    expect(await run(Outgoing.use((outgoing) => outgoing.revive("dead", id, 0)))).toBe(true)
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
