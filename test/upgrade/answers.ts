/**
 * What a server answers about everything in a tenant, one entity a line, so that two versions can be compared field by field. Only
 * questions that set nothing are asked.
 */
import { Client } from "../feed/client.ts"
import type { Reply } from "../support/server.ts"

/** Whom is asked. `key` is a key of the tenant that may read tokens. */
export interface Asked {
  readonly url: string
  readonly tenant: string
  readonly key: string
  readonly call: (method: string, path: string, key: string, body?: unknown) => Promise<Reply>
}

export type Fields = Readonly<Record<string, unknown>>
export interface Answers {
  /** By entity, as `conversation wa-long` or `member wa-crew / <participant>`; without fields that are empty. */
  readonly entities: Readonly<Record<string, Fields>>
  /** The names of all fields of a kind, the empty ones too. */
  readonly fields: Readonly<Record<string, ReadonlyArray<string>>>
}

/** The first word of an entity. */
export const kindOf = (entity: string): string => entity.split(" ", 1)[0]!

export const conversationsOf = ({ entities }: Answers): ReadonlyArray<Fields> =>
  Object.entries(entities).flatMap(([entity, fields]) => (kindOf(entity) === "conversation" ? [fields] : []))

const pageSize = 200

const isEmpty = (value: unknown): boolean =>
  value === null || value === "" || value === false || (typeof value === "object" && Object.keys(value).length === 0)

/** Without what is empty: a field that is not named says nothing. */
const said = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)))

/** Everything that the tenant's server says. */
export const answersOf = async (asked: Asked): Promise<Answers> => {
  const { tenant, key, call, url } = asked
  const entities: Record<string, Fields> = {}
  const fields: Record<string, Set<string>> = {}
  const base = `/v1/tenants/${tenant}`
  const get = async (path: string): Promise<any> => {
    const { status, json } = await call("GET", base + path, key)
    if (status !== 200) throw new Error(`GET ${base}${path} answered ${status}: ${JSON.stringify(json)}`)
    return json
  }
  const pages = async (path: string): Promise<ReadonlyArray<any>> => {
    const items: Array<any> = []
    for (let cursor: string | null = ""; cursor !== null;) {
      const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`
      const page: any = await get(`${path}${path.includes("?") ? "&" : "?"}limit=${pageSize}${after}`)
      items.push(...page.items)
      cursor = page.next_cursor
    }
    return items
  }
  const told = (entity: string, answer: Fields) => {
    if (entity in entities) throw new Error(`two answers about ${entity}`)
    entities[entity] = said(answer)
    for (const name in answer) (fields[kindOf(entity)] ??= new Set()).add(name)
  }

  while (Object.values<any>((await get("/schedule")).scheduler.tasks).some((task) => task.running !== null))
    await new Promise((resolve) => setTimeout(resolve, 50))
  // Before the tokens: to read one is itself a line of the trail.
  for (const line of await pages("/audit")) told(`audit ${line.id}`, line)
  told("tenant", await get(""))
  for (const connection of (await get("/connections")).items) {
    const { account_id } = connection
    told(`connection ${account_id}`, connection)
    told(`quota ${account_id}`, await get(`/connections/${account_id}/quota`))
    told(`channel ${account_id}`, await get(`/channels/${account_id}`))
    const access = await get(`/connections/${account_id}/tokens?token=access`)
    const refresh = await get(`/connections/${account_id}/tokens?token=refresh`)
    told(`tokens ${account_id}`, { access: access.value, refresh: refresh.value, expired: access.is_token_expired })
  }

  const conversations = await pages("/conversations")
  told("list of conversations", { ids: conversations.map(({ external_thread_id }) => external_thread_id) })
  for (const filter of ["unread=true", "priority=high", "status=archived", "hot=true", "type=group"]) {
    const found = await pages(`/conversations?${filter}`)
    told(`list ${filter}`, { ids: found.map(({ external_thread_id }) => external_thread_id) })
  }
  for (const conversation of conversations) {
    const { id, external_thread_id: thread } = conversation
    told(`conversation ${thread}`, conversation)
    const { items: members } = await get(`/conversations/${id}/members`)
    for (const member of members) told(`member ${thread} / ${member.participant_id}`, member)
    const messages = await pages(`/conversations/${id}/messages`)
    told(`order of ${thread}`, { ids: messages.map(({ external_message_id }) => external_message_id) })
    for (const message of messages) told(`message ${thread} / ${message.external_message_id}`, message)
  }

  const people = await pages("/participants")
  told("list of people", { ids: people.map((person) => person.id) })
  for (const person of people) told(`person ${person.id}`, person)
  told("list ambiguous", { ids: (await pages("/participants?ambiguous=true")).map((person) => person.id) })

  for (const day of (await get("/analytics?from=2026-11-01&to=2026-11-30&channel=*")).items) {
    const { calculated_at: _, ...metadata } = day.metadata
    told(`analytics ${String(day.date).slice(0, 10)} ${day.channel_id ?? "tenant"}`, { ...day, metadata })
  }
  for (const { id, ...kept } of await pages("/quarantine?replayed=false"))
    told(`quarantined ${id}`, { ...kept, body: (await get(`/quarantine/${id}`)).body })
  const waiting = await get("/waiting")
  for (const account of waiting.accounts) told(`waiting ${account.account_id}`, account)
  // How often its delivery was tried is a matter of time.
  for (const { id, type, payload, status, created_at } of (await get("/outgoing?limit=200")).items)
    told(`announced ${id}`, { type, payload, status, created_at })
  const endpoint = await call("GET", `${base}/outgoing-webhook`, key)
  const { failures: _, paused_until: __, ...settings } = endpoint.json ?? {}
  told("outgoing webhook", endpoint.status === 200 ? settings : {})
  for (const one of (await get("/keys")).items) told(`key ${one.id}`, one)
  const { scheduler } = await get("/schedule")
  for (const [task, { last_due }] of Object.entries<any>(scheduler.tasks)) told(`task ${task}`, { last_due })
  told("totals of the inbox", await totalsOf(url, tenant, key, call))
  return {
    entities,
    fields: Object.fromEntries(Object.entries(fields).map(([kind, names]) => [kind, [...names].sort()]))
  }
}

/** What the feed's inbox begins with. */
const totalsOf = async (url: string, tenant: string, key: string, call: Asked["call"]): Promise<Fields> => {
  const { json } = await call("POST", `/v1/tenants/${tenant}/feed-tokens`, key, { user_id: "anna" })
  const viewer = await new Client(`${url.replace("http", "ws")}/v1/feed?token=${json.token}`).opened()
  const { state } = await viewer.ask({ type: "subscribe", topic: "inbox" })
  viewer.ws.close()
  return state.totals
}
