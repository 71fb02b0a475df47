/** An account that asks before it sends, and what it has sent (CONTRACT 2.2 Sends). */
import type { SendDecided } from "../../machines/told.ts"
import { me, message, minute, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

/** A connection whose hour allows `limit` sends; WhatsApp's day allows 1000. */
export class Sender {
  readonly tenant = new SmallTenant()
  constructor(limit = 3) {
    this.tenant.apply(registered)
    this.tenant.apply(running)
    this.tenant.apply({
      type: "rate_limit_set",
      account_id: "account",
      rate_limit_per_hour: limit,
      received: start - minute,
      via: "api"
    })
  }
  reserve(id: string, at: number, { count = 1, key = null as string | null } = {}): SendDecided {
    const result = this.tenant.run({
      type: "send_reserved",
      account_id: "account",
      reservation_id: id,
      count,
      idempotency_key: key,
      received: start + at,
      via: "api"
    })
    if (result.type !== "done" && result.type !== "declined") throw new Error(result.type)
    return result.decided!
  }
  confirm(id: string, at: number, external_message_id: string | null = null) {
    return this.tenant.run({
      type: "send_confirmed",
      account_id: "account",
      reservation_id: id,
      external_message_id,
      received: start + at,
      via: "api"
    })
  }
  cancel(id: string, at: number) {
    return this.tenant.run({
      type: "send_cancelled",
      account_id: "account",
      reservation_id: id,
      received: start + at,
      via: "api"
    })
  }
  echo(id: string, at: number, { received = at, alias = null as string | null } = {}) {
    this.tenant.apply(message(id, at, me, { received: start + received, message: { provider_message_id: alias } }))
  }
  pass(at: number) {
    const { id } = this.tenant.connection()
    this.tenant.apply({ type: "deadline_passed", kind: "connection", id, received: start + at, via: "clock" })
  }
  newDay(at: number) {
    this.tenant.apply({
      type: "day_started",
      connection_id: this.tenant.connection().id,
      received: start + at,
      via: "clock"
    })
  }
  /** [this hour, today, ever]. */
  get sent() {
    const { messages_sent_this_hour, messages_sent_today, messages_sent_count } = this.tenant.connection()
    return [messages_sent_this_hour, messages_sent_today, messages_sent_count]
  }
}
