/** Sync jobs, and who may begin one, without a database: every moment is chosen by the test. */
import { expect, test } from "vitest"
import type { Event, SyncRequested } from "../../machines/events.ts"
import { contextOf } from "../../actors/memory/living.ts"
import { Identity } from "../../actors/memory/identity.ts"
import { House } from "../actors/house.ts"
import { registered } from "./facts.ts"

const t = registered.received + 1_000
const minute = 60_000
const base = { via: "clock" } as const
const account = {
  account_id: "account",
  connection_id: new Identity("acme").connection("account"),
  channel_type: "whatsapp"
} as const

const ids = ["a", "b", "c"].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [string, string, string]
const requested = (job_id: string, at: number, more: Partial<SyncRequested> = {}): Event => ({
  type: "sync_requested",
  job_id,
  record_id: "r-1",
  account_id: null,
  job_type: "incremental",
  trigger_reason: "Manual sync",
  triggered_by: "u1",
  is_manual: true,
  is_forced: false,
  accounts: [account],
  since: null,
  received: at,
  via: "api",
  ...more
})
const claimed = (job_id: string, worker: string, at: number): Event => ({
  type: "sync_job_claimed",
  job_id,
  worker,
  lease_until: at + minute,
  received: at,
  ...base
})
const ended = (job_id: string, worker: string, at: number, status: "completed" | "failed" = "completed"): Event => ({
  type: "sync_job_ended",
  job_id,
  worker,
  status,
  error_message: status === "failed" ? "no answer" : "",
  error_details: {},
  blames_account: false,
  received: at,
  ...base
})
const leg = (job_id: string, worker: string, at: number, messages_found: number, state: "running" | "done"): Event => ({
  type: "sync_job_progressed",
  job_id,
  worker,
  lease_until: at + minute,
  leg: {
    account_id: "account",
    state,
    cursor: { page: messages_found },
    messages_found,
    conversations_found: 1,
    unreadable: 0,
    error: null
  },
  received: at,
  ...base
})

const begun = () => {
  const house = new House()
  const tell = (event: Event) => {
    const answer = house.submit(event)
    house.commit()
    return answer.answer
  }
  const job = (id: string) => contextOf(house.runtime.population.get("sync_job", id)!, "sync_job")
  const record = () => house.runtime.population.get("record", house.runtime.identity.record("r-1"))!.context
  return { house, tell, job, record }
}

test("one job of a record at a time, and people wait an hour unless they force it", () => {
  const { tell } = begun()
  expect(tell(requested(ids[0], t))).toBe("applied")
  expect(tell(requested(ids[1], t + 1, { is_forced: true }))).toBe("RuleBroken")
  tell(claimed(ids[0], "w", t + 2))
  expect(tell(requested(ids[1], t + 3, { is_forced: true }))).toBe("RuleBroken")
  tell(ended(ids[0], "w", t + 4))
  expect(tell(requested(ids[1], t + 59 * minute))).toBe("RuleBroken")
  expect(tell(requested(ids[1], t + 60 * minute))).toBe("applied")
})

test("automatic jobs keep five minutes, whatever began before", () => {
  const { tell } = begun()
  tell(requested(ids[0], t))
  tell(claimed(ids[0], "w", t + 1))
  tell(ended(ids[0], "w", t + 2))
  expect(tell(requested(ids[1], t + 5 * minute - 1, { is_manual: false }))).toBe("RuleBroken")
  expect(tell(requested(ids[1], t + 5 * minute, { is_manual: false }))).toBe("applied")
})

test("totals are what the worker says, so a repeat of a page changes no count", () => {
  const { tell, job, record } = begun()
  tell(requested(ids[0], t))
  tell(claimed(ids[0], "w", t + 1))
  tell(leg(ids[0], "w", t + 2, 40, "running"))
  tell(leg(ids[0], "w", t + 3, 40, "running"))
  expect(job(ids[0])).toMatchObject({ messages_found: 40, accounts_synced: 0, progress_percentage: 0 })
  expect(record()).toMatchObject({ sync_in_progress: true, sync_lease_until: t + 3 + minute })
  tell(leg(ids[0], "w", t + 4, 90, "done"))
  tell(ended(ids[0], "w", t + 5))
  expect(job(ids[0])).toMatchObject({
    status: "completed",
    messages_found: 90,
    accounts_synced: 1,
    completed_at: t + 5
  })
  expect(record()).toMatchObject({
    sync_in_progress: false,
    sync_lease_until: null,
    last_full_sync: t + 5,
    sync_error_count: 0,
    sync_status: { account: { status: "synced", message_count: 90 } }
  })
})

test("a lease that runs out leaves the job to the next worker, and the first one is refused from then on", () => {
  const { tell, job, record } = begun()
  tell(requested(ids[0], t))
  tell(claimed(ids[0], "first", t + 1))
  expect(tell(claimed(ids[0], "second", t + 2))).toBe("RuleBroken")
  const over = t + 1 + minute
  tell({ type: "deadline_passed", kind: "sync_job", id: ids[0], received: over, via: "clock" })
  expect(job(ids[0])).toMatchObject({ status: "running", lease_until: null })
  expect(record()).toMatchObject({ sync_in_progress: false, sync_lease_until: null })
  expect(tell(claimed(ids[0], "second", over + 1))).toBe("applied")
  expect(job(ids[0])).toMatchObject({ times_resumed: 1, started_at: t + 1 })
  expect(tell(leg(ids[0], "first", over + 2, 5, "running"))).toBe("RuleBroken")
  expect(tell(ended(ids[0], "first", over + 3))).toBe("RuleBroken")
  expect(tell(ended(ids[0], "second", over + 4))).toBe("applied")
})

test("a failure is counted with the record, and what has ended takes nothing more", () => {
  const { tell, job, record } = begun()
  tell(requested(ids[0], t))
  tell(claimed(ids[0], "w", t + 1))
  tell(ended(ids[0], "w", t + 2, "failed"))
  expect(job(ids[0])).toMatchObject({ status: "failed", error_message: "no answer" })
  expect(record()).toMatchObject({ sync_error_count: 1, last_sync_error: "no answer", last_full_sync: null })
  expect(tell(claimed(ids[0], "w", t + 3))).toBe("RuleBroken")
  expect(tell({ type: "sync_job_cancelled", job_id: ids[0], received: t + 4, via: "api" })).toBe("RuleBroken")
})

test("a job that is cancelled is over for its worker, and neither a success nor a failure of the record", () => {
  const { tell, job, record } = begun()
  tell(requested(ids[0], t))
  tell(claimed(ids[0], "w", t + 1))
  expect(tell({ type: "sync_job_cancelled", job_id: ids[0], received: t + 2, via: "api" })).toBe("applied")
  expect(tell(leg(ids[0], "w", t + 3, 5, "running"))).toBe("RuleBroken")
  expect(job(ids[0])).toMatchObject({ status: "cancelled", completed_at: t + 2 })
  expect(record()).toMatchObject({ sync_in_progress: false, sync_error_count: 0, last_full_sync: null })
})

const key: Event = {
  type: "provider_access_set",
  access: { base_url: "https://unipile.example", api_key: "sealed" },
  received: t,
  via: "api"
}
const word = (status: "OK" | "CREDENTIALS", at: number): Event => ({
  type: "account_status_changed",
  account_id: "account",
  status,
  at,
  received: at,
  via: "webhook"
})
const jobsOf = ({ runtime }: House) => runtime.population.ofKind("sync_job").map(({ context }) => context)

test("an account's history becomes a job when the provider's key is there, and once", () => {
  const { house, tell } = begun()
  expect(jobsOf(house)).toEqual([])
  tell(key)
  expect(jobsOf(house)).toMatchObject([
    { trigger_reason: "Account registered", job_type: "full_history", account_id: "account", status: "pending" }
  ])
  tell({ ...key, received: t + 1 })
  expect(jobsOf(house)).toHaveLength(1)
})

test("an account that comes back has its gap fetched, from an hour before it was lost", () => {
  const { house, tell } = begun()
  tell(key)
  const [first] = jobsOf(house)
  tell(claimed(first!.id, "w", t + 1))
  tell(ended(first!.id, "w", t + 2))
  const lost = t + 20 * minute
  tell(word("CREDENTIALS", lost))
  expect(jobsOf(house)).toHaveLength(1)
  tell(word("OK", lost + 10 * minute))
  const gap = jobsOf(house).find(({ id }) => id !== first!.id)
  expect(gap).toMatchObject({ trigger_reason: "Account reconnected", job_type: "auto_trigger", status: "pending" })
  expect(gap!.facts.since).toBe(lost - 60 * minute)
})

test("a gap that was not fetched is asked for again an hour later", () => {
  const { house, tell } = begun()
  tell(key)
  const [first] = jobsOf(house)
  tell(claimed(first!.id, "w", t + 1))
  tell(ended(first!.id, "w", t + 2, "failed"))
  const connection = house.runtime.population.ofKind("connection")[0]!
  expect(connection.deadline).toBe(t + 2 + 60 * minute)
  tell({ type: "deadline_passed", kind: "connection", id: connection.id, received: t + 2 + 60 * minute, via: "clock" })
  expect(jobsOf(house)).toHaveLength(2)
})

test("a tenant that wants no history of new accounts gets none", () => {
  const { house, tell } = begun()
  tell({ type: "tenant_configured", changes: { sync_historical_days: 0 }, received: t, via: "api" })
  tell(key)
  expect(jobsOf(house)).toEqual([])
})
