/**
 * Runs one sync job to its end, from wherever an earlier run has come: account by account, under a lease that is renewed as long as
 * this process lives. An account that cannot be asked leaves the others to be synced; what stands in the way of all of them ends the job.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Event, SyncJobProgressed, SyncLeg } from "../../machines/events.ts"
import { own, put } from "../../machines/own.ts"
import type { SyncJobContext } from "../../machines/sync-job/context.ts"
import type { ChannelType } from "../../machines/vocabulary.ts"
import { throughChats } from "./chats.ts"
import { submitted, TenantLeft } from "./give.ts"
import type { Wanted } from "./leg.ts"
import { newLeg } from "./leg.ts"
import { throughMails } from "./mails.ts"
import { AccessMissing, ProviderClients } from "./provider-client.ts"

export interface JobOptions {
  /** How long a worker may say nothing before another one takes the job over. */
  readonly lease: Duration.Input
}

const mailTypes: ReadonlySet<ChannelType> = new Set(["gmail", "outlook", "mail"])
/** Errors of one account, and not of the address or the key: the others can be synced. */
const ofAccount: ReadonlySet<string> = new Set(["AccountRefused", "ObjectGone", "RequestRefused"])

/** How the accounts of a job ended: those that could not be asked, and what stood in the way of all. */
interface Outcome {
  readonly accounts: Readonly<Record<string, string>>
  readonly error: { readonly kind: string; readonly message: string } | null
}

/** Ends when the job has ended, or is not this process's any more. */
export const runJob = Effect.fn("runJob")(function* (tenant: string, job: SyncJobContext, options: JobOptions) {
  const worker = randomUUID()
  const lease = Duration.toMillis(options.lease)
  const base = Effect.map(
    Clock.currentTimeMillis,
    (received) => ({ job_id: job.id, worker, received, via: "clock" }) as const
  )
  const say = (more: Pick<SyncJobProgressed, "leg" | "current_step">) =>
    Effect.flatMap(base, (said) =>
      told(tenant, { ...said, type: "sync_job_progressed", lease_until: said.received + lease, ...more })
    )

  const claim = yield* base
  yield* told(tenant, { ...claim, type: "sync_job_claimed", lease_until: claim.received + lease })
  const alive = Effect.forever(Effect.delay(say({}), lease / 3))
  const { accounts, error } = yield* throughAccounts(tenant, job.id, say).pipe(
    Effect.map((failed): Outcome => ({ accounts: failed, error: null })),
    Effect.catch((failure) =>
      failure._tag === "TenantLeft"
        ? Effect.fail(failure)
        : Effect.succeed({ accounts: {}, error: { kind: failure._tag, message: failure.message } } satisfies Outcome)
    ),
    Effect.raceFirst(alive)
  )
  const failed = Object.values(accounts)
  yield* told(tenant, {
    ...(yield* base),
    type: "sync_job_ended",
    status: error === null && failed.length === 0 ? "completed" : "failed",
    error_message: error?.message ?? failed.join(" "),
    error_details: {
      ...(error === null ? {} : { kind: error.kind }),
      ...(failed.length === 0 ? {} : { accounts })
    },
    blames_account: error === null && failed.length > 0
  })
})

/** A refusal means that the job is somebody else's, or over: then there is nothing more to do here. */
const told = (tenant: string, event: Event) =>
  submitted(tenant, event).pipe(
    Effect.mapError((error) => (error._tag === "TenantLeft" ? error : new TenantLeft({ reason: error.message }))),
    Effect.asVoid
  )

type Say = (more: Pick<SyncJobProgressed, "leg" | "current_step">) => Effect.Effect<void, TenantLeft, TenantOwner>

/** The accounts that could not be synced, each with the reason. */
const throughAccounts = Effect.fnUntraced(function* (tenant: string, job_id: string, say: Say) {
  const owner = yield* TenantOwner
  const clients = yield* ProviderClients
  const asked = <A, E extends { readonly message: string }>(question: Effect.Effect<A, E>) =>
    Effect.mapError(question, (error) => new TenantLeft({ reason: error.message }))
  const access = yield* asked(owner.providerAccess(tenant))
  if (access === null) return yield* new AccessMissing({ tenant })
  const { record_id, started_at, facts } = yield* asked(owner.syncJob(tenant, job_id))
  const wanted = record_id === null ? null : yield* asked(wantedOf(owner, tenant, record_id))
  const types = new Map(facts.accounts.map(({ account_id, channel_type }) => [account_id, channel_type]))
  const waits = (until: number) =>
    say({ current_step: `waits for the budget of calls until ${new Date(until).toISOString()}` }).pipe(
      Effect.provideService(TenantOwner, owner),
      Effect.ignore
    )
  const client = yield* clients.of(tenant, access, types, waits)
  const failed: Record<string, string> = {}
  for (const account of facts.accounts) {
    const { account_id } = account
    const leg = own(facts.legs, account_id) ?? newLeg(account_id)
    if (leg.state === "done") continue
    let last = leg
    const reached = (next: SyncLeg, current_step: string) => {
      last = next
      return say({ leg: next, current_step }).pipe(Effect.provideService(TenantOwner, owner))
    }
    const way = { tenant, client, account, since: facts.since, started_at: started_at ?? 0, wanted, leg, reached }
    const error = yield* (mailTypes.has(account.channel_type) ? throughMails(way) : throughChats(way)).pipe(
      Effect.map((done) => void (last = done)),
      Effect.as(null),
      Effect.catch((failure) => (ofAccount.has(failure._tag) ? Effect.succeed(failure.message) : Effect.fail(failure)))
    )
    if (error !== null) put(failed, account_id, error)
    yield* say({ leg: { ...last, state: error === null ? "done" : "failed", cursor: null, error } })
  }
  return failed
})

/** By what a record's people are known; nobody, where the CRM has no such record. */
const wantedOf = (owner: TenantOwner["Service"], tenant: string, record_id: string) =>
  Effect.map(owner.keysOfRecord(tenant, record_id), (known): Wanted => ({
    keys: new Set(known?.keys ?? []),
    emails: known?.emails ?? []
  }))
