/** The fields of a member (CONTRACT 2.5): one participant in one conversation. Lives inside the conversation's actor. */
import * as F from "../field.ts"
import type { FieldsOf } from "../field.ts"
import { MemberRole } from "../vocabulary.ts"

export const memberFields = {
  role: F.required(F.oneOf(MemberRole, "member")("What the person is in the conversation", "message events")),
  name: F.optionalText("The person's name as this conversation shows it", "message events"),
  provider_participant_id: F.optionalText("The provider's id of the person", "message events"),
  joined_at: F.instant("Earliest sign of the person in the conversation", "message events"),
  left_at: F.instant("When the person left; null while there", "system lines, participant left"),
  is_active: F.flag(true)("Whether the person is in the conversation now", "message events, participant left"),
  message_count: F.count("Messages that the person sent here", "message events; update_participant_activity"),
  last_message_at: F.instant(
    "The person's newest message here, by event time",
    "message events, update_participant_activity"
  ),
  last_read_at: F.instant("How far the person has read", "read receipts, read marks"),
  unread_count: F.count("Messages from others after the person's horizon", "message events, read receipts"),
  metadata: F.map("Provider hints about the person here", "message events"),
  created_at: F.required(F.instant("When the membership was first seen", "message events")),
  updated_at: F.instant("When it last changed", "any change")
}

export type MemberFields = FieldsOf<typeof memberFields>
