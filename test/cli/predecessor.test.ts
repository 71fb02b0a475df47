/**
 * `switchboard backfill predecessor`: tables as the system before this one left them, damage included. The report names each damage,
 * what is brought equals what the contract says of the rows, and tokens open.
 */
import { createCipheriv, createHmac, randomBytes } from "node:crypto"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { pglite } from "../support/fresh-databases.ts"
import { openAdministrator, type Administrator } from "../support/administrator.ts"
import { startPostgres, type PostgresServer } from "../support/postgres-server.ts"
import { adminKey, type Server, startServer } from "../support/server.ts"
import { run } from "./run.ts"

const fernetKey = randomBytes(32)
const fernet = (text: string, key = fernetKey): string => {
  const iv = randomBytes(16)
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(1_700_000_000n)
  const cipher = createCipheriv("aes-128-cbc", key.subarray(16), iv)
  const signed = Buffer.concat([Buffer.from([0x80]), time, iv, cipher.update(text, "utf8"), cipher.final()])
  const mark = createHmac("sha256", key.subarray(0, 16)).update(signed).digest()
  return Buffer.concat([signed, mark]).toString("base64").replaceAll("+", "-").replaceAll("/", "_")
}

const at = (n: number) => new Date(Date.UTC(2026, 1, 1) + n * 60_000).toISOString()

const schema = `
  create table communications_userchannelconnection (
    id uuid primary key, user_id text, channel_type text, unipile_account_id text, account_name text, auth_status text,
    account_status text, access_token text, refresh_token text, token_expires_at timestamptz, connection_config jsonb,
    provider_config jsonb, checkpoint_data jsonb, hosted_auth_url text, is_active boolean, rate_limit_per_hour int);
  create table communications_channel (
    id uuid primary key, channel_type text, unipile_account_id text, message_count int);
  create table communications_conversation (
    id uuid primary key, channel_id uuid, external_thread_id text, subject text, conversation_type text, status text,
    priority text, message_count int, unread_count int, updated_at timestamptz);
  create table communications_message (
    id bigint primary key, conversation_id uuid, sender_participant_id uuid, external_message_id text, provider_message_id text,
    direction text, content text, subject text, status text, sent_at timestamptz, received_at timestamptz, read_at timestamptz,
    edited_at timestamptz, deleted_at timestamptz, created_at timestamptz, reactions jsonb, attachments jsonb, metadata jsonb);
  create table communications_participant (
    id uuid primary key, name text, avatar_url text, email text, phone text, linkedin_member_urn text, instagram_username text,
    facebook_id text, telegram_id text, contact_record_id text, resolution_confidence float, resolution_method text,
    first_seen timestamptz, total_messages int);
  create table communications_conversationparticipant (
    id bigint primary key, conversation_id uuid, participant_id uuid, role text, provider_participant_id text,
    joined_at timestamptz, left_at timestamptz, is_active boolean, last_read_at timestamptz);`

const literal = (value: unknown): string =>
  value === null
    ? "null"
    : typeof value === "string"
      ? `'${value.replaceAll("'", "''")}'`
      : typeof value === "object"
        ? `'${JSON.stringify(value)}'`
        : String(value)

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`

interface MessageRow {
  readonly id: number
  readonly conversation: number
  readonly sender: number | null
  readonly external: string | null
  readonly direction: string
  readonly minute: number | null
  readonly deleted?: true
  readonly edited?: true
  readonly status?: string
}
const many = (from: number, count: number, conversation: number): ReadonlyArray<MessageRow> =>
  Array.from({ length: count }, (_, n) => ({
    id: from + n,
    conversation,
    sender: n % 3 === 2 ? 1 : 2 + (n % 2),
    external: `c${conversation}-${n}`,
    direction: n % 3 === 2 ? "outbound" : "inbound",
    minute: n,
    status: n % 3 === 2 ? (n % 2 === 0 ? "read" : "delivered") : "delivered",
    ...(n % 10 === 9 ? { deleted: true as const } : {}),
    ...(n % 10 === 4 ? { edited: true as const } : {})
  }))
const messages: ReadonlyArray<MessageRow> = [
  ...many(1, 700, 1),
  ...many(1_001, 40, 2),
  { id: 2_001, conversation: 3, sender: 2, external: "c3-0", direction: "inbound", minute: 1 },
  { id: 2_002, conversation: 3, sender: 2, external: "", direction: "inbound", minute: 2 },
  { id: 2_003, conversation: 3, sender: 2, external: "c3-2", direction: "sideways", minute: 3 },
  { id: 2_004, conversation: 3, sender: 2, external: "c3-3", direction: "inbound", minute: null },
  { id: 2_005, conversation: 9, sender: 2, external: "c9-0", direction: "inbound", minute: 4 },
  { id: 2_006, conversation: 3, sender: 1, external: "c3-4", direction: "outbound", minute: 5, status: "failed" }
]
/** Those of which enough is there. */
const good = messages.filter((one) => one.external !== "" && one.direction !== "sideways" && one.conversation !== 9)
const counted = (conversation: number) =>
  good.filter((one) => one.conversation === conversation && one.deleted !== true)
/** The owner's horizon in the first conversation; the second says that two wait. */
const ownerRead = 650

describe("switchboard backfill predecessor", () => {
  let server: Server
  let source: PostgresServer
  let client: Administrator
  const state = join(mkdtempSync(join(tmpdir(), "switchboard-predecessor-")), "state")
  beforeAll(async () => {
    ;[server, source] = await Promise.all([startServer(pglite), startPostgres()])
    await server.call("PUT", "/v1/tenants/acme", adminKey, { name: "Acme" })
    client = await openAdministrator(`${source.url}/postgres`)
    for (const statement of schema.split(";")) if (statement.trim() !== "") await client.ask(statement)
    const insert = (table: string, row: Readonly<Record<string, unknown>>) => {
      const values = Object.values(row).map(literal)
      return client.ask(
        `insert into communications_${table} (${Object.keys(row).join(", ")}) values (${values.join(", ")})`
      )
    }
    const account = { user_id: "anna", channel_type: "whatsapp", account_name: "Sales", is_active: true }
    await insert("userchannelconnection", {
      ...account,
      id: id(1),
      unipile_account_id: "acc-1",
      auth_status: "authenticated",
      account_status: "active",
      access_token: fernet("the access token"),
      refresh_token: fernet("of another key", randomBytes(32)),
      provider_config: { plan: "pro" },
      rate_limit_per_hour: 42
    })
    await insert("userchannelconnection", {
      ...account,
      id: id(2),
      unipile_account_id: "acc-2",
      account_status: "sleepy",
      access_token: "no token at all"
    })
    await insert("userchannelconnection", { ...account, id: id(3), unipile_account_id: "" })
    await insert("channel", { id: id(11), channel_type: "whatsapp", unipile_account_id: "acc-1", message_count: 3 })
    const person = (n: number, more: object) => insert("participant", { id: id(100 + n), ...more })
    await person(1, { name: "Anna", phone: "+447700900100" })
    await person(2, {
      name: "Ann",
      phone: "+44 7700 900001",
      total_messages: 1,
      contact_record_id: "rec-1",
      resolution_confidence: 0.95,
      resolution_method: "phone_match"
    })
    await person(3, { name: "Ben", phone: "12", email: "ben@lumen.example" })
    await person(4, { name: "Nobody" })
    const conversation = (n: number, more: object) =>
      insert("conversation", { id: id(200 + n), channel_id: id(11), status: "active", priority: "normal", ...more })
    await conversation(1, {
      external_thread_id: "chat-1",
      conversation_type: "group",
      subject: "Roadmap",
      status: "archived",
      priority: "urgent",
      message_count: counted(1).length,
      unread_count: 3
    })
    await conversation(2, { external_thread_id: "chat-2", status: "sleeping", message_count: 7, unread_count: 2 })
    await conversation(3, { external_thread_id: "chat-3", message_count: counted(3).length })
    await conversation(4, { external_thread_id: "", message_count: 0 })
    await conversation(5, { external_thread_id: "chat-5", channel_id: id(99), message_count: 0 })
    const member = (n: number, conversation: number, participant: number, more: object = {}) =>
      insert("conversationparticipant", {
        id: n,
        conversation_id: id(200 + conversation),
        participant_id: id(100 + participant),
        role: participant === 1 ? "owner" : "member",
        is_active: true,
        ...more
      })
    await member(1, 1, 1, { last_read_at: at(ownerRead) })
    await member(2, 1, 2, { provider_participant_id: "ann@lid" })
    await member(3, 1, 3, { is_active: false, left_at: at(10_000) })
    await member(4, 1, 2)
    await member(5, 2, 1)
    await member(6, 2, 2, { provider_participant_id: "ann@lid" })
    await member(7, 2, 77)
    for (const { id: n, conversation, sender, external, direction, minute, deleted, edited, status } of messages) {
      const time = minute === null ? null : at(minute)
      await insert("message", {
        id: n,
        conversation_id: id(200 + conversation),
        sender_participant_id: sender === null ? null : id(100 + sender),
        external_message_id: external,
        direction,
        content: `text ${n}`,
        status: status ?? "delivered",
        sent_at: direction === "outbound" ? time : null,
        received_at: direction === "outbound" ? null : time,
        created_at: at(20_000),
        edited_at: edited === true ? at(30_000) : null,
        deleted_at: deleted === true ? at(30_001) : null
      })
    }
  }, 600_000)
  afterAll(async () => {
    await client?.close()
    await Promise.all([server?.close(), source?.stop()])
  })

  const backfill = (...args: ReadonlyArray<string>) =>
    run(
      ["backfill", "predecessor", `${source.url}/postgres`, "--tenant", "acme", "--state", state, "--json", ...args],
      {
        SWITCHBOARD_URL: server.url,
        SWITCHBOARD_KEY: adminKey,
        SWITCHBOARD_FERNET_KEY: fernetKey.toString("base64url")
      }
    )
  const get = async (path: string) => (await server.call("GET", `/v1/tenants/acme/${path}`, adminKey)).json

  test("reads, checks and counts without writing", async () => {
    const { stdout, stderr } = await backfill("--dry-run")
    expect(JSON.parse(stdout || stderr)).toMatchObject({ dry_run: true, refused: 0 })
    expect((await get("connections/acc-1")).code).toBe("connection_unknown")
  }, 300_000)

  test("brings what is good, and names each damage", async () => {
    const { stdout, stderr } = await backfill()
    const report = JSON.parse(stdout || stderr)
    expect(report).toMatchObject({ refused: 0 })
    const places = report.findings.map(({ place, what }: any) => `${place}: ${what}`)
    for (const damage of [
      /column twitter_handle: is not there/,
      new RegExp(`userchannelconnection ${id(1)}, refresh_token: opens under no key`),
      new RegExp(`userchannelconnection ${id(2)}, account_status: "sleepy" is none of`),
      new RegExp(`userchannelconnection ${id(2)}, access_token: opens under no key`),
      new RegExp(`userchannelconnection ${id(3)}, account_id: is empty`),
      new RegExp(`participant ${id(103)}, phone: "12" is impossible`),
      new RegExp(`participant ${id(104)}: has no identifier`),
      /message 2002, external_message_id: is empty/,
      /message 2003, direction: "sideways" is none of/,
      /message 2004, received_at: is empty: created_at stands for it/,
      /message 2005, conversation_id: is an orphan/,
      /message 2006, status: failed is no history/,
      /conversationparticipant 4, participant_id: is a member twice/,
      /conversationparticipant 7, participant_id: is an orphan/,
      new RegExp(`conversation ${id(202)}, status: "sleeping" is none of`),
      new RegExp(`conversation ${id(202)}, message_count: says 7, and ${counted(2).length} are there`),
      new RegExp(`conversation ${id(201)}, unread_count: says 3, and `),
      new RegExp(`channel ${id(11)}, message_count: says 3, and `),
      new RegExp(`participant ${id(102)}, total_messages: says 1, and `),
      new RegExp(`conversation ${id(204)}, external_thread_id: is empty`),
      new RegExp(`conversation ${id(205)}: is an orphan: its channel`)
    ])
      expect(places).toContainEqual(expect.stringMatching(damage))
  }, 600_000)

  test("gives the counters that the rows give by the contract", async () => {
    const unread = counted(1).filter(({ direction, minute }) => direction === "inbound" && minute! > ownerRead).length
    expect(await get("conversations/chat-1")).toMatchObject({
      message_count: counted(1).length,
      unread_count: unread,
      conversation_type: "group",
      status: "archived",
      priority: "urgent",
      subject: "Roadmap",
      participant_count: 2,
      is_hot: false
    })
    expect(await get("conversations/chat-2")).toMatchObject({
      message_count: counted(2).length,
      unread_count: 2,
      status: "active"
    })
    expect(await get("conversations/chat-3")).toMatchObject({ message_count: counted(3).length })
    expect(await get("connections/acc-1")).toMatchObject({
      account_status: "active",
      rate_limit_per_hour: 42,
      messages_sent_count: 0
    })
    const { items } = await get("participants?q=Ann")
    const ann = items.find(({ phone }: any) => phone === "+447700900001")
    expect(ann).toMatchObject({
      contact_record: "rec-1",
      resolution_confidence: 0.95,
      resolution_method: "phone_match",
      total_messages: good.filter(({ sender, deleted }) => sender === 2 && deleted !== true).length,
      total_conversations: 3
    })
  }, 120_000)

  test("opens the tokens, under our own keys from now on", async () => {
    expect(await get("connections/acc-1/tokens?token=access")).toMatchObject({ value: "the access token" })
    expect(await get("connections/acc-1/tokens?token=refresh")).toMatchObject({ value: null })
  }, 60_000)

  test("changes nothing when it is brought again", async () => {
    const before = await get("conversations/chat-1")
    const report = JSON.parse((await backfill()).stdout)
    expect(report).toMatchObject({ refused: 0 })
    // Receipts are kept to a number, so an old one may be news once more; it says what was known.
    const timeless = { last_accessed_at: null, updated_at: null, members: null }
    expect({ ...(await get("conversations/chat-1")), ...timeless }).toEqual({ ...before, ...timeless })
  }, 600_000)

  test("says which table or column it cannot do without", async () => {
    await client.ask("alter table communications_message rename column direction to way")
    expect(await backfill()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/table communications_message, column direction: is not there/)
    })
  }, 120_000)
})
