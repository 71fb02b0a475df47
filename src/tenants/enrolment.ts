/** Making a tenant: its first API key and its webhook secret are made here, shown once, and kept as a hash and sealed. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"
import type { SqlError } from "effect/sql/SqlError"
import type { SubmitError } from "../../actors/errors.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { ApiKeys } from "../../persistence/registers/api-keys.ts"
import { Settings } from "../config.ts"
import { sha256 } from "../secrets/hash.ts"
import { KeyRing } from "../secrets/key-ring.ts"
import { newApiKey } from "../secrets/random-secret.ts"
import { freshWebhookSecret, webhookSecretPlace } from "./webhook-secret.ts"

/** A tenant as its creator sees it. `secrets` are there only the first time. */
export interface Enrolled {
  readonly id: string
  readonly name: string
  readonly webhook_url: string
  readonly secrets: { readonly apiKey: Redacted.Redacted; readonly webhookSecret: Redacted.Redacted } | null
}

export class Enrolment extends Context.Service<
  Enrolment,
  {
    /** Makes the tenant, or renames it when it is there. The id must match `^[a-z0-9][a-z0-9-]{0,62}$`. */
    enrol(tenant: string, name: string): Effect.Effect<Enrolled, SubmitError | SqlError>
  }
>()("switchboard/tenants/Enrolment") {
  static readonly layer = Layer.effect(
    Enrolment,
    Effect.gen(function* () {
      const owner = yield* TenantOwner
      const keys = yield* ApiKeys
      const ring = yield* KeyRing
      const { publicUrl } = yield* Settings
      // One at a time: of two who create the same tenant at once, one must be told that it was there.
      const oneAtATime = yield* Semaphore.make(1)

      const enrol = Effect.fn("Enrolment.enrol")(function* (tenant: string, name: string) {
        const shown = { id: tenant, name, webhook_url: `${publicUrl}/v1/tenants/${tenant}/webhooks/unipile` }
        const exists = yield* owner.gate(tenant).pipe(
          Effect.as(true),
          Effect.catchTag("TenantUnknown", () => Effect.succeed(false))
        )
        const apiKey = Redacted.make(newApiKey(tenant))
        const webhookSecret = freshWebhookSecret()
        // The key first: a crash in between leaves a key that nobody knows, not a tenant that nobody can use.
        if (!exists) {
          yield* keys.add({
            hash: sha256(Redacted.value(apiKey)),
            tenant_id: tenant,
            name: "first key",
            scopes: [],
            created_at: yield* Clock.currentTimeMillis
          })
        }
        const { created } = yield* owner.create(tenant, name, ring.seal(webhookSecret, webhookSecretPlace(tenant)))
        return { ...shown, secrets: created ? { apiKey, webhookSecret } : null }
      }, oneAtATime.withPermits(1))

      return Enrolment.of({ enrol })
    })
  )
}
