/** The written-out reader of messaging payloads takes what its Schema takes, and shows the same of it. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import fc from "fast-check"
import { expect } from "vitest"
import { Messaging, readMessaging } from "../../src/providers/unipile/payload.ts"
import { claim } from "../support/claim.ts"

const bySchema = Schema.decodeUnknownResult(Messaging)
const names = Object.keys(Messaging.fields)

const id = fc.oneof(
  fc.constantFrom(
    "acc",
    "",
    " ",
    "\0",
    "\t\0 x",
    "x".repeat(512),
    "x".repeat(513),
    0,
    7,
    -1,
    1.5,
    2 ** 53,
    2 ** 53 - 1,
    NaN
  ),
  fc.constantFrom(null, undefined, true, [], {}, ["acc"]),
  fc.string({ unit: "binary", maxLength: 4 })
)
const odd = fc.oneof(fc.constantFrom("text", 1, null, {}, []), fc.jsonValue({ maxDepth: 2 }))
const object = fc
  .tuple(
    fc.option(id, { nil: "left out" }),
    fc.option(id, { nil: "left out" }),
    fc.dictionary(fc.constantFrom(...names, "other"), odd)
  )
  .map(([account_id, chat_id, rest]) => ({
    ...rest,
    ...(account_id === "left out" ? {} : { account_id }),
    ...(chat_id === "left out" ? {} : { chat_id })
  }))
const body = fc.oneof({ weight: 9, arbitrary: object }, { weight: 1, arbitrary: odd })

const shown = (payload: object): ReadonlyArray<unknown> =>
  names.map((name) => Object.entries(payload).find(([key]) => key === name)?.[1])

claim("a payload is read as its Schema reads it", { runs: 2_000, facts: () => 1 }, body, (value) => {
  const [read, schema] = [readMessaging(value), bySchema(value)]
  expect(Result.isSuccess(read), JSON.stringify(value)).toBe(Result.isSuccess(schema))
  if (Result.isSuccess(read) && Result.isSuccess(schema)) expect(shown(read.success)).toEqual(shown(schema.success))
})
