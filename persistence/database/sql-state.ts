/** What the database itself called an error, and what follows from that. */
import type { SqlError } from "effect/sql/SqlError"

interface Coded {
  readonly code?: unknown
  readonly message?: unknown
  readonly cause?: unknown
  readonly _tag?: unknown
}

/** The error and what caused it, outermost first. */
function* causesOf(error: SqlError): Generator<Coded> {
  let cause: unknown = error.reason
  for (let depth = 0; depth < 5 && typeof cause === "object" && cause !== null; depth++) {
    yield cause as Coded
    cause = (cause as Coded).cause
  }
}

/** The SQLSTATE that Postgres sent, five characters, or the code of a broken socket (ECONNREFUSED, …); none when it has neither. */
export const sqlStateOf = (error: SqlError): string | undefined => {
  // The client wraps what it got; the first thing that has a code is it.
  for (const { code } of causesOf(error)) if (typeof code === "string") return code
  return undefined
}

/** The innermost message and the code, for a log line. */
export const describe = (error: SqlError): string => {
  const messages = [...causesOf(error)].flatMap(({ message }) => (typeof message === "string" ? message : []))
  const code = sqlStateOf(error)
  return `${messages.at(-1) ?? error.message}${code === undefined ? "" : `, ${code}`}`
}

/** Classes of SQLSTATE, and codes of broken sockets, as a stranger may hear of them. */
const publicWords: ReadonlyArray<readonly [RegExp, string]> = [
  [/^28/, "the database refuses our credentials"],
  [/^(25006|0A)/, "the database is read-only"],
  [/^53/, "the database has no room or no connections left"],
  [/^57/, "the database is being shut down or started"],
  [/^(58|XX)/, "the database cannot use its files"],
  [/^(ECONNREFUSED|ENOENT)$/, "the database refuses connections"],
  [/^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/, "the database cannot be reached"]
]

/**
 * Why, for a caller who may be a stranger: no address, no name, nothing that the database said. The log has the rest.
 */
export const inOurWords = (error: SqlError): string => {
  const code = sqlStateOf(error) ?? ""
  return publicWords.find(([codes]) => codes.test(code))?.[1] ?? "the database does not answer as it should"
}

/**
 * Classes of SQLSTATE in which the rows themselves are the fault: data exception, integrity constraint, program limit. All
 * others are faults of the server, the connection or another session, which pass; unknown ones are taken to pass as well, since
 * waiting loses nothing.
 */
const ownFault = new Set(["22", "23", "54"])

/** What the client cannot put on the wire. */
const unencodable = new Set(["PgProtocolEncodeError", "PgTypesCodecError"])

/**
 * Whether the same statement would always fail, whatever state the database is in. Not so a taken key: another process has
 * written it (I6).
 */
export const neverPasses = (error: SqlError): boolean =>
  (error.reason._tag !== "UniqueViolation" && ownFault.has(sqlStateOf(error)?.slice(0, 2) ?? "")) ||
  [...causesOf(error)].some(({ _tag }) => typeof _tag === "string" && unencodable.has(_tag))
