/** From whatever ended a request early to its answer. Expected errors come from the table; defects are logged, not shown. */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { HttpApiSchemaError } from "effect/http-api/HttpApiError"
import { HttpServerError } from "effect/http/HttpServerError"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { ParameterInvalid } from "./faults.ts"
import { defectResponse, isFault, problemResponse, type Fault } from "./problem.ts"
import { firstIssue } from "./schema-issue.ts"

/** Faults that are ours: the client sees a problem, the log sees why. */
const ours: ReadonlySet<string> = new Set(["EventIndigestible", "SqlError", "Unsealable"])

const faultOf = (error: unknown): Fault | null => {
  if (isFault(error)) return error
  if (HttpApiSchemaError.is(error) && error.kind !== "Body") return new ParameterInvalid(firstIssue(error.cause))
  return null
}

/**
 * The answer to a request that failed. Interruption (the client hung up, the server stops) passes through, and so does the
 * router's "no such route", which needs to know what there is (routes-known.ts).
 */
export const refuse = <E>(
  cause: Cause.Cause<E>
): Effect.Effect<HttpServerResponse.HttpServerResponse, Exclude<E, Fault>> => {
  if (cause.reasons.every(Cause.isInterruptReason)) return Effect.failCause(cause as Cause.Cause<never>)
  const reason = cause.reasons.find((one) => !Cause.isInterruptReason(one))!
  const error = Cause.isFailReason(reason) ? reason.error : (reason as Cause.Die).defect
  if (HttpServerResponse.isHttpServerResponse(error)) return Effect.succeed(error)
  if (error instanceof HttpServerError && error.reason._tag === "RouteNotFound") {
    return Effect.failCause(cause as Cause.Cause<never>)
  }
  const fault = faultOf(error)
  if (fault === null) return Effect.as(Effect.logError("A request ended in a defect", cause), defectResponse())
  const response = problemResponse(fault)
  return ours.has(fault._tag) ? Effect.as(Effect.logError(fault.message, cause), response) : Effect.succeed(response)
}
