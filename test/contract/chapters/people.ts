/** What resolution populates. */
import { fixture } from "../../support/fixtures.ts"
import { type Chapter, claim, instant } from "../chapter.ts"
import { isCalled, personIn } from "../world.ts"

const inbound = fixture("message_received.whatsapp_direct")
const ben = {
  entity: "participant",
  look: (w) => personIn(w, inbound.chat_id, isCalled(inbound.sender))
} satisfies Chapter["specimens"][string]

export const people: Chapter = {
  scenarios: {
    record_participant_resolution: async (w) =>
      w.put(`/participants/${(await ben.look(w)).id}/resolution`, { record_id: "contact-7" }),
    record_secondary_resolution: async (w) =>
      w.put(`/participants/${(await ben.look(w)).id}/secondary-resolution`, {
        record_id: "company-3",
        pipeline_id: "accounts"
      })
  },
  specimens: { resolved: ben },
  claims: [
    ...claim("participant", "resolved", "record_participant_resolution", {
      contact_record: "contact-7",
      resolution_confidence: 1,
      resolution_method: "manual_link",
      resolved_at: instant
    }),
    ...claim("participant", "resolved", "record_secondary_resolution", {
      secondary_record: "company-3",
      secondary_confidence: 1,
      secondary_resolution_method: "manual_link",
      secondary_pipeline: "accounts",
      secondary_resolved_at: instant
    })
  ]
}
