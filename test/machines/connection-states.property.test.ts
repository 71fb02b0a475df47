/** Whatever a connection hears, in whatever order: its state is what its fields say, after every event. RUNS and SEED as in claim.ts. */
import fc from "fast-check"
import { describe, expect } from "vitest"
import type { Event } from "../../machines/events.ts"
import { AuthReport, ProviderAccountStatus } from "../../machines/vocabulary.ts"
import { claim } from "../support/claim.ts"
import { ann, created, me, message, registered, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const connection_id = new SmallTenant().identity.connection("account")
const account_id = "account"

/** What is heard `after` milliseconds since the event before; facts lie up to a second back. */
type Heard = (received: number, number: number) => Event

const kinds: fc.Arbitrary<Heard> = fc.oneof(
  fc
    .record({ status: fc.constantFrom(...ProviderAccountStatus.literals), ago: fc.nat(1_000) })
    .map(({ status, ago }): Heard => (received) => ({
      type: "account_status_changed",
      account_id,
      status,
      at: received - ago,
      received,
      via: "webhook"
    })),
  fc
    .record({ status: fc.constantFrom(...AuthReport.literals), ago: fc.nat(1_000) })
    .map(({ status, ago }): Heard => (received) => ({
      type: "auth_reported",
      account_id,
      status,
      at: received - ago,
      received,
      via: "api"
    })),
  fc
    .record({ error: fc.constantFrom(null, "no answer"), ago: fc.nat(1_000) })
    .map(({ error, ago }): Heard => (received) => ({
      type: "connection_synced",
      account_id,
      at: received - ago,
      error,
      received,
      via: "api"
    })),
  fc.integer({ min: -500, max: 3_000 }).map((lasts): Heard => (received) => ({
    type: "tokens_stored",
    account_id,
    access_token: "sealed",
    refresh_token: null,
    token_expires_at: received + lasts,
    received,
    via: "api"
  })),
  fc.constantFrom(null, "k1", "k2").map((idempotency_key): Heard => (received, n) => ({
    type: "send_reserved",
    account_id,
    reservation_id: `r${n}`,
    count: 1,
    idempotency_key,
    received,
    via: "api"
  })),
  fc.boolean().map((is_active): Heard => (received) => ({
    type: "connection_activity_set",
    account_id,
    is_active,
    received,
    via: "api"
  })),
  fc.constantFrom(me, ann).map((from): Heard => (received, n) => ({
    ...message(`m${n}`, received - start - 1, from, { received }),
    via: "webhook"
  })),
  fc.constant<Heard>((received) => ({ type: "token_checked", connection_id, received, via: "clock" })),
  fc.constant<Heard>((received) => ({ type: "day_started", connection_id, received, via: "clock" })),
  fc.constant<Heard>((received) => ({
    type: "deadline_passed",
    kind: "connection",
    id: connection_id,
    received,
    via: "clock"
  })),
  fc
    .constantFrom("active" as const, "pending" as const, "expired" as const, "failed" as const)
    .map((account_status): Heard => (received) => ({ ...registered, account_status, received }))
)

const histories = fc.array(fc.record({ heard: kinds, after: fc.nat(2_000) }), { minLength: 1, maxLength: 25 })

describe("a connection", () => {
  claim(
    "is in the state that its fields say, after every event",
    { runs: 300, facts: (all) => all.length },
    histories,
    (all) => {
      const tenant = new SmallTenant()
      for (const event of [created, registered]) tenant.apply(event)
      let received = start + 2_000
      for (const [n, { heard, after }] of all.entries()) {
        received += after
        const result = tenant.run(heard(received, n))
        expect(["done", "declined", "refused"]).toContain(result.type)
        tenant.expectStatesToFollowFields()
        // Nobody sends through an account that does not run; what a key was allowed before is no new send.
        if (result.type === "done" && result.decided?.allowed === true && result.decided.reservation_id === `r${n}`)
          expect(tenant.connection()).toMatchObject({ account_status: "active", is_active: true })
      }
    }
  )
})
