import { createHmac } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { accountId, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
let other: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "signed")
  other = await edge.tenant("other")
  await register(other, "acc_other")
})
afterAll(() => edge.close())

const register = (of: Tenant, account: string) =>
  edge.call("PUT", `/v1/tenants/${of.id}/connections/${account}`, {
    key: of.key,
    body: { channel_type: "whatsapp", account_name: "Sales", user_id: "user-1" }
  })

const now = () => Math.floor(Date.now() / 1000)
const sign = (secret: string, raw: string, t: number) =>
  `t=${t},v0=${createHmac("sha256", secret).update(`${t}.${raw}`).digest("hex")}`
const post = (path: string, raw: string, headers: Record<string, string>) => edge.call("POST", path, { raw, headers })
const own = "/v1/tenants/signed/webhooks/unipile"
const shared = "/v1/webhooks/unipile"

/** A v2 message of an account. */
const message = (account_id: string, id: string) =>
  JSON.stringify({
    ...fixture("v2/message.new"),
    id: `evt_${id}`,
    account_id,
    account_provider: "whatsapp",
    payload: {
      ...fixture("v2/message.new").payload,
      id,
      chat_id: "447700900123@s.whatsapp.net",
      sender_id: "447700900123@s.whatsapp.net",
      sender: { id: "447700900123@s.whatsapp.net", display_name: "Ben Okafor" },
      provider: "whatsapp"
    }
  })

describe("a signed webhook", () => {
  test("is applied once, however often it comes within the window", async () => {
    const raw = message(accountId, "3EB0-once")
    const headers = { "unipile-signature": sign(tenant.secret, raw, now()) }
    expect(await post(own, raw, headers)).toMatchObject({ status: 200, json: { outcome: "applied" } })
    expect(await post(own, raw, headers)).toMatchObject({ status: 200, json: { outcome: "duplicate" } })
  })

  test.each([
    ["a little old", -290, 200],
    ["a little ahead", 290, 200],
    ["too old", -310, 401],
    ["too far ahead", 310, 401]
  ])("that is %s: %i s, %i", async (_, shift, status) => {
    const raw = message(accountId, `3EB0${shift}`)
    const answer = await post(own, raw, { "unipile-signature": sign(tenant.secret, raw, now() + shift) })
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.json.code).toBe("replayed")
  })

  test("made with another secret, for another body or time, or by nobody, is refused alike", async () => {
    const raw = message(accountId, "3EB0-forged")
    const right = sign(tenant.secret, raw, now())
    const forged = [
      sign(`${tenant.secret}x`, raw, now()),
      sign(tenant.secret, `${raw} `, now()),
      sign("wrong", raw, now() - 1000),
      right.replace(/t=\d+/, `t=${now() - 1}`),
      right.replace("v0=", "v1="),
      right.slice(0, -1),
      "t=,v0=",
      ""
    ]
    const answers = await Promise.all(forged.map((header) => post(own, raw, { "unipile-signature": header })))
    for (const answer of answers) expect(answer.json).toEqual(answers[0]!.json)
    expect(answers[0]).toMatchObject({ status: 401, json: { code: "unauthorised" } })
    const unknown = "/v1/tenants/nobody/webhooks/unipile"
    expect((await post(unknown, raw, { "unipile-signature": right })).json).toEqual(answers[0]!.json)
    // A wrong signature is not mended by the right secret beside it.
    const both = { "unipile-signature": forged[0]!, "unipile-auth": tenant.secret }
    expect((await post(own, raw, both)).status).toBe(401)
    expect((await post(own, raw, { "unipile-signature": `v0=${"0".repeat(64)},${right}` })).status).toBe(200)
  })
})

describe("the webhook that all tenants share", () => {
  test("finds the tenant by the account, signed or with the secret", async () => {
    const mine = JSON.stringify({
      ...fixture("message_received.whatsapp_direct"),
      message_id: "m-s",
      provider_message_id: "p-s"
    })
    expect(await post(shared, mine, { "unipile-auth": tenant.secret })).toMatchObject({ json: { outcome: "applied" } })
    expect(await post(own, mine, { "unipile-auth": tenant.secret })).toMatchObject({ json: { outcome: "duplicate" } })
    const theirs = message("acc_other", "3EB0-theirs")
    const headers = { "unipile-signature": sign(other.secret, theirs, now()) }
    expect(await post(shared, theirs, headers)).toMatchObject({ json: { outcome: "applied" } })
    const path = "/v1/tenants/other/conversations/447700900123%40s.whatsapp.net"
    expect((await edge.call("GET", path, { key: other.key })).json).toMatchObject({ message_count: 1 })
    const status = JSON.stringify({
      AccountStatus: { account_id: "acc_other", message: "OK", account_type: "WHATSAPP" }
    })
    expect(await post(shared, status, { "unipile-auth": other.secret })).toMatchObject({ json: { outcome: "applied" } })
  })

  test("refuses an unknown account, another tenant's secret and what names no account, all alike", async () => {
    const theirs = message("acc_other", "3EB0-x")
    const refusals = [
      await post(shared, theirs, { "unipile-auth": tenant.secret }),
      await post(shared, theirs, { "unipile-signature": sign(tenant.secret, theirs, now()) }),
      await post(shared, theirs, {}),
      await post(shared, message("acc_nobody", "3EB0-y"), { "unipile-auth": tenant.secret }),
      await post(shared, message("acc_nobody", "3EB0-y"), { "unipile-auth": "" }),
      await post(shared, "not json", { "unipile-auth": tenant.secret }),
      await post(shared, "{}", { "unipile-auth": tenant.secret })
    ]
    for (const { status, json } of refusals) {
      expect(status).toBe(401)
      expect(json).toEqual(refusals[0]!.json)
    }
    const late = message("acc_other", "3EB0-late")
    expect(await post(shared, late, { "unipile-signature": sign(other.secret, late, now() - 400) })).toMatchObject({
      status: 401,
      json: { code: "replayed" }
    })
  })

  test("knows an account as soon as it is registered", async () => {
    const raw = message("acc_new", "3EB0-new")
    expect((await post(shared, raw, { "unipile-auth": other.secret })).status).toBe(401)
    await register(other, "acc_new")
    expect(await post(shared, raw, { "unipile-auth": other.secret })).toMatchObject({ json: { outcome: "applied" } })
  })

  test("asks each tenant that has the account for its own secret", async () => {
    await register(tenant, "acc_both")
    await register(other, "acc_both")
    const raw = message("acc_both", "3EB0-both")
    for (const one of [tenant, other]) {
      expect(await post(shared, raw, { "unipile-auth": one.secret })).toMatchObject({ json: { outcome: "applied" } })
    }
  })
})
