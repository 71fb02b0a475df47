/** WhatsApp payloads made for a test, in the shape of the live captures. */
import { fixture, fixtureAccount } from "./fixtures.ts"

export interface Made {
  readonly chat: string
  readonly id: string
  /** Epoch milliseconds. */
  readonly at: number
  readonly event?: string
  readonly outbound?: boolean
  readonly account?: string
  readonly text?: string
}

const base = fixture("message_received.whatsapp_direct")
const echo = fixture("message_received.whatsapp_outbound_echo")

/** A message in a direct chat; every chat has its own other person. */
export const message = ({
  chat,
  id,
  at,
  event = "message_received",
  outbound = false,
  account = fixtureAccount,
  text = base.message
}: Made) => {
  const digits = `4477${String([...chat].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1e8, 7)).padStart(8, "0")}`
  const person = {
    ...base.sender,
    attendee_id: `attendee-${chat}`,
    attendee_name: `Customer of ${chat}`,
    attendee_provider_id: `${digits}@s.whatsapp.net`,
    attendee_public_identifier: `${digits}@s.whatsapp.net`,
    attendee_specifics: { provider: "WHATSAPP", phone_number: `+${digits}` }
  }
  return {
    ...base,
    event,
    account_id: account,
    chat_id: chat,
    message: text,
    message_id: id,
    provider_message_id: `P-${id}`,
    timestamp: new Date(at).toISOString(),
    attendees: [person],
    sender: outbound ? echo.sender : person,
    is_sender: outbound,
    provider_chat_id: `${digits}@s.whatsapp.net`
  }
}
