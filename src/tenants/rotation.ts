/** A new webhook secret for a tenant: made here, shown once, kept sealed; the one before stays good for a while. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { SubmitError } from "../../actors/errors.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { KeyRing } from "../secrets/key-ring.ts"
import { freshWebhookSecret, webhookSecretPlace } from "./webhook-secret.ts"

/** The secret that is good from now on, and until when the one before is (epoch milliseconds). */
export interface Rotated {
  readonly webhookSecret: Redacted.Redacted
  readonly previousUntil: number
}

export class Rotation extends Context.Service<
  Rotation,
  {
    /** `grace` in milliseconds. */
    rotate(tenant: string, grace: number): Effect.Effect<Rotated, SubmitError>
  }
>()("switchboard/tenants/Rotation") {
  static readonly layer = Layer.effect(
    Rotation,
    Effect.gen(function* () {
      const owner = yield* TenantOwner
      const ring = yield* KeyRing

      const rotate = Effect.fn("Rotation.rotate")(function* (tenant: string, grace: number) {
        const received = yield* Clock.currentTimeMillis
        yield* owner.submit(tenant, {
          type: "webhook_secret_rotated",
          received,
          via: "api",
          webhook_secret: ring.seal(freshWebhookSecret(), webhookSecretPlace(tenant)),
          previous_until: received + grace
        })
        // What stands now, not what was made above: under an Idempotency-Key that was used before, that was thrown away.
        const { webhook_secret, previous } = yield* owner.gate(tenant)
        const webhookSecret = yield* Effect.orDie(ring.open(webhook_secret, webhookSecretPlace(tenant)))
        return { webhookSecret, previousUntil: previous?.until ?? received }
      })

      return Rotation.of({ rotate })
    })
  )
}
