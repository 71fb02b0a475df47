/**
 * Time tells a stranger nothing: a refusal causes the same statements and the same comparisons, whether the tenant, the key or the
 * account that was named is there or not. Counted, not timed.
 */
import * as Layer from "effect/Layer"
import * as Tracer from "effect/Tracer"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import type * as Hash from "../../src/secrets/hash.ts"
import type * as Signature from "../../src/secrets/webhook-signature.ts"
import { databases } from "../support/databases.ts"
import { eventually } from "../support/eventually.ts"
import { adminKey, type Edge, startEdge } from "./edge.ts"

/** What is done since the last look: statements, hashes, comparisons. */
const done = vi.hoisted((): Array<string> => [])
vi.mock("../../src/secrets/hash.ts", async (original) => {
  const real = await original<typeof Hash>()
  return {
    sha256: (secret: string) => (done.push("hash"), real.sha256(secret)),
    sameDigest: (a: Buffer, b: Buffer) => (done.push("comparison"), real.sameDigest(a, b))
  }
})
vi.mock("../../src/secrets/webhook-signature.ts", async (original) => {
  const real = await original<typeof Signature>()
  return {
    ...real,
    isSignedWith: (...given: Parameters<typeof real.isSignedWith>) => (done.push("hmac"), real.isSignedWith(...given))
  }
})

/** Look-ups of keys: how many there were, and the most that were under way at once. */
const lookUps = { all: 0, underWay: 0, most: 0 }
class LookUp extends Tracer.NativeSpan {
  override end(...ended: Parameters<Tracer.NativeSpan["end"]>) {
    lookUps.underWay--
    super.end(...ended)
  }
}

const counting = Tracer.make({
  span(options) {
    if (options.kind === "client") done.push("statement")
    if (options.name !== "ApiKeys.grantsOf") return new Tracer.NativeSpan(options)
    lookUps.all++
    lookUps.most = Math.max(lookUps.most, ++lookUps.underWay)
    return new LookUp(options)
  }
})

const wrongKey = (tenant: string) => `sb_${tenant}_${"x".repeat(43)}`
const connection = { channel_type: "whatsapp", account_name: "a", user_id: "u" }

describe.each(databases)("a refusal on $name", (database) => {
  let data: Awaited<ReturnType<typeof database.make>>
  let edge: Edge
  let there: Awaited<ReturnType<Edge["tenant"]>>
  let revoked: string
  beforeAll(async () => {
    data = await database.make()
    edge = await startEdge({ database: data.options, around: Layer.succeed(Tracer.Tracer, counting) })
    there = await edge.tenant("there")
    await edge.tenant("rotated")
    await edge.call("POST", "/v1/tenants/rotated/webhook-secret", { key: adminKey, body: { grace_s: 3_600 } })
    const made = await edge.call("POST", "/v1/tenants/there/keys", { key: there.key, body: { name: "gone" } })
    revoked = made.json.key
    await edge.call("DELETE", `/v1/tenants/there/keys/${made.json.id}`, { key: there.key })
    await edge.call("PUT", "/v1/tenants/there/connections/known", { key: there.key, body: connection })
  })
  afterAll(async () => {
    await edge.close()
    await data.close()
  })

  /** What refusals cause when nobody has asked for more than a second, and again at once. */
  const caused = async (refused: () => Promise<{ readonly status: number }>) => {
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const counts = []
    for (let times = 0; times < 3; times++) {
      // Background work of the tenants must not be mixed in.
      done.length = 0
      expect((await refused()).status).toBe(401)
      counts.push([...done].sort().join(" "))
    }
    return counts
  }

  const withKey = (key: string) => () => edge.call("GET", "/v1/tenants/there/stats", { key })
  const hook =
    (path: string, headers: Readonly<Record<string, string>>, body: object = {}) =>
    () =>
      edge.call("POST", path, { headers, body })
  const forged = { "unipile-signature": `t=${Math.floor(Date.now() / 1000)},v0=${"0".repeat(64)}` }

  test("of a key costs the same, whatever it names", async () => {
    const known = await caused(withKey(wrongKey("there")))
    expect(known[0]).toContain("statement")
    expect(await caused(withKey(wrongKey("nowhere")))).toEqual(known)
    expect(await caused(withKey(revoked))).toEqual(known)
    expect(await caused(() => edge.call("GET", "/v1/tenants/nowhere/stats", { key: wrongKey("nowhere") }))).toEqual(
      known
    )
    expect(await caused(() => edge.call("PUT", "/v1/tenants/nowhere", { key: wrongKey("there") }))).toEqual(known)
  })

  test("of a webhook costs the same, whether the tenant is there or not, or had another secret before", async () => {
    const path = (tenant: string) => `/v1/tenants/${tenant}/webhooks/unipile`
    for (const headers of [{ "unipile-auth": "wrong" }, forged, { "unipile-signature": "nonsense" }]) {
      // Opened secrets are remembered.
      for (const tenant of ["there", "rotated"]) await hook(path(tenant), headers)()
      const known = await caused(hook(path("there"), headers))
      expect(await caused(hook(path("nowhere"), headers))).toEqual(known)
      expect(await caused(hook(path("rotated"), headers))).toEqual(known)
    }
  })

  test("of a webhook at the shared address costs the same, whether the account is there or not", async () => {
    for (const headers of [{ "unipile-auth": "wrong" }, forged]) {
      const named = (account_id: string) => hook("/v1/webhooks/unipile", headers, { AccountStatus: { account_id } })
      expect(await caused(named("unknown"))).toEqual(await caused(named("known")))
    }
  })

  test("strangers who try many keys at once cause one statement at a time", async () => {
    lookUps.all = lookUps.most = 0
    const tries = Array.from({ length: 200 }, (_, n) =>
      edge.call("GET", "/v1/tenants/there/stats", { key: wrongKey(`t${n}`) })
    )
    expect(new Set((await Promise.all(tries)).map(({ status }) => status))).toEqual(new Set([401]))
    expect(lookUps.most).toBe(1)
    // Whoever came while one was under way is asked for with the others in the next.
    expect(lookUps.all).toBeLessThan(tries.length)
    // The good one is found among them.
    await eventually(
      async () => (await edge.call("GET", "/v1/tenants/there/stats", { key: there.key })).status,
      (status) => status === 200
    )
  })
})
