/** Every fixture of UniPile, v1 and v2, over real HTTP: understood and applied, none kept aside, a repeat changes nothing. */
import { readdirSync, readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Edge, startEdge } from "./edge.ts"
import type { Tenant } from "./account.ts"

const folder = new URL("../fixtures/unipile/", import.meta.url)
const files = [...readdirSync(folder), ...readdirSync(new URL("v2/", folder)).map((name) => `v2/${name}`)].filter(
  (name) => name.endsWith(".json") && !name.startsWith("_")
)
const bodyOf = (file: string) => JSON.parse(readFileSync(new URL(file, folder), "utf8"))
const accountOf = (body: any): string | undefined => body.account_id ?? body.AccountStatus?.account_id ?? undefined

/** The network of each account, told by whichever fixture tells it. */
const networks: Record<string, string> = {
  WHATSAPP: "whatsapp",
  LINKEDIN: "linkedin",
  INSTAGRAM: "instagram",
  TELEGRAM: "telegram"
}
const channelOf = (file: string, body: any): string | undefined => {
  if (file.startsWith("mail_")) return "gmail"
  if (file.startsWith("calendar_")) return "calendar"
  return networks[String(body.account_type ?? body.account_provider ?? "").toUpperCase()]
}

let edge: Edge
let tenant: Tenant
const deliver = (body: unknown) =>
  edge.call("POST", `/v1/tenants/fixtures/webhooks/unipile`, { body, headers: { "unipile-auth": tenant.secret } })
const get = async (path: string) => (await edge.call("GET", `/v1/tenants/fixtures/${path}`, { key: tenant.key })).json

beforeAll(async () => {
  edge = await startEdge()
  tenant = await edge.tenant("fixtures")
  const accounts = new Map<string, string>()
  for (const file of files) {
    const body = bodyOf(file)
    const account = accountOf(body)
    if (account) accounts.set(account, channelOf(file, body) ?? accounts.get(account) ?? "messenger")
  }
  for (const [account, channel_type] of accounts) {
    const { status } = await edge.call("PUT", `/v1/tenants/fixtures/connections/${account}`, {
      key: tenant.key,
      body: {
        channel_type,
        account_name: "Marta Lopes",
        user_id: "user-4711",
        connection_config: { email: "marta@lumen.example" }
      }
    })
    expect(status).toBe(201)
  }
})
afterAll(() => edge.close())

describe("over real HTTP", () => {
  test("there are fixtures of both versions", () => {
    expect(files.length).toBeGreaterThan(40)
    expect(files.filter((file) => file.startsWith("v2/"))).toHaveLength(7)
  })

  test.each(files)("%s is applied, and its repeat changes nothing", async (file) => {
    const body = bodyOf(file)
    const first = await deliver(body)
    expect(first.status).toBe(200)
    // A status that the account has already, or a receipt of a fixture that came before, is known.
    expect(["applied", "duplicate"]).toContain(first.json.outcome)
    // What bears no time of its own is told anew each time.
    if (!["account_status", "hosted_auth", "new_relation"].some((kind) => file.includes(kind))) {
      expect(await deliver(body)).toMatchObject({ status: 200, json: { outcome: "duplicate" } })
    }
  })

  test("none is in quarantine", async () => {
    expect((await get("quarantine")).items).toEqual([])
  })

  test("the tracked mail has been read at its first open, and counts opens and clicks", async () => {
    const { items } = await get("conversations/%3Cs1.8ddf878039@mail.example.net%3E/messages")
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({
      external_message_id: "o3MNNcEmK44oxJgO_DhEkA",
      provider_message_id: "8ddf878039b70767",
      direction: "outbound",
      status: "read",
      read_at: "2026-06-10T08:31:05.000Z",
      sent_at: "2026-06-10T08:00:00.000Z",
      content: "Here is the quote.",
      subject: "Re: Quote for 40 seats",
      metadata: { opens: 1, clicks: 1, first_opened_at: "2026-06-10T08:31:05.000Z", origin: "unipile" }
    })
  })

  test("a mail's people are members with their roles, and a moved mail files its thread", async () => {
    const conversation = await get("conversations/%3Cq1.ff33f1b122@mail.example.net%3E")
    expect(conversation).toMatchObject({
      external_thread_id: "<q1.ff33f1b122@mail.example.net>",
      subject: "Quote for 40 seats",
      status: "archived",
      message_count: 1,
      unread_count: 1,
      // Whom answers are to go to is no member.
      participant_count: 5,
      conversation_type: "group"
    })
    const roles = Object.fromEntries(conversation.members.map((one: any) => [one.provider_participant_id, one.role]))
    expect(roles).toEqual({
      "jo.brandt@acme.example": "sender",
      "marta@lumen.example": "owner",
      "kai@acme.example": "cc",
      "legal@acme.example": "cc",
      "audit@lumen.example": "bcc"
    })
  })

  test("a calendar event is a conversation with its people; deleted, it is filed as that", async () => {
    const conversation = await get("conversations/calendar:Eadtqoc-FUoOs4bYb1F-qw")
    expect(conversation).toMatchObject({
      conversation_type: "calendar_event",
      subject: "Kick-off",
      status: "deleted",
      participant_count: 2,
      message_count: 0,
      metadata: { location: "Room 4", start: { date_time: "2026-02-09T14:00:00", time_zone: "Europe/Lisbon" } }
    })
    const roles = Object.fromEntries(conversation.members.map((one: any) => [one.provider_participant_id, one.role]))
    expect(roles).toEqual({ "marta@lumen.example": "owner", "jo.brandt@acme.example": "member" })
  })

  test("v2 messages are edited, reacted to and deleted under the network's ids", async () => {
    const chat = encodeURIComponent("2-tru4aw6V5MuIHqyXSzy40zdtBGdmdrWXmSy4f7iVn2o=")
    const { items } = await get(`conversations/${chat}/messages`)
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({
      content: null,
      deleted_at: "2026-08-01T10:00:00.000Z",
      reactions: [{ value: "👏" }]
    })
  })

  test("a relation is a person with name, picture and since when", async () => {
    const chat = await get("conversations/2-tru4aw6V5MuIHqyXSzy40zdtBGdmdrWXmSy4f7iVn2o%3D")
    const dana = chat.members.find((one: any) => one.name === "Dana Whitfield")
    const participant = await get(`participants/${dana.participant_id}`)
    expect(participant).toMatchObject({ name: "Dana Whitfield", avatar_url: "https://media.example.net/dana.jpg" })
    expect(Object.keys(participant.metadata.relations).sort()).toEqual([
      "_MpGHlq-z7-1dfa5szm5_g",
      "acc_IYdZUFKD48eTuYZRoyNR1g"
    ])
    expect(participant.metadata.relations["acc_IYdZUFKD48eTuYZRoyNR1g"]).toEqual({
      channel_type: "linkedin",
      public_identifier: "dana-whitfield",
      profile_url: "https://www.linkedin.com/in/dana-whitfield/",
      since: "2026-08-01T10:00:00.000Z"
    })
  })
})
