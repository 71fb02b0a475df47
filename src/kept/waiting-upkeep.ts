/**
 * Looks after what waits for an account that is registered already: left there by a process that ended between a registration
 * and its last waiting payload, or brought by one that had not heard of the registration (I9). So nothing depends on somebody
 * registering the account again.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { type AccountWaiting, Waiting } from "../../persistence/kept/waiting.ts"
import { WaitingRoom } from "./waiting-room.ts"

/** Between two looks; the first is at start. */
const every = "1 minute"
/** Accounts that are read at once. */
const pageSize = 500

const look = Effect.gen(function* () {
  const owner = yield* TenantOwner
  const waiting = yield* Waiting
  const room = yield* WaitingRoom
  let last: Pick<AccountWaiting, "tenant_id" | "account_id"> = { tenant_id: "", account_id: "" }
  for (;;) {
    const page: ReadonlyArray<AccountWaiting> = yield* waiting.everywhere(last, pageSize)
    for (const { tenant_id, account_id } of page) {
      if (!(yield* owner.tenantsOf(account_id)).includes(tenant_id)) continue
      const left = yield* room.empty(tenant_id, account_id)
      yield* Effect.logInfo(`Tenant ${tenant_id}: payloads that waited for a registered account were applied`, left)
    }
    if (page.length < pageSize) return
    last = page.at(-1)!
  }
})

/** A loop as long as the scope. What fails is tried again with the next look. */
export const waitingUpkeep = Layer.effectDiscard(
  look.pipe(
    Effect.catchCause((cause) => Effect.logWarning("Waiting payloads could not be looked after; they wait on", cause)),
    Effect.repeat(Schedule.spaced(every)),
    Effect.forkScoped
  )
)
