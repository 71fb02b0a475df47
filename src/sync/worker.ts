/**
 * The syncs' worker: runs the open jobs of the tenants that are in this process, a few of each tenant at once. It looks in memory, so
 * looking costs no statement; a job that a dead process left is there again once the tenant is, and is taken when its lease has run out.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { SyncJobContext } from "../../machines/sync-job/context.ts"
import type { Reach } from "../outgoing/reach.ts"
import type { ClientOptions } from "./provider-client.ts"
import { clientDefaults, ProviderClients } from "./provider-client.ts"
import type { JobOptions } from "./run-job.ts"
import { runJob } from "./run-job.ts"

export interface WorkerOptions extends JobOptions, Omit<ClientOptions, "reach"> {
  /** Between two looks for jobs. */
  readonly every: Duration.Input
  /** Jobs of one tenant that run at once. */
  readonly perTenant: number
}

export const workerDefaults: WorkerOptions = { ...clientDefaults, every: "1 second", perTenant: 2, lease: "1 minute" }

/** Begins what there is room for; it goes on beside this. */
const beginOpen = Effect.fnUntraced(function* (running: Map<string, string>, options: WorkerOptions) {
  const owner = yield* TenantOwner
  const now = yield* Clock.currentTimeMillis
  for (const { tenant, jobs } of yield* owner.openSyncJobs) {
    let room = options.perTenant - [...running.values()].filter((each) => each === tenant).length
    const isFree = ({ id, lease_until }: SyncJobContext) =>
      !running.has(id) && (lease_until === null || lease_until <= now)
    for (const job of jobs.filter(isFree)) {
      if (room <= 0 || (yield* isResting(tenant))) break
      room--
      running.set(job.id, tenant)
      yield* runJob(tenant, job, options).pipe(
        Effect.catchCause((cause) =>
          Effect.logWarning(`Tenant ${tenant}: sync job ${job.id} was left; its lease runs out, then it goes on`, cause)
        ),
        Effect.ensuring(Effect.sync(() => running.delete(job.id))),
        Effect.forkScoped
      )
    }
  }
})

/** Whether the tenant's provider has failed so often that nobody is to ask it now. Without an address the job says so itself. */
const isResting = Effect.fnUntraced(function* (tenant: string) {
  const owner = yield* TenantOwner
  const clients = yield* ProviderClients
  const access = yield* owner.providerAccess(tenant)
  return access !== null && (yield* clients.restsUntil(tenant, access)) !== null
})

/** A loop as long as the scope. */
export const layer = (reach: Reach, options: WorkerOptions = workerDefaults) =>
  Layer.effectDiscard(
    Effect.suspend(() => {
      const running = new Map<string, string>()
      return beginOpen(running, options).pipe(
        Effect.catchCause((cause) => Effect.logWarning("Sync jobs could not be looked for; they wait", cause)),
        Effect.andThen(Effect.sleep(options.every)),
        Effect.forever,
        Effect.forkScoped
      )
    })
  ).pipe(Layer.provide(ProviderClients.layer({ ...options, reach })))
