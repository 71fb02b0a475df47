/**
 * Refusals as `application/problem+json` (RFC 9457). Owns the one table from every expected error to its status and code
 * (DESIGN §5, §10). `code` is stable; `title` and `detail` are for people.
 */
import { STATUS_CODES } from "node:http"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as ProblemDetails from "effect/http/ProblemDetails"
import type { SqlError } from "effect/sql/SqlError"
import type { SubmitError } from "../../actors/errors.ts"
import type { InvalidCursor } from "../../persistence/lists/cursor.ts"
import type { NotJson, TooDeep } from "../providers/parse.ts"
import type { Unsealable } from "../secrets/key-ring.ts"
import type { NameTaken } from "../tenants/tenant-keys.ts"
import type { StillUnreadable } from "../kept/replay.ts"
import type { QuarantineFull, WaitingFull } from "../webhooks/rooms.ts"
import type {
  BodyCutShort,
  BodyInvalid,
  BodyTooLarge,
  Forbidden,
  JournalStuck,
  MethodUnknown,
  ParameterInvalid,
  Replayed,
  RouteUnknown,
  Unauthorised
} from "./faults.ts"

/** Every expected error that can reach a client. */
export type Fault =
  | SubmitError
  | SqlError
  | InvalidCursor
  | Unsealable
  | NotJson
  | TooDeep
  | Unauthorised
  | Forbidden
  | NameTaken
  | Replayed
  | BodyTooLarge
  | BodyCutShort
  | BodyInvalid
  | ParameterInvalid
  | RouteUnknown
  | MethodUnknown
  | JournalStuck
  | QuarantineFull
  | WaitingFull
  | StillUnreadable

export interface Problem extends ProblemDetails.ProblemDetails {
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  /** What broke a rule, and the rule. */
  readonly field?: string
  readonly rule?: string
  /** Seconds after which the same request may succeed. */
  readonly retry_after_s?: number
}

interface Refusal {
  readonly status: number
  readonly code: string
  readonly detail?: string
  readonly extra?: Partial<Pick<Problem, "field" | "rule" | "retry_after_s">>
  readonly headers?: Readonly<Record<string, string>>
}

type Table = { readonly [E in Fault as E["_tag"]]: (error: E) => Refusal }

const rule = ({ field, rule }: { readonly field: string; readonly rule: string }) => ({ field, rule })

const table: Table = {
  TenantUnknown: () => ({ status: 404, code: "tenant_unknown" }),
  ActorUnknown: ({ kind }) => ({ status: 404, code: `${kind}_unknown` }),
  RuleBroken: (error) => {
    if (error.is_conflict === true) return { status: 409, code: "in_the_way", extra: rule(error) }
    const { retry_after_s } = error
    return retry_after_s === undefined
      ? { status: 422, code: "rule_broken", extra: rule(error) }
      : { status: 429, code: "too_soon", extra: { ...rule(error), retry_after_s } }
  },
  AccountUnknown: () => ({ status: 422, code: "account_unknown" }),
  MailboxFull: ({ retry_after_s }) => ({ status: 503, code: "mailbox_full", extra: { retry_after_s } }),
  CutBehind: ({ retry_after_s }) => ({ status: 503, code: "cut_behind", extra: { retry_after_s } }),
  TenantFull: ({ kind }) => ({ status: 422, code: "tenant_full", extra: { field: kind } }),
  QuarantineFull: ({ retry_after_s }) => ({ status: 503, code: "quarantine_full", extra: { retry_after_s } }),
  WaitingFull: ({ retry_after_s }) => ({ status: 503, code: "waiting_full", extra: { retry_after_s } }),
  StillUnreadable: () => ({ status: 422, code: "still_unreadable" }),
  MemoryDropped: () => ({ status: 503, code: "memory_dropped", extra: { retry_after_s: 1 } }),
  OwnershipLost: () => ({ status: 503, code: "ownership_lost", extra: { retry_after_s: 1 } }),
  EventIndigestible: () => ({ status: 500, code: "event_indigestible" }),
  SqlError: () => ({
    status: 503,
    code: "database_unavailable",
    detail: "The database did not answer. Try again in a moment.",
    extra: { retry_after_s: 1 }
  }),
  DatabaseAway: () => ({ status: 503, code: "database_unavailable", extra: { retry_after_s: 1 } }),
  TenantHalted: () => ({ status: 503, code: "tenant_halted", extra: { retry_after_s: 60 } }),
  JournalStuck: () => ({ status: 503, code: "database_unavailable", extra: { retry_after_s: 1 } }),
  InvalidCursor: ({ message }) => ({
    status: 400,
    code: "parameter_invalid",
    extra: { field: "cursor", rule: message }
  }),
  Unsealable: () => ({ status: 500, code: "unsealable" }),
  NotJson: () => ({ status: 400, code: "not_json", detail: "The body is not JSON in UTF-8." }),
  TooDeep: () => ({ status: 400, code: "too_deep" }),
  Unauthorised: ({ scheme }) => ({ status: 401, code: "unauthorised", headers: { "www-authenticate": scheme } }),
  Replayed: () => ({ status: 401, code: "replayed", headers: { "www-authenticate": "unipile-signature" } }),
  NameTaken: (error) => ({ status: 409, code: "name_taken", extra: rule(error) }),
  Forbidden: () => ({ status: 403, code: "forbidden" }),
  BodyTooLarge: () => ({ status: 413, code: "too_large" }),
  BodyCutShort: () => ({ status: 400, code: "body_cut_short" }),
  BodyInvalid: (error) => ({ status: 422, code: "body_invalid", extra: rule(error) }),
  ParameterInvalid: (error) => ({ status: 400, code: "parameter_invalid", extra: rule(error) }),
  RouteUnknown: () => ({ status: 404, code: "route_unknown" }),
  MethodUnknown: ({ allowed }) => ({ status: 405, code: "method_unknown", headers: { allow: allowed.join(", ") } })
}

/** Whether an error stands in the table. */
export const isFault = (error: unknown): error is Fault =>
  typeof error === "object" && error !== null && "_tag" in error && Object.hasOwn(table, String(error._tag))

const refusalOf = (fault: Fault): Refusal => (table[fault._tag] as (error: Fault) => Refusal)(fault)

const problemWith = (refusal: Refusal, message: string): Problem => ({
  type: ProblemDetails.blankType,
  title: STATUS_CODES[refusal.status] ?? "Error",
  status: refusal.status,
  detail: refusal.detail ?? message,
  code: refusal.code,
  ...refusal.extra
})

/** The error as a client sees it, for answers that hold several results. */
export const problemOf = (fault: Fault): Problem => problemWith(refusalOf(fault), fault.message)

const responseWith = (problem: Problem, headers: Readonly<Record<string, string>> = {}) =>
  HttpServerResponse.setHeaders(
    ProblemDetails.toResponse(problem),
    problem.retry_after_s === undefined ? headers : { ...headers, "retry-after": String(problem.retry_after_s) }
  )

/** The error as a whole answer. */
export const problemResponse = (fault: Fault): HttpServerResponse.HttpServerResponse => {
  const refusal = refusalOf(fault)
  return responseWith(problemWith(refusal, fault.message), refusal.headers)
}

/** What a defect looks like from outside: nothing of it. */
export const defectResponse = (): HttpServerResponse.HttpServerResponse =>
  responseWith(
    problemWith(
      { status: 500, code: "defect" },
      "Something went wrong on our side. It was logged; nothing was acknowledged."
    )
  )
