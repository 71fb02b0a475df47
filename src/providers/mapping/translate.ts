/** A mapping as a translator. */
import * as Result from "effect/Result"
import { own } from "../../../machines/own.ts"
import type { Translate } from "../provider.ts"
import { label } from "../text.ts"
import { unreadable } from "../unreadable.ts"
import { eventIn } from "./events.ts"
import type { Mapping } from "./mapping.ts"
import { at } from "./read.ts"

const kindLength = 100

/** Reads payloads of the format that the mapping declares. Total, as every translator is. */
export const translateBy =
  ({ kind, kinds }: Mapping): Translate =>
  (body, context) => {
    if (typeof body !== "object" || body === null || Array.isArray(body))
      return Result.fail(unreadable("", "is not a JSON object"))
    const shown = at(body, kind)
    const named = label(shown, kindLength)
    if (named === null) return Result.fail(unreadable(kind, (shown ?? null) === null ? "is missing" : "is no text"))
    const declared = own(kinds, named)
    return declared === undefined
      ? Result.fail(unreadable(kind, `${named} is not handled yet`))
      : Result.map(eventIn(body, declared, context), (event) => [event])
  }
