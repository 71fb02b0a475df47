/** What the feed shows of a message. Without the server's imports: clients are checked against it. */
import type { MessageFields } from "../../machines/message/fields.ts"

/** What the feed shows of a message; the rest is at `GET …/conversations/{id}/messages`. */
export const liveFields = [
  "sender_participant_id",
  "direction",
  "content",
  "subject",
  "status",
  "sent_at",
  "received_at",
  "created_at",
  "arrival",
  "read_at",
  "edited_at",
  "deleted_at",
  "is_event",
  "hidden",
  "is_story",
  "is_local_only",
  "sync_status",
  "reactions",
  "attachments",
  "metadata"
] as const satisfies ReadonlyArray<keyof MessageFields>
