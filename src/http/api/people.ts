/** Participants, the CRM records that they are, and how the one is found for the other. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import type { Certainty } from "../../../machines/events.ts"
import { Access } from "../access.ts"
import { Outcome } from "./outcome.ts"
import { entityInTenant, Id, inTenant, page, SearchText, YesOrNo } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { ParticipantWire } from "./wire.ts"
import { own } from "../../../machines/own.ts"

const base = "/v1/tenants/:tenant"
const RecordId = Schema.NonEmptyString.check(Schema.isMaxLength(200))
const atRecord = { ...inTenant, record_id: Id }
const list = Schema.Array(Schema.NonEmptyString.check(Schema.isMaxLength(320))).check(Schema.isMaxLength(100))

export const PeopleFilter = Schema.Struct({
  q: Schema.optionalKey(SearchText).annotate({
    description: "Part of a name, address, number or handle; case, accents and Unicode forms do not matter"
  }),
  resolved: Schema.optionalKey(YesOrNo).annotate({ description: "Whether a CRM record is linked" }),
  ambiguous: Schema.optionalKey(YesOrNo).annotate({ description: "Whether several records match, so that you choose" }),
  ...page
})
export const RecordBody = Schema.Struct({
  pipeline_id: Schema.optionalKey(Schema.NullOr(RecordId)),
  kind: Schema.optionalKey(Schema.Literals(["contact", "company"])),
  emails: Schema.optionalKey(list),
  phones: Schema.optionalKey(list),
  linkedin: Schema.optionalKey(list),
  domains: Schema.optionalKey(list)
})
/** How sure the CRM is, and how it found the record: its own word for that, or one of ours (CONTRACT 2.7). */
const Confidence = Schema.NullOr(Schema.Number.check(Schema.isBetween({ minimum: 0, maximum: 1 })))
const Method = Schema.NullOr(Schema.String.check(Schema.isMaxLength(50), Schema.isPattern(/^[a-z][a-z0-9_]*$/)))

/** Names under which a confidence and a method may be given. */
interface CertaintyNames {
  readonly confidence: ReadonlyArray<string>
  readonly method: ReadonlyArray<string>
}
/** The short names, and those of the fields that they set. */
export const contactCertainty: CertaintyNames = {
  confidence: ["confidence", "resolution_confidence"],
  method: ["method", "resolution_method"]
}
export const secondaryCertainty: CertaintyNames = {
  confidence: ["confidence", "secondary_confidence"],
  method: ["method", "secondary_resolution_method"]
}

/** The name under which it was given, or undefined. */
const givenAs = (body: object, names: ReadonlyArray<string>): string | undefined =>
  names.find((name) => own(body as Readonly<Record<string, unknown>>, name) != null)

/** What a body says of its certainty; undefined when it says nothing. */
export const certaintyIn = (body: object, { confidence, method }: CertaintyNames): Certainty | undefined => {
  const [sure, how] = [givenAs(body, confidence), givenAs(body, method)]
  if (sure === undefined || how === undefined) return undefined
  const values = body as Readonly<Record<string, unknown>>
  return { confidence: own(values, sure) as number, method: own(values, how) as string }
}

/** Both or neither, each once, and only with a record. */
const bothOrNeither = (names: CertaintyNames) =>
  Schema.makeFilter((body: { readonly record_id: string | null }) => {
    const [confidence, method] = [givenAs(body, names.confidence), givenAs(body, names.method)]
    const twice = [...names.confidence, ...names.method].find(
      (name) => givenAs(body, [name]) !== undefined && name !== confidence && name !== method
    )
    if (twice !== undefined) return { path: [twice], issue: "is given twice, under two names" }
    if (confidence !== undefined && method === undefined)
      return { path: ["method"], issue: `is needed with ${confidence}: give both or neither` }
    if (confidence === undefined && method !== undefined)
      return { path: ["confidence"], issue: `is needed with ${method}: give both or neither` }
    if (confidence !== undefined && body.record_id === null)
      return { path: [confidence], issue: "goes with a record_id; null unlinks" }
    return undefined
  })

export const Resolution = Schema.Struct({
  record_id: Schema.NullOr(RecordId),
  confidence: Schema.optionalKey(Confidence),
  method: Schema.optionalKey(Method),
  resolution_confidence: Schema.optionalKey(Confidence),
  resolution_method: Schema.optionalKey(Method)
}).check(bothOrNeither(contactCertainty))
export const SecondaryResolution = Schema.Struct({
  record_id: Schema.NullOr(RecordId),
  pipeline_id: Schema.optionalKey(Schema.NullOr(RecordId)),
  confidence: Schema.optionalKey(Confidence),
  method: Schema.optionalKey(Method),
  secondary_confidence: Schema.optionalKey(Confidence),
  secondary_resolution_method: Schema.optionalKey(Method)
}).check(bothOrNeither(secondaryCertainty))

const Texts = Schema.Array(Schema.String)
const RecordWire = Schema.Struct({
  record_id: Schema.String,
  kind: Schema.Literals(["contact", "company"]),
  pipeline_id: Schema.NullOr(Schema.String),
  emails: Texts,
  phones: Texts,
  linkedin: Texts,
  domains: Texts
}).annotate({ identifier: "Record" })

const participants = HttpApiEndpoint.get("participants", `${base}/participants`, {
  params: inTenant,
  query: PeopleFilter.fields,
  success: Schema.Struct({ items: Schema.Array(ParticipantWire), next_cursor: Schema.NullOr(Schema.String) }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Participants, the last seen first",
    description: "As of now. Who became part of somebody else is not listed. Sets nothing."
  })
)

const resolve = HttpApiEndpoint.put("resolve", `${base}/participants/:id/resolution`, {
  params: entityInTenant,
  payload: Resolution,
  success: ParticipantWire,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Link a participant to a CRM record, or unlink it",
    description:
      "record_participant_resolution. Sets contact_record, resolution_confidence, resolution_method, resolved_at and candidate_records: 1 and manual_link, or the CRM's own confidence (0 to 1) and method (lower case, digits and _, at most 50), both or neither; they may also go by the names of their fields. The CRM's word stands above matches and webhooks. null unlinks: 0, '' and null. What was unlinked is not linked again by itself."
  })
)

const resolveSecondary = HttpApiEndpoint.put("resolveSecondary", `${base}/participants/:id/secondary-resolution`, {
  params: entityInTenant,
  payload: SecondaryResolution,
  success: ParticipantWire,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Link a participant to a company, or unlink it",
    description:
      "record_secondary_resolution. Sets secondary_record, secondary_confidence, secondary_resolution_method, secondary_pipeline and secondary_resolved_at: 1 and manual_link, or the CRM's own confidence and method as for the resolution; null unlinks, and the domain rule may link again."
  })
)

const putRecord = HttpApiEndpoint.put("putRecord", `${base}/records/:record_id`, {
  params: atRecord,
  payload: RecordBody,
  success: [RecordWire.pipe(HttpApiSchema.status(201)), RecordWire],
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Say which identifiers a CRM record has",
    description:
      "Sets the record's identifiers in place of what was said before; a list that is left out is empty. Participants whom exactly one contact matches are linked: contact_record, resolution_confidence (0.95), resolution_method (email_match, phone_match, linkedin_match), resolved_at; whom several match, candidate_records. A company's domains set secondary_record, secondary_confidence (0.8), secondary_resolution_method (domain), secondary_pipeline and secondary_resolved_at, never for free-mail domains."
  })
)

const getRecord = HttpApiEndpoint.get("getRecord", `${base}/records/:record_id`, {
  params: atRecord,
  success: RecordWire,
  error: refusals(404)
}).annotateMerge(OpenApi.annotations({ summary: "A CRM record as it was put", description: "Sets nothing." }))

const removeRecord = HttpApiEndpoint.delete("removeRecord", `${base}/records/:record_id`, {
  params: atRecord,
  success: Outcome,
  error: refusals(404, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "A CRM record is gone",
    description:
      "Sets contact_record, resolution_confidence and resolution_method (or their secondary ones) back where they were linked to it by a match or by domain; links by hand stay."
  })
)

export const people = HttpApiGroup.make("people")
  .add(participants, resolve, resolveSecondary, putRecord, getRecord, removeRecord)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Who people are, across channels and in the CRM." }))
