/** The body of an announcement as the CRM gets it: signed, sent and listed in this very shape (docs/announcements.md). */
import * as Schema from "effect/Schema"

const Instant = Schema.String.annotate({ format: "date-time" })
const known = (description: string) => Schema.NullOr(Schema.String).annotate({ description })

/** The CRM is asked to make a contact of somebody whom it does not know. */
export const ContactCreateRequested = Schema.Struct({
  type: Schema.Literal("contact.create_requested"),
  timestamp: Instant.annotate({ description: "When it was decided" }),
  data: Schema.Struct({
    tenant: Schema.String,
    participant_id: Schema.String.annotate({
      description: "Whom to link: PUT /v1/tenants/{tenant}/participants/{participant_id}/resolution"
    }),
    name: known("As the providers give it"),
    avatar_url: known("A picture"),
    identifiers: Schema.Struct({
      email: known("E-mail address"),
      phone: known("Phone number"),
      linkedin_member_urn: known("LinkedIn: the member's URN"),
      linkedin_provider_id: known("LinkedIn: the id that the provider uses"),
      instagram_username: known("Instagram"),
      facebook_id: known("Facebook"),
      telegram_id: known("Telegram"),
      twitter_handle: known("X")
    }).annotate({ description: "What is known of the person; null: not known" }),
    status: Schema.String.annotate({ description: "The tenant's default_contact_status" }),
    pipeline_id: known("The tenant's default_contact_pipeline"),
    total_messages: Schema.Int.annotate({ description: "Messages with the person by then" }),
    first_seen: Schema.NullOr(Instant)
  })
}).annotate({ identifier: "ContactCreateRequested" })

export type ContactCreateRequested = typeof ContactCreateRequested.Type
