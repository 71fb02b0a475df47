/** The door for history: what happened before, fetched or imported (CONTRACT 2.2, §7). */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access, NeedsScope } from "../access.ts"
import { ParticipantLeftEvent, ReadReceiptEvent, Results } from "./events.ts"
import { inTenant } from "./parameters.ts"
import { AuthEvent, HistoryConversation, HistoryMessage, HistoryParticipant } from "./processors.ts"
import { refusals } from "./refusals.ts"

export const HistoryEvent = Schema.Union([
  AuthEvent,
  HistoryMessage,
  HistoryConversation,
  HistoryParticipant,
  ReadReceiptEvent,
  ParticipantLeftEvent
])

/** How many of the events ended how. */
export const Counts = Schema.Struct({ applied: Schema.Int, duplicate: Schema.Int, refused: Schema.Int })

const post = HttpApiEndpoint.post("post", "/v1/tenants/:tenant/history", {
  params: inTenant,
  payload: [
    Schema.Array(HistoryEvent),
    HistoryEvent.pipe(HttpApiSchema.asJson({ contentType: "application/x-ndjson" }))
  ],
  success: Schema.Struct({ ...Results.fields, counts: Counts }),
  error: refusals(404, 413, 422)
})
  .annotate(NeedsScope, "import")
  .annotateMerge(
    OpenApi.annotations({
      summary: "Tell what happened before",
      description:
        "As POST …/events, of at most 5,000 events and 8 MiB, applied in order and made durable together; waits while the tenant's mailbox is full. Sets what the same events set there, and: uses no send budget, asks for no contact, heats nothing by being imported, brings no conversation back that was filed after it. Inbound messages are unread unless seen says otherwise, read_at is there, they are older than what was read, or older than the account's registration. The webhook of the same message, before or after, is the same message. Needs a key with the scope import."
    })
  )

export const history = HttpApiGroup.make("history")
  .add(post)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "What happened before, fetched or imported." }))
