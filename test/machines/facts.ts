/** Facts for tests, in one line each: one account, whose owner is "me"; times are milliseconds after `start`. */
import type {
  AccountStatusChanged,
  ConnectionRegistered,
  MemberLeft,
  MessageBody,
  MessageDeleted,
  MessageDelivered,
  MessageEdited,
  MessageReacted,
  MessageRead,
  MessageReceived,
  Person,
  TenantCreated,
  Thread
} from "../../machines/events.ts"

/** 2026-11-20 10:00 UTC. */
export const start = Date.UTC(2026, 10, 20, 10)
export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

export const person = (name: string, more: Partial<Person> = {}): Person => ({
  key: `phone:${name}`,
  provider_participant_id: null,
  name,
  avatar_url: null,
  identifiers: {},
  ...more
})
export const me = person("me")
export const ann = person("ann")
export const ben = person("ben")
export const cleo = person("cleo")

export const created: TenantCreated = {
  type: "tenant_created",
  name: "Acme",
  webhook_secret: "sealed",
  received: start - day,
  via: "api"
}
export const registered: ConnectionRegistered = {
  type: "connection_registered",
  account_id: "account",
  channel_type: "whatsapp",
  account_name: "Office",
  user_id: "user-1",
  connection_config: {},
  provider_config: {},
  is_active: null,
  received: start - day,
  via: "api"
}
export const running: AccountStatusChanged = {
  type: "account_status_changed",
  account_id: "account",
  status: "OK",
  at: start - day,
  received: start - day,
  via: "api"
}

const base = (at: number, thread: string) =>
  ({
    account_id: "account",
    channel_type: "whatsapp",
    external_thread_id: thread,
    at: start + at,
    received: start + day / 4,
    via: "api",
    owner: me
  }) as const

const body: MessageBody = {
  external_message_id: "",
  provider_message_id: null,
  direction: "inbound",
  content: "hello",
  subject: null,
  attachments: [],
  is_event: false,
  event_type: null,
  hidden: false,
  deleted: false,
  read_at: null,
  metadata: {}
}
const plainThread: Thread = {
  external_thread_id: "",
  subject: null,
  is_group: false,
  is_broadcast: false,
  is_channel: false,
  is_community: false,
  folders: [],
  message_count: null,
  is_urgent: false,
  metadata: {}
}

interface Said {
  readonly in?: string
  readonly received?: number
  readonly people?: ReadonlyArray<Person>
  readonly thread?: Partial<Thread>
  readonly message?: Partial<MessageBody>
}

/** `from` says something at `at`. */
/** A message from somebody, or from nobody (null). */
export const message = (id: string, at: number, from: Person | null, more: Said = {}): MessageReceived => {
  const chat = more.in ?? "chat-1"
  const fact = base(at, chat)
  return {
    type: "message_received",
    ...fact,
    received: more.received ?? fact.received,
    sender: from,
    people: more.people ?? (from === null ? [] : from === me ? [ann] : [from]),
    thread: { ...plainThread, external_thread_id: chat, ...more.thread },
    message: { ...body, external_message_id: id, direction: from === me ? "outbound" : "inbound", ...more.message }
  }
}

const names = (id: string) => ({ external_message_id: id, provider_message_id: null })

export const delivered = (id: string, at: number, chat = "chat-1"): MessageDelivered => ({
  type: "message_delivered",
  ...base(at, chat),
  ...names(id),
  direction: "outbound"
})
export const read = (id: string, at: number, reader: Person | null = null, chat = "chat-1"): MessageRead => ({
  type: "message_read",
  ...base(at, chat),
  ...names(id),
  direction: "outbound",
  reader
})
export const edited = (id: string, at: number, content: string | null, chat = "chat-1"): MessageEdited => ({
  type: "message_edited",
  ...base(at, chat),
  ...names(id),
  content
})
export const deleted = (id: string, at: number, chat = "chat-1"): MessageDeleted => ({
  type: "message_deleted",
  ...base(at, chat),
  ...names(id)
})
export const reacted = (
  id: string,
  at: number,
  sender: Person | null,
  reaction: string | null,
  chat = "chat-1"
): MessageReacted => ({
  type: "message_reacted",
  ...base(at, chat),
  ...names(id),
  sender,
  reaction
})
export const left = (at: number, who: Person, chat = "chat-1"): MemberLeft => ({
  type: "member_left",
  ...base(at, chat),
  person: who
})
