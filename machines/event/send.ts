/** Reservations against the send budget. */
import type { Base } from "./base.ts"

export interface SendReserved extends Base {
  readonly type: "send_reserved"
  readonly account_id: string
  readonly reservation_id: string
  readonly count: number
  readonly idempotency_key: string | null
}

export interface SendConfirmed extends Base {
  readonly type: "send_confirmed"
  readonly account_id: string
  readonly reservation_id: string
  readonly external_message_id: string | null
}

export interface SendCancelled extends Base {
  readonly type: "send_cancelled"
  readonly account_id: string
  readonly reservation_id: string
}
