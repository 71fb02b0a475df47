/** The fields of a participant (CONTRACT 2.7): one person across channels. */
import * as Schema from "effect/Schema"
import * as F from "../field.ts"
import type { FieldsOf } from "../field.ts"

const seen = "message events: sender and attendee data; participant webhook; command"

export const participantFields = {
  email: F.optionalText("E-mail address, lower case", seen),
  phone: F.optionalText("Phone number in E.164", seen),
  linkedin_member_urn: F.optionalText("LinkedIn member", seen),
  instagram_username: F.optionalText("Instagram handle without @, lower case", seen),
  facebook_id: F.optionalText("Facebook id", seen),
  telegram_id: F.optionalText("Telegram id", seen),
  twitter_handle: F.optionalText("Twitter handle without @, lower case", seen),
  name: F.optionalText(
    "Name; the earliest that a provider showed, a number or an id only until then; a command says otherwise",
    seen
  ),
  avatar_url: F.optionalText("Picture: the newest address by event time, until a command says otherwise", seen),
  contact_record: F.audited(F.optionalText("The CRM record of the person", "resolution")),
  resolution_confidence: F.audited(F.fraction(0)("How sure the resolution is, 0 to 1", "resolution")),
  resolution_method: F.audited(F.text("How the record was found", "resolution")),
  resolved_at: F.instant("When the record was found", "resolution"),
  secondary_record: F.audited(F.optionalText("The CRM record of the company", "secondary resolution")),
  secondary_confidence: F.audited(
    F.fraction(0)("How sure the secondary resolution is, 0 to 1", "secondary resolution")
  ),
  secondary_resolution_method: F.audited(F.text("How the secondary record was found", "secondary resolution")),
  secondary_pipeline: F.audited(F.optionalText("Pipeline of the secondary record", "secondary resolution")),
  candidate_records: F.json(Schema.Array(Schema.String), [])(
    "CRM records of which several match, so that a human has to choose",
    "resolution"
  ),
  secondary_resolved_at: F.instant("When the secondary record was found", "secondary resolution"),
  first_seen: F.instant("Earliest event in which the person acted", "message events"),
  last_seen: F.instant("Newest event in which the person acted", "message events, reactions, receipts"),
  total_conversations: F.count("Active memberships", "membership"),
  total_messages: F.count("Messages that the person sent", "message events"),
  metadata: F.map("Provider hints about the person", "message events"),
  created_at: F.required(F.instant("When the person was first shown to us", "message events")),
  updated_at: F.instant("When it last changed", "any change")
}

export type ParticipantFields = FieldsOf<typeof participantFields>
