/** Payloads that were not understood: listed, looked at, tried again, deleted. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { keptSources } from "../../kept/kept-sources.ts"
import { Access } from "../access.ts"
import { keptBody } from "./kept-body.ts"
import { Outcome } from "./outcome.ts"
import { inTenant, Id, Limit, page } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { Instant } from "./wire.ts"

const base = "/v1/tenants/:tenant/quarantine"
const one = { ...inTenant, id: Id }

const Source = Schema.Literals(keptSources).annotate({
  description:
    "Where it came in: a webhook, the hosted-auth address, our own journal, of which an entry could not be applied again, or a snapshot that could not be read and whose actor was built again"
})

/** Payloads that one call of a replay of all takes on. */
export const replayLimit = 100

const listed = {
  id: Schema.String,
  received_at: Instant,
  source: Source,
  reason: Schema.String.annotate({ description: "Why it could not be read or applied when it came" }),
  size_bytes: Schema.Int,
  replayed_at: Schema.NullOr(Instant)
}

const list = HttpApiEndpoint.get("list", base, {
  params: inTenant,
  query: {
    source: Schema.optionalKey(Source),
    replayed: Schema.optionalKey(Schema.Literals(["true", "false", "any"])).annotate({
      description: "Which to list: false, if absent, what was not replayed"
    }),
    ...page
  },
  success: Schema.Struct({
    items: Schema.Array(Schema.Struct(listed)),
    next_cursor: Schema.NullOr(Schema.String)
  }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Payloads that were not understood",
    description:
      "Authentic ones that could not be read or applied, the newest first. Kept for 30 days; at 10,000 payloads or 256 MiB that were not replayed, further ones are refused with 503. Sets nothing."
  })
)

const get = HttpApiEndpoint.get("get", `${base}/:id`, {
  params: one,
  success: Schema.Struct({ ...listed, ...keptBody }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "A payload that was not understood, with its bytes",
    description:
      "As it came, and what this version would make of it: now.readable tells whether a replay has a chance. The bytes of a journal entry are its encoding. Sets nothing."
  })
)

const replay = HttpApiEndpoint.post("replay", `${base}/:id/replay`, {
  params: one,
  success: Schema.Union([Outcome, Schema.Struct({ outcome: Schema.Literal("waiting"), id: Schema.String })]),
  error: refusals(404, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Try a payload again",
    description:
      "On the way on which it came, as of when it came. Sets what its events set, and replayed_at. waiting: its account is not registered; it waits for that now. 422 with the code still_unreadable: it stays, and the detail says why. Replayed again, it is a duplicate."
  })
)

const replayAll = HttpApiEndpoint.post("replayAll", `${base}/replay`, {
  params: inTenant,
  query: {
    limit: Schema.optionalKey(Limit).annotate({ description: `Payloads to try, 1 to 200; ${replayLimit} if absent` }),
    cursor: page.cursor
  },
  success: Schema.Struct({
    applied: Schema.Int,
    duplicate: Schema.Int,
    waiting: Schema.Int,
    unreadable: Schema.Int.annotate({ description: "Stay in quarantine" }),
    remaining: Schema.Int.annotate({ description: "Not replayed, those that were tried and stay included" }),
    next_cursor: Schema.NullOr(Schema.String).annotate({
      description: "Where the next call goes on; null when each has been tried"
    })
  }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Try what was not replayed again",
    description:
      "After a fix: the oldest first, a bounded number a call; call again with next_cursor until it is null. Sets what the events set, and replayed_at."
  })
)

const remove = HttpApiEndpoint.delete("remove", `${base}/:id`, {
  params: one,
  success: Outcome,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Delete a payload",
    description: "For good. Keeps a line in the audit trail: who deleted what, without its bytes."
  })
)

export const quarantine = HttpApiGroup.make("quarantine")
  .add(list, get, replay, replayAll, remove)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Payloads that were authentic and not understood." }))
