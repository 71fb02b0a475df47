/** Why a socket has ended, and whether to reconnect (the table of src/feed/close-codes.ts). Pure. */
import { closeCodes } from "../../feed/close-codes.ts"
import type { CloseCode } from "../../feed/close-codes.ts"

export interface Ending {
  readonly code: number
  readonly reason: string
  /** Milliseconds that the server's `bye` asked to wait, null when it said not to come back; undefined without a `bye`. */
  readonly retryAfter: number | null | undefined
}

/** What a WebSocket says when the other side just went away; also said here when nothing is heard any more. */
export const vanished = 1006

const table: ReadonlyArray<CloseCode> = Object.values(closeCodes)

/** Whether a client may reconnect after this. Codes that the table does not have: by their range. */
export const mayComeBack = ({ code, retryAfter }: Ending): boolean => {
  if (retryAfter !== undefined) return retryAfter !== null
  const known = table.find((row) => row.code === code)
  return known === undefined ? code < 4100 || code > 4199 : known.comeBack !== null
}

export const isTokenExpired = ({ code }: Ending): boolean => code === closeCodes.token_expired.code
