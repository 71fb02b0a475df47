/** From the raw bytes of a payload to our events. Pure. */
import * as Result from "effect/Result"
import type { ProviderEvent } from "../../machines/events.ts"
import { type NotJson, parse, type TooDeep } from "../providers/unipile/parse.ts"
import { translate } from "../providers/unipile/translate.ts"
import type { Unreadable } from "../providers/unipile/unreadable.ts"

/** How a payload came in: with the secret in a header, or with the secret in its address (hosted-auth notify_url). */
export type Source = "unipile_webhook" | "unipile_hosted_auth"

/** The events that the payload holds. `received` is epoch milliseconds. */
export const understand = (
  body: Uint8Array,
  source: Source,
  received: number
): Result.Result<ReadonlyArray<ProviderEvent>, NotJson | TooDeep | Unreadable> =>
  Result.flatMap(parse(body), (json) =>
    translate(json, { received, source: source === "unipile_hosted_auth" ? "hosted_auth" : "webhook" })
  )
