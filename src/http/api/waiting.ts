/** Payloads of accounts that are not registered yet. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access } from "../access.ts"
import { keptBody } from "./kept-body.ts"
import { Outcome } from "./outcome.ts"
import { Id, inTenant, page } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { Instant } from "./wire.ts"

const base = "/v1/tenants/:tenant/waiting"
const one = { ...inTenant, id: Id }

/** Accounts that the summary names. */
export const summaryLimit = 200

const listed = {
  id: Schema.String,
  account_id: Schema.String,
  received_at: Instant,
  source: Schema.String,
  size_bytes: Schema.Int
}

const list = HttpApiEndpoint.get("list", base, {
  params: inTenant,
  query: { account_id: Schema.optionalKey(Id), ...page },
  success: Schema.Struct({
    accounts: Schema.Array(
      Schema.Struct({ account_id: Schema.String, payloads: Schema.Int, oldest_received_at: Instant })
    ).annotate({ description: `What waits for each account, those with the most first, ${summaryLimit} at most` }),
    items: Schema.Array(Schema.Struct(listed)),
    next_cursor: Schema.NullOr(Schema.String)
  }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Payloads that wait for the registration of their account",
    description:
      "The newest first, after how many wait for each account. Kept for 30 days; at 10,000 payloads or 256 MiB of a tenant, further ones are refused with 503. Sets nothing."
  })
)

const get = HttpApiEndpoint.get("get", `${base}/:id`, {
  params: one,
  success: Schema.Struct({ ...listed, ...keptBody }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({ summary: "A waiting payload, with its bytes", description: "As it came. Sets nothing." })
)

const replay = HttpApiEndpoint.post("replay", `${base}/:account_id/replay`, {
  params: { ...inTenant, account_id: Id },
  success: Schema.Struct({
    applied: Schema.Int,
    duplicate: Schema.Int,
    quarantined: Schema.Int.annotate({ description: "Could not be applied after all; they are in quarantine now" })
  }),
  error: refusals(404, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Apply what waits for an account",
    description:
      "Sets what the payloads' events set. Registering the account does this by itself, and once a minute it is done for every registered account. 422 with the code account_unknown: it is not registered; everything stays."
  })
)

const remove = HttpApiEndpoint.delete("remove", `${base}/:id`, {
  params: one,
  success: Outcome,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Delete a waiting payload",
    description: "For good. Keeps a line in the audit trail: who deleted what, without its bytes."
  })
)

export const waiting = HttpApiGroup.make("waiting")
  .add(list, get, replay, remove)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Payloads of accounts that are not registered yet." }))
