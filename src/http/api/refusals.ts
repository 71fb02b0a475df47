/** Refusals in the OpenAPI document. The answers themselves are made from the table in ../problem.ts. */
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as ProblemDetails from "effect/http/ProblemDetails"
import * as Schema from "effect/Schema"
import type { Fault } from "../problem.ts"

const meanings = {
  400: "Not JSON, too deep, or a part of the path or query is not understood",
  401: "The credentials are missing or wrong",
  403: "The credentials are good, for something else; or the tenant is inactive",
  404: "There is no such thing",
  409: "The name is that of another one in use",
  413: "The body is longer than 1 MiB; of webhooks, than 16 MiB unless set otherwise",
  422: "A rule is broken: field and rule say which; nothing changed",
  429: "The send budget is used up; retry_after_s says until when",
  500: "A fault on our side; it was logged",
  503: "The tenant's mailbox or a room for its payloads is full, or the database is away; Retry-After says when to come back"
} as const

const Problem = Schema.Struct({
  type: Schema.String,
  title: Schema.String,
  status: Schema.Number,
  detail: Schema.String,
  code: Schema.String.annotate({ description: "Stable name of the fault" }),
  field: Schema.optionalKey(Schema.String),
  rule: Schema.optionalKey(Schema.String),
  retry_after_s: Schema.optionalKey(Schema.Number)
}).annotate({ identifier: "Problem" })

const problem = (status: keyof typeof meanings) =>
  Schema.suspend(() => Problem)
    .annotate({ description: meanings[status] })
    .pipe(HttpApiSchema.status(status), HttpApiSchema.asJson({ contentType: ProblemDetails.contentType }))

/**
 * The refusals of an endpoint, by status. For the type checker they stand for every fault: each is turned into its problem
 * before the framework would encode it.
 */
export const refusals = (...statuses: ReadonlyArray<keyof typeof meanings>) =>
  statuses.map((status) => problem(status) as unknown as Schema.Codec<Fault, Fault>)
