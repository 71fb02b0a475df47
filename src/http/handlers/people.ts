/** Participants and CRM records over HTTP. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { companyDomains, domainSpellings } from "../../../actors/turn/domains.ts"
import { ActorUnknown } from "../../../actors/errors.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { wireOf } from "../../../machines/field.ts"
import { participantFields } from "../../../machines/participant/fields.ts"
import type { CrmRecord } from "../../../machines/record/record.ts"
import { CrmRecords } from "../../../persistence/registers/crm-records.ts"
import { Participants } from "../../../persistence/lists/participants.ts"
import { served } from "../api/api.ts"
import {
  certaintyIn,
  contactCertainty,
  type PeopleFilter,
  RecordBody,
  Resolution,
  secondaryCertainty,
  SecondaryResolution
} from "../api/people.ts"
import { defaultLimit } from "../api/parameters.ts"
import { bodyReader } from "../body.ts"
import { recordOf } from "../record-body.ts"

const json = HttpServerResponse.jsonUnsafe
const yesOrNo = (value: "true" | "false" | undefined) => (value === undefined ? undefined : value === "true")

/** Participants of one company's domains that are looked at again when the company changes. */
const concernedLimit = 10_000

export const peopleHandlers = HttpApiBuilder.group(
  served,
  "people",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const participants = yield* Participants
    const records = yield* CrmRecords
    const readRecord = bodyReader(RecordBody)
    const readResolution = bodyReader(Resolution)
    const readSecondary = bodyReader(SecondaryResolution)

    const list = Effect.fnUntraced(function* (tenant: string, query: typeof PeopleFilter.Type) {
      yield* owner.flush(tenant)
      const { items, next_cursor } = yield* participants.list(tenant, {
        q: query.q,
        resolved: yesOrNo(query.resolved),
        ambiguous: yesOrNo(query.ambiguous),
        limit: query.limit ?? defaultLimit,
        cursor: query.cursor
      })
      return json({
        items: items.map((item) => ({ id: item["id"], ...wireOf(participantFields, item as never) })),
        next_cursor
      })
    })

    const known = Effect.fnUntraced(function* (tenant: string, record_id: string) {
      yield* owner.flush(tenant)
      return yield* records.get(tenant, record_id)
    })

    /** By an address the turn finds people itself; by a domain only SQL does. Each looks again, as an event of its own. */
    const lookAgain = Effect.fnUntraced(function* (tenant: string, record_id: string, domains: ReadonlyArray<string>) {
      yield* owner.flush(tenant)
      const concerned = yield* records.concerned(tenant, record_id, domains.flatMap(domainSpellings), concernedLimit)
      const received = yield* Clock.currentTimeMillis
      yield* Effect.forEach(
        concerned,
        (participant_id) =>
          owner.submit(tenant, { type: "participant_rematched", participant_id, received, via: "api" }),
        { concurrency: 50, discard: true }
      )
    })
    const isCompany = (record: CrmRecord | null) => record?.kind === "company"

    return handlers
      .handleRaw("participants", ({ params, query }) => list(params.tenant, query))
      .handleRaw(
        "resolve",
        Effect.fnUntraced(function* ({ params: { tenant, id }, request }) {
          const body = yield* readResolution(request)
          const certainty = certaintyIn(body, contactCertainty)
          const participant_id = yield* owner.resolve(tenant, "participant", id)
          const received = yield* Clock.currentTimeMillis
          yield* owner.submit(tenant, {
            type: "participant_resolved",
            participant_id,
            contact_record: body.record_id,
            ...(certainty === undefined ? {} : { certainty }),
            received,
            via: "api"
          })
          return json(yield* owner.view(tenant, "participant", participant_id))
        })
      )
      .handleRaw(
        "resolveSecondary",
        Effect.fnUntraced(function* ({ params: { tenant, id }, request }) {
          const body = yield* readSecondary(request)
          const certainty = certaintyIn(body, secondaryCertainty)
          const participant_id = yield* owner.resolve(tenant, "participant", id)
          const received = yield* Clock.currentTimeMillis
          yield* owner.submit(tenant, {
            type: "participant_secondary_set",
            participant_id,
            secondary_record: body.record_id,
            secondary_pipeline: body.pipeline_id ?? null,
            ...(certainty === undefined ? {} : { certainty }),
            received,
            via: "api"
          })
          return json(yield* owner.view(tenant, "participant", participant_id))
        })
      )
      .handleRaw(
        "putRecord",
        Effect.fnUntraced(function* ({ params: { tenant, record_id }, request }) {
          const record = yield* recordOf(owner, tenant, record_id, yield* readRecord(request))
          const before = yield* known(tenant, record_id)
          const received = yield* Clock.currentTimeMillis
          yield* owner.submit(tenant, { type: "record_put", record, received, via: "api" })
          if (isCompany(record) || isCompany(before)) yield* lookAgain(tenant, record_id, companyDomains(record))
          return json(record, { status: before === null ? 201 : 200 })
        })
      )
      .handleRaw(
        "getRecord",
        Effect.fnUntraced(function* ({ params: { tenant, record_id } }) {
          const record = yield* known(tenant, record_id)
          return record === null ? yield* new ActorUnknown({ kind: "record", id: record_id }) : json(record)
        })
      )
      .handleRaw(
        "removeRecord",
        Effect.fnUntraced(function* ({ params: { tenant, record_id } }) {
          const before = yield* known(tenant, record_id)
          const received = yield* Clock.currentTimeMillis
          const { outcome } = yield* owner.submit(tenant, {
            type: "record_removed",
            record_id,
            received,
            via: "api"
          })
          // The removal of a company that was cut short before its people looked again is finished by its repeat.
          if (before === null || isCompany(before)) yield* lookAgain(tenant, record_id, [])
          return json({ outcome })
        })
      )
  })
)
