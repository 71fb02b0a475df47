/** What the two ways of going through an account share: where it is, what it has found, and how it says so. */
import type * as Effect from "effect/Effect"
import type { SyncAccount, SyncLeg } from "../../machines/events.ts"
import type { UniPileClient } from "../providers/unipile/rest/client.ts"
import type { TenantLeft } from "./give.ts"

/** Whom a record's sync looks for; null: a whole account is gone through. */
export interface Wanted {
  readonly keys: ReadonlySet<string>
  readonly emails: ReadonlyArray<string>
}

/** One account of one job, as a worker goes through it. */
export interface Way {
  readonly tenant: string
  readonly client: UniPileClient
  readonly account: SyncAccount
  readonly since: number | null
  /** When the job began: what has changed since is looked at once more at the end. */
  readonly started_at: number
  readonly wanted: Wanted | null
  /** How far an earlier run has come. */
  readonly leg: SyncLeg
  /** Everything up to the leg's cursor is durable: the job is told. Fails when the job is not this worker's any more. */
  readonly reached: (leg: SyncLeg, step: string) => Effect.Effect<void, TenantLeft>
}

export const newLeg = (account_id: string): SyncLeg => ({
  account_id,
  state: "running",
  cursor: null,
  messages_found: 0,
  conversations_found: 0,
  unreadable: 0,
  error: null
})
