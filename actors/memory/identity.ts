/**
 * Our ids, derived from a tenant and a natural key (DESIGN §5): an event finds its actors without a look-up, and creating one
 * twice is creating it once. UUIDv5; deriving one costs some 3 µs, so the recent ones are remembered.
 */
import { v5 } from "uuid"
import type { ChannelType } from "../../machines/vocabulary.ts"

/** The namespace of all Switchboard ids; never changes, or every id would. */
const namespace = "5b0f6c1e-6c7a-5d52-9a43-2d1c6f5e8a10"
/** Derived ids that are remembered per tenant. */
const rememberLimit = 50_000
/** Characters of a name that is worth it: hardly any network has longer ones, and the memory is to have a bound in bytes too (I8). */
const longestRemembered = 300

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Whether it has the form of our ids, and not of a provider's. */
export const isUuid = (id: string): boolean => uuid.test(id)

export class Identity {
  readonly #tenant: string
  #known = new Map<string, string>()

  constructor(tenant: string) {
    this.#tenant = v5(tenant, namespace)
  }

  connection(account_id: string): string {
    return this.#of(`connection:${account_id}`)
  }

  channel(channel_type: ChannelType, account_id: string): string {
    return this.#of(`channel:${channel_type}:${account_id}`)
  }

  conversation(channel_type: ChannelType, account_id: string, external_thread_id: string): string {
    return this.#of(`conversation:${channel_type}:${account_id}:${external_thread_id}`)
  }

  participant(key: string): string {
    return this.#of(`participant:${key}`)
  }

  /** An announcement to the CRM about one thing: announced again, it has the same id. */
  outgoing(type: string, about: string): string {
    return v5(`outgoing:${type}:${about}`, this.#tenant)
  }

  scheduler(): string {
    return this.#of("scheduler")
  }

  record(record_id: string): string {
    return this.#of(`record:${record_id}`)
  }

  /** Of what a sync was begun for, at one instant. Not remembered: it is needed once. */
  syncJob(about: string): string {
    return v5(`sync_job:${about}`, this.#tenant)
  }

  /** Of one changed field in one turn. Not remembered: it is needed once. */
  auditEntry(seq: number, kind: string, id: string, field: string): string {
    return v5(`audit:${seq}:${kind}:${id}:${field}`, this.#tenant)
  }

  /** Not remembered: a message's id is needed once, when its row is written. */
  message(conversation_id: string, external_message_id: string): string {
    return v5(`message:${conversation_id}:${external_message_id}`, this.#tenant)
  }

  #of(name: string): string {
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const id = v5(name, this.#tenant)
    if (name.length > longestRemembered) return id
    if (this.#known.size >= rememberLimit) this.#known = new Map()
    this.#known.set(name, id)
    return id
  }
}
