/**
 * A database that version 0903716 wrote, killed with a journal that no cut holds: this version starts on it and says the same to the
 * field, but for what changed on purpose; traffic goes on, and a second start says the same again.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { decodeEvent } from "../../actors/journal/event-codec.ts"
import type { Event, PlacedFact } from "../../machines/events.ts"
import { layerDatabase } from "../../persistence/database/database.ts"
import { type Database, databases, openPersistenceOn } from "../support/databases.ts"
import { adminKey, type Server, startServer, type Tenant } from "../support/server.ts"
import { type Answers, answersOf, conversationsOf } from "./answers.ts"
import { changedOnPurpose } from "./changed-on-purpose.ts"
import { loadDatabase, rowsIn } from "./database-files.ts"
import { described, differencesOf } from "./differences.ts"
import { chats } from "./scenario/days.ts"
import { accounts, answering, mail, messaging, people } from "./scenario/payloads.ts"

const folder = new URL("../fixtures/0903716/", import.meta.url)
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), "utf8"))
const before: Readonly<Record<string, Answers>> = read("answers.json")
const secrets: {
  readonly stopped_at: number
  readonly encryption_keys: string
  readonly tenants: ReadonlyArray<Tenant & { readonly before?: string }>
} = read("secrets.json")
const main = fileURLToPath(new URL("main.ts", import.meta.url))

/**
 * All of that version but one: `conversation_type_checked` is journaled only where an actor contradicts its own facts. What is placed
 * by its channel stands inside a `fact_arrived`.
 */
const kindsInTail: ReadonlyArray<Event["type"]> = [
  "account_status_changed",
  "auth_reported",
  "auto_sync_scheduled",
  "channel_activity_set",
  "channel_described",
  "channel_recounted",
  "channel_sync_settings_set",
  "connection_activity_set",
  "connection_registered",
  "connection_synced",
  "conversation_accessed",
  "conversation_heat_checked",
  "conversation_heat_set",
  "conversation_prioritised",
  "conversation_read",
  "conversation_recounted",
  "conversation_reported",
  "conversation_status_set",
  "conversation_synced",
  "conversation_type_detected",
  "conversation_type_set",
  "conversation_unread",
  "day_started",
  "deadline_passed",
  "fact_arrived",
  "hosted_auth_reported",
  "member_active",
  "member_left",
  "member_provider_id_set",
  "message_deleted",
  "message_delivered",
  "message_edited",
  "message_marked_local",
  "message_reacted",
  "message_read",
  "message_received",
  "message_subject_set",
  "message_timed",
  "participant_corrected",
  "participant_recounted",
  "participant_rematched",
  "participant_reported",
  "participant_resolved",
  "participant_secondary_set",
  "provider_preferences_set",
  "rate_limit_set",
  "record_put",
  "record_removed",
  "relation_added",
  "secret_resealed",
  "send_cancelled",
  "send_confirmed",
  "send_reserved",
  "task_finished",
  "task_requested",
  "tenant_configured",
  "tenant_created",
  "token_checked",
  "tokens_stored",
  "webhook_failed",
  "webhook_secret_rotated",
  "webhook_status_reported"
]
const factsInTail: ReadonlyArray<PlacedFact["type"]> = [
  "calendar_event_shown",
  "mail_tracked",
  "message_deleted",
  "message_delivered",
  "message_edited",
  "message_reacted",
  "message_read",
  "message_received"
]

/** A database that is filled as soon as it is made. */
const filled = (database: Database): Database => ({
  name: database.name,
  make: async () => {
    const made = await database.make("empty")
    await Effect.runPromise(Effect.provide(loadDatabase(folder), layerDatabase(made.options)))
    return made
  }
})

/** Counters that SQL readers see, by conversation. */
const counted = SqlClient.use(
  (sql) => sql<{ thread: string; status: string; unread: number; messages: number; rows: number; present: number }>`
    select external_thread_id as thread, status, unread_count as unread, message_count as messages,
      (select count(*)::integer from messages where messages.tenant_id = conversations.tenant_id
        and conversation_id = conversations.id and deleted_at is null
        and not is_event and not hidden and not is_local_only) as rows,
      (select count(*)::integer from members where members.tenant_id = conversations.tenant_id
        and conversation_id = conversations.id and is_active) as present
    from conversations where tenant_id = 'acme' and merged_into is null order by 1`
)

const left = {
  stopped: secrets.stopped_at,
  written: new Set<unknown>(
    rowsIn(folder)
      .get("messages")!
      .map(({ id }) => id)
  )
}

/** The events that no cut holds, decoded. */
const tailOf = (rows: ReturnType<typeof rowsIn>): ReadonlyArray<Event> => {
  const cut = new Map(rows.get("checkpoints")!.map(({ tenant_id, seq }) => [tenant_id, seq]))
  return rows
    .get("journal")!
    .filter(({ tenant_id, seq }) => seq > (cut.get(tenant_id) ?? 0))
    .map(({ body }) => decodeEvent(Buffer.from(body.slice("\\x".length), "hex")))
}

describe("the fixture", () => {
  it("has many conversations, one of them longer than a window", () => {
    const known = conversationsOf(before["acme"]!)
    expect(known.length).toBeGreaterThan(20)
    expect(known.some(({ message_count }) => Number(message_count) > 640)).toBe(true)
  })

  it("has a tail that no cut holds, with every kind of event that version journaled", () => {
    const tail = tailOf(rowsIn(folder))
    const kinds = new Set(tail.map(({ type }) => type))
    expect([...kinds].toSorted()).toEqual(kindsInTail.toSorted())
    const facts = new Set(tail.flatMap((event) => (event.type === "fact_arrived" ? [event.fact.type] : [])))
    expect([...facts].toSorted()).toEqual(factsInTail.toSorted())
    expect(tail.some((event) => "recalled" in event && event.recalled !== undefined)).toBe(true)
  })
})

describe.each(databases)("a database of version 0903716 on $name", (database) => {
  let server: Server
  const acme = secrets.tenants.find(({ id }) => id === "acme")!
  let opened: number
  /** The clock goes on where it was stopped. */
  const now = () => secrets.stopped_at + 1_000 + (Date.now() - opened)

  beforeAll(async () => {
    opened = Date.now()
    server = await startServer(
      filled(database),
      {
        CLOCK_AT: String(now()),
        SWITCHBOARD_ENCRYPTION_KEYS: secrets.encryption_keys,
        SWITCHBOARD_SNAPSHOT_INTERVAL: "24 hours"
      },
      main
    )
  }, 120_000)
  afterAll(() => server.close())

  const saysOf = (tenant: string) => answersOf({ url: server.url, tenant, key: adminKey, call: server.call })
  const says = async (): Promise<Readonly<Record<string, Answers>>> =>
    Object.fromEntries(await Promise.all(secrets.tenants.map(async ({ id }) => [id, await saysOf(id)] as const)))
  const differences = (earlier: Readonly<Record<string, Answers>>, later: Readonly<Record<string, Answers>>) =>
    secrets.tenants.flatMap(({ id }) => differencesOf(id, earlier[id]!, later[id]!))
  const conversation = async (thread: string) =>
    (await server.call("GET", `/v1/tenants/acme/conversations/${encodeURIComponent(thread)}`, acme.key)).json
  const hook = async (payload: unknown) => (await server.webhook(acme, payload)).json.outcome

  it("says of everything what that version said, but for what changed on purpose", async () => {
    const after = await says()
    const unexplained = differences(before, after).filter(
      (difference) => !changedOnPurpose.some(({ allows }) => allows(difference, after[difference.tenant]!, left))
    )
    expect(unexplained.map(described)).toEqual([])
  }, 120_000)

  it("the keys and secrets of that version open what they opened, an old webhook secret within its grace too", async () => {
    const path = "/v1/tenants/acme/connections/li-lena/tokens"
    const { json } = await server.call("GET", `${path}?token=access`, adminKey)
    expect(json.value).toBe("access-of-lena")
    expect((await server.call("GET", path.replace("/tokens", ""), acme.key)).status).toBe(200)
    const at = Date.parse(String(before["acme"]!.entities["message wa-ines / ines-1"]!["received_at"]))
    const repeat = messaging(chats.ines, { id: "ines-1", at })
    expect((await server.webhook({ ...acme, secret: acme.before! }, repeat)).status).toBe(200)
    expect((await server.webhook({ ...acme, secret: "wrong" }, repeat)).status).toBe(401)
  })

  it("a second start, after a kill and after a stop, says the same", async () => {
    const first = await says()
    await server.kill()
    await server.restart({ CLOCK_AT: String(now()) })
    expect(differences(first, await says()).map(described)).toEqual([])
    await server.stop()
    await server.restart({ CLOCK_AT: String(now()) })
    expect(differences(first, await says()).map(described)).toEqual([])
  }, 120_000)

  it("a late repeat changes nothing, of a message in the window and of one that has left it", async () => {
    const crew = await conversation("wa-crew")
    const long = await conversation("wa-long")
    const { entities } = before["acme"]!
    const at = (entity: string) => Date.parse(String(entities[entity]!["received_at"]))
    const ofCrew = messaging(chats.crew, { id: "crew-2", at: at("message wa-crew / crew-2"), by: people.anaHidden })
    expect(await hook(ofCrew)).toBe("duplicate")
    const id = "long-020"
    const ofLong = messaging(chats.long, { id, at: at(`message wa-long / ${id}`), text: "line 20" })
    // Of a row of that version the first repeat may still tell what is remembered of a message today.
    await hook(ofLong)
    expect(await hook(ofLong)).toBe("duplicate")
    const unchanged = ({ updated_at: _, last_accessed_at: __, ...rest }: any) => rest
    expect(unchanged(await conversation("wa-crew"))).toEqual(unchanged(crew))
    expect(unchanged(await conversation("wa-long"))).toEqual(unchanged(long))
  })

  it("a new message raises unread by one, and a read takes it away for the one who read", async () => {
    const earlier = await conversation("wa-sofia")
    expect(await hook(messaging(chats.sofia, { id: "sofia-new", at: now() }))).toBe("applied")
    const later = await conversation("wa-sofia")
    expect(later.unread_count).toBe(earlier.unread_count + 1)
    expect(later.message_count).toBe(earlier.message_count + 1)
    await server.call("POST", "/v1/tenants/acme/conversations/wa-sofia/read", acme.key, { user_id: "anna" })
    expect(await conversation("wa-sofia")).toMatchObject({ unread_count: 0, readers: { anna: { unread_count: 0 } } })
  })

  it("a receipt of today reaches a message of then, and one that left the window is still edited", async () => {
    const message = async (thread: string, id: string): Promise<any> => {
      for (let cursor = ""; ;) {
        const path = `/v1/tenants/acme/conversations/${thread}/messages?limit=200${cursor}`
        const { items, next_cursor } = (await server.call("GET", path, acme.key)).json
        const found = items.find((one: any) => one.external_message_id === id)
        if (found !== undefined || next_cursor === null) return found
        cursor = `&cursor=${encodeURIComponent(next_cursor)}`
      }
    }
    expect(await hook(messaging(chats.hugo, { id: "hugo-2", at: now(), by: null, event: "message_read" }))).toBe(
      "applied"
    )
    expect(await message("wa-hugo", "hugo-2")).toMatchObject({ status: "read" })
    const edit = messaging(chats.long, { id: "long-030", at: now(), event: "message_edited", text: "line 30, today" })
    expect(await hook(edit)).toBe("applied")
    expect(await message("wa-long", "long-030")).toMatchObject({ content: "line 30, today" })
    expect((await conversation("wa-long")).message_count).toBe(
      before["acme"]!.entities["conversation wa-long"]!["message_count"]
    )
  })

  it("a mail that answers an old one joins its thread, by Message-ID alone too", async () => {
    const threads = async (): Promise<ReadonlyArray<string>> =>
      (await server.call("GET", "/v1/tenants/acme/conversations?limit=200", acme.key)).json.items.map(
        (one: any) => one.external_thread_id
      )
    const known = await threads()
    const kai = "kai.sato@harbour.example"
    const jo = "jo.keller@harbour.example"
    const count = async (thread: string) => (await conversation(thread)).message_count
    const order = await count("<order-1@mail.example.net>")
    const chain = await count("<chain-1@mail.example.net>")
    const offer = await count("gthread-1")
    const at = now()
    const { gmail, imap } = accounts
    await hook(
      mail(imap, { id: "order-9", at, from: kai, to: [imap.name], subject: "Re: Order 7", more: answering("order-3") })
    )
    await hook(
      mail(imap, { id: "chain-9", at, from: jo, to: [imap.name], subject: "Re: Chain", more: answering("chain-3") })
    )
    await hook(
      mail(gmail, { id: "offer-9", at, from: jo, to: [gmail.name], subject: "Re: Offer", more: answering("offer-4") })
    )
    expect(await count("<order-1@mail.example.net>")).toBe(order + 1)
    expect(await count("<chain-1@mail.example.net>")).toBe(chain + 1)
    expect(await count("gthread-1")).toBe(offer + 1)
    expect((await threads()).toSorted()).toEqual(known.toSorted())
  })

  it("a reservation is known by its key, and what waited for an account is applied when it is registered", async () => {
    const sent = async () =>
      (await server.call("GET", "/v1/tenants/acme/connections/wa-second/quota", acme.key)).json.messages_sent_count
    const count = await sent()
    const again = { idempotency_key: "one" }
    const { status } = await server.call("POST", "/v1/tenants/acme/connections/wa-second/sends", acme.key, again)
    expect(status).toBe(200)
    expect(await sent()).toBe(count)
    await server.call("PUT", "/v1/tenants/acme/connections/wa-late", acme.key, {
      channel_type: "whatsapp",
      account_name: "Late",
      user_id: "anna"
    })
    expect(await conversation("late-chat")).toMatchObject({ message_count: 3, unread_count: 3 })
  })

  it("SQL counts what the API counts, counters count the rows, and a last start says the same again", async () => {
    const last = await says()
    await server.stop()
    const sql = await openPersistenceOn(server.options)
    const rows = await sql.run(counted)
    await sql.close()
    const told = conversationsOf(last["acme"]!).map((fields) => ({
      thread: fields["external_thread_id"],
      status: fields["status"],
      unread: fields["unread_count"],
      messages: fields["message_count"],
      rows: fields["message_count"],
      present: fields["participant_count"]
    }))
    const byThread = (all: ReadonlyArray<any>) => Object.fromEntries(all.map((one) => [one.thread, one]))
    expect(byThread(rows)).toEqual(byThread(told))
    await server.restart({ CLOCK_AT: String(now()) })
    expect(differences(last, await says()).map(described)).toEqual([])
  }, 120_000)
})
