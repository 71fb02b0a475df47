/** What the newest words say of the account and of its credentials, each (CONTRACT 2.2). */
import type { AccountStatus, AuthStatus } from "../../machines/vocabulary.ts"
import type { Said, Word } from "./said.ts"
import { isWord, max, ofType } from "./said.ts"

/** auth: null says nothing of the credentials. */
const meaning: Record<string, readonly [account: AccountStatus, auth: AuthStatus | null]> = {
  OK: ["active", "authenticated"],
  RECONNECTED: ["active", "authenticated"],
  CREATION_SUCCESS: ["active", "authenticated"],
  SYNC_SUCCESS: ["active", "authenticated"],
  CONNECTING: ["pending", null],
  CREDENTIALS: ["checkpoint_required", "expired"],
  ERROR: ["failed", null],
  STOPPED: ["failed", null],
  PERMISSIONS: ["failed", "failed"],
  CREATION_FAIL: ["failed", "failed"],
  DELETED: ["disconnected", null],
  connected: ["active", "authenticated"],
  disconnected: ["disconnected", null],
  expired: ["expired", "expired"],
  checkpoint_required: ["checkpoint_required", null],
  failed: ["failed", "failed"]
}

/** At one instant the one that asks for more: whoever is to look after the account looks once too often. */
const accountRanks = ["pending", "active", "failed", "expired", "checkpoint_required", "disconnected"]
const authRanks = ["pending", "authenticated", "failed", "expired"]

const newest = (words: ReadonlyArray<{ readonly at: number; readonly status: string }>, ranks: ReadonlyArray<string>) =>
  words
    .filter(({ at }) => at === max(words.map((word) => word.at)))
    .map(({ status }) => status)
    .sort((a, b) => ranks.indexOf(a) - ranks.indexOf(b))
    .at(-1) ?? "pending"

/** `first_live_at`: the earliest message; it speaks for an account of which nobody has said more than that it is pending. */
export const accountOf = (said: ReadonlyArray<Said>, first_live_at: number | null) => {
  const words: ReadonlyArray<Word> = said.filter(isWord)
  const account = words.map(({ at, status }) => ({ at, status: meaning[status]![0] }))
  const auth = words.flatMap(({ at, status }) => {
    const told = meaning[status]![1]
    return told === null ? [] : [{ at, status: told }]
  })
  const synced = ofType(said, "account_status_changed").filter(({ status }) => status === "SYNC_SUCCESS")
  const word = newest(account, accountRanks)
  const said_at = max(account.map(({ at }) => at)) ?? -Infinity
  const isLive = word === "pending" && first_live_at !== null && first_live_at > said_at
  return {
    account_status: isLive ? "active" : word,
    auth_status: auth.length === 0 && first_live_at !== null ? "authenticated" : newest(auth, authRanks),
    last_sync_at: max(synced.map(({ at }) => at))
  }
}
