/** The timeline of a conversation: what the journal holds of it, and of no other. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { fixture } from "../support/fixtures.ts"
import { accountId, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

const inbound = fixture("message_received.whatsapp_direct")
const group = fixture("message_received.whatsapp_group")
const mail = fixture("mail_received")

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "told")
})
afterAll(() => edge.close())

const ask = (method: string, path: string, body?: unknown) =>
  edge.call(method, `/v1/tenants/told${path}`, { key: tenant.key, body })
const hook = (payload: unknown) =>
  edge.call("POST", "/v1/tenants/told/webhooks/unipile", { headers: { "unipile-auth": tenant.secret }, body: payload })
const timeline = async (id: string, query = "") => (await ask("GET", `/conversations/${id}/timeline${query}`)).json
const types = ({ items }: { readonly items: ReadonlyArray<{ readonly type: string }> }) => items.map(({ type }) => type)

test("it holds the events of the conversation, the newest first, with who and when, and none of another one that quotes its id", async () => {
  await hook(inbound)
  await hook({ ...group, message: `see ${inbound.chat_id}` })
  await ask("PUT", `/conversations/${inbound.chat_id}/priority`, { priority: "high" })
  const told = await timeline(inbound.chat_id)
  expect(types(told)).toEqual(["conversation_prioritised", "message_received"])
  expect(told.items[0]).toMatchObject({ via: "api", by: expect.stringMatching(/^key:/), data: { priority: "high" } })
  expect(told.items[1]).toMatchObject({
    via: "webhook",
    by: null,
    at: inbound.timestamp,
    data: { message: { content: inbound.message } }
  })
  expect(told.next_cursor).toBeNull()
  expect(told.kept_since).toMatchObject({ seq: 1, at: expect.stringMatching(/Z$/) })
  expect(types(await timeline(group.chat_id))).toEqual(["message_received"])
})

test("it comes in pages that together hold everything once", async () => {
  for (let n = 0; n < 5; n++) await hook({ ...inbound, message_id: `page-${n}`, provider_message_id: `PAGE-${n}` })
  const whole = await timeline(inbound.chat_id)
  const seqs: Array<number> = []
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: any = await timeline(inbound.chat_id, `?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`)
    expect(page.items.length).toBeLessThanOrEqual(2)
    seqs.push(...page.items.map(({ seq }: { readonly seq: number }) => seq))
    cursor = page.next_cursor
  }
  expect(seqs).toEqual(whole.items.map(({ seq }: { readonly seq: number }) => seq))
  expect(seqs).toHaveLength(7)
  expect((await ask("GET", `/conversations/${inbound.chat_id}/timeline?cursor=x`)).status).toBe(400)
  expect((await ask("GET", "/conversations/nobody/timeline")).status).toBe(404)
})

test("a mail and its answer, which name each other and no conversation, stand in the timeline of their thread", async () => {
  await ask("PUT", `/connections/${mail.account_id}`, {
    channel_type: "gmail",
    account_name: "marta@lumen.example",
    user_id: "u"
  })
  await hook(mail)
  const answer = {
    ...mail,
    email_id: "answer",
    provider_id: "pa",
    message_id: "<answer@x>",
    date: "2026-06-10T09:00:00.000Z"
  }
  await hook({ ...answer, in_reply_to: { message_id: mail.message_id, id: mail.email_id } })
  await hook({ ...mail, email_id: "alone", provider_id: "px", message_id: "<alone@x>" })
  const { items } = (await ask("GET", "/conversations?limit=50")).json
  const thread = items.find((one: any) => one.message_count === 2 && one.subject === mail.subject)
  expect(types(await timeline(thread.id))).toEqual(["message_received", "message_received"])
})

test("every connection is listed at once, the longest registered first", async () => {
  const { json } = await ask("GET", "/connections")
  expect(json.items.map((one: any) => one.account_id)).toEqual([accountId, mail.account_id])
  expect(JSON.stringify(json)).not.toContain("access_token")
})

test("the statechart of a kind is that of its machine", async () => {
  const { json } = await ask("GET", "/statecharts/connection")
  expect(json).toMatchObject({ key: "connection", type: "parallel", events: [] })
  const [account] = json.states
  expect(account).toMatchObject({ key: "account", initial: "pending" })
  const active = account.states.find((state: any) => state.key === "active")
  expect(active.goes_to).toContain("checkpoint_required")
  expect(active.events).toContain("send_reserved")
  expect(active.transitions).toContainEqual({
    event: "account_status_changed",
    guard: "account failed",
    target: "failed"
  })
  const others = account.states.filter((state: any) => state.key !== "active")
  for (const { transitions } of others) {
    const sends = transitions.filter(({ event }: any) => event === "send_reserved")
    expect(sends).toEqual([{ event: "send_reserved", guard: "is a repeat", target: null }])
  }
  const { machine_state } = (await ask("GET", `/actors/connection/${accountId}`)).json
  expect(account.states.map((state: any) => state.key)).toContain(machine_state.account)
  expect((await ask("GET", "/statecharts/dragon")).status).toBe(400)
})
