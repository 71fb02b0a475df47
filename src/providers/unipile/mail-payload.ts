/** The mail and tracking payloads as Schemas (unipile.md §4): strict about their core, lenient about all else. */
import * as Schema from "effect/Schema"
import { Hint, RequiredId, reader } from "./payload.ts"

/** mail_received, mail_sent and mail_moved. Older versions have `id` where `email_id` is now. */
export const Mail = Schema.Struct({
  account_id: RequiredId,
  account_type: Hint,
  email_id: Hint,
  id: Hint,
  provider_id: Hint,
  message_id: Hint,
  thread_id: Hint,
  date: Hint,
  deprecated_id: Hint,
  in_reply_to: Hint,
  references: Hint,
  from_attendee: Hint,
  to_attendees: Hint,
  cc_attendees: Hint,
  bcc_attendees: Hint,
  reply_to_attendees: Hint,
  subject: Hint,
  body: Hint,
  body_plain: Hint,
  attachments: Hint,
  folders: Hint,
  role: Hint,
  read_date: Hint,
  origin: Hint,
  tracking_id: Hint
})
export type Mail = typeof Mail.Type

/** mail_opened and mail_link_clicked. */
export const Track = Schema.Struct({
  account_id: RequiredId,
  email_id: RequiredId,
  event_id: Hint,
  date: Hint,
  url: Hint,
  label: Hint
})

export const readMail = reader(Mail)
export const readTrack = reader(Track)
