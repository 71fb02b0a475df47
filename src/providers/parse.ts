/**
 * Raw bytes to JSON. The content type is ignored on purpose: the provider labels JSON bodies as
 * application/x-www-form-urlencoded (unipile.md §5). Really urlencoded bodies, registration format
 * `form`, are refused: how that format nests values is documented nowhere.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** Deepest nesting accepted. Known payloads need 5; more would only serve to exhaust a stack. */
const maximumDepth = 64

/** 400: the body is not UTF-8 or not JSON. */
export class NotJson extends Schema.TaggedError<NotJson>()(
  "NotJson",
  { code: Schema.Literal("not_json"), message: Schema.String },
  { httpApiStatus: 400 }
) {}

/** 400: the body nests deeper than `maximumDepth`. */
export class TooDeep extends Schema.TaggedError<TooDeep>()(
  "TooDeep",
  { code: Schema.Literal("too_deep"), message: Schema.String },
  { httpApiStatus: 400 }
) {}

const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * The JSON value of a request body; total, it never throws. Size is limited before it is called. A number that is past the largest
 * double is null, and -0 is 0, as JSON writes them.
 */
export const parse = (raw: Uint8Array): Result.Result<unknown, NotJson | TooDeep> => {
  let body: unknown
  try {
    body = JSON.parse(utf8.decode(raw))
  } catch {
    return Result.fail(
      new NotJson({
        code: "not_json",
        message: "The body is not JSON in UTF-8. Register the webhook with format json."
      })
    )
  }
  switch (traitsOf(body, maximumDepth)) {
    case "plain":
      return Result.succeed(body)
    case "oddNumber":
      return Result.succeed(JSON.parse(JSON.stringify(body)))
    case "tooDeep":
      return Result.fail(
        new TooDeep({ code: "too_deep", message: `The body nests deeper than ${maximumDepth} levels.` })
      )
  }
}

/**
 * Whether the value nests deeper than so many levels; and whether it holds a number that JSON reads and does not write: one past the
 * largest double, which reads as infinite, or -0. With such a one the journal would tell another event than the actors heard (I2).
 */
const traitsOf = (value: unknown, levels: number): "plain" | "oddNumber" | "tooDeep" => {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0) ? "plain" : "oddNumber"
  if (typeof value !== "object" || value === null) return "plain"
  if (levels === 0) return "tooDeep"
  let traits: "plain" | "oddNumber" = "plain"
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    const found = traitsOf(inner, levels - 1)
    if (found === "tooDeep") return found
    if (found === "oddNumber") traits = found
  }
  return traits
}
