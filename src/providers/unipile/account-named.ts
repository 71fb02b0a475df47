/** The account that a body names, before anything else of it is believed: it decides whose secret has to be right. */
import * as Result from "effect/Result"
import { parse } from "../parse.ts"
import { identity, record } from "../text.ts"

/** The same of the first part of a body that is too long to be read: the first member of that name, at whatever depth. */
export const accountNamedInPart = (part: Uint8Array): string | null => {
  const [, text] = /"account_id"\s*:\s*("(?:[^"\\]|\\.){1,1024}"|\d{1,16})/.exec(new TextDecoder().decode(part)) ?? []
  try {
    return text === undefined ? null : identity(JSON.parse(text))
  } catch {
    return null
  }
}

/** UniPile's account id in a v1 payload, an account status or a v2 envelope; null when there is none. */
export const accountNamedIn = (body: Uint8Array): string | null => {
  const json = parse(body)
  if (Result.isFailure(json)) return null
  const fields = record(json.success)
  return identity(fields["account_id"]) ?? identity(record(fields["AccountStatus"])["account_id"])
}
