/** Who may bring webhooks for a tenant: whoever knows its webhook secret. Tells nothing else, not even which tenants exist. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type Gate, TenantOwner } from "../../actors/tenant-owner.ts"
import { Forbidden, Unauthorised } from "./faults.ts"
import { refusedAuth } from "./metrics.ts"
import { sameDigest, sha256 } from "../secrets/hash.ts"
import { KeyRing } from "../secrets/key-ring.ts"
import { webhookSecretPlace } from "../tenants/webhook-secret.ts"

/** Opened secrets that are remembered, as digests; past this, all are forgotten and opened again. */
const remembered = 10_000
/** What a given secret is compared with when there is no right one. */
const nobody = sha256("")

export class WebhookGate extends Context.Service<
  WebhookGate,
  {
    /** Passes whoever brings the tenant's secret. Unknown tenant, missing and wrong secret look alike; 403 needs the secret. */
    admit(tenant: string, secret: string): Effect.Effect<void, Unauthorised | Forbidden>
  }
>()("switchboard/http/WebhookGate") {
  static readonly layer = Layer.effect(
    WebhookGate,
    Effect.gen(function* () {
      const owner = yield* TenantOwner
      const ring = yield* KeyRing
      const opened = new Map<string, Buffer>()

      const digestOf = (tenant: string, sealed: string) => {
        const known = opened.get(sealed)
        if (known !== undefined) return Effect.succeed(known)
        return Effect.map(ring.open(sealed, webhookSecretPlace(tenant)), (secret) => {
          const digest = sha256(Redacted.value(secret))
          if (opened.size >= remembered) opened.clear()
          opened.set(sealed, digest)
          return digest
        })
      }

      /** Whether it is the secret before the last rotation, and still good. */
      const isPrevious = Effect.fnUntraced(function* (tenant: string, { previous }: Gate, given: Buffer) {
        if (previous === null || previous.until <= (yield* Clock.currentTimeMillis)) return false
        return sameDigest(given, yield* Effect.orDie(digestOf(tenant, previous.webhook_secret)))
      })

      const refused = Effect.andThen(refusedAuth("webhook"), Effect.fail(new Unauthorised({ scheme: "Unipile-Auth" })))
      const inactive = new Forbidden({ reason: "This tenant is inactive. Set is_active to take webhooks again." })

      const admit = Effect.fnUntraced(function* (tenant: string, secret: string) {
        const gate = yield* owner.gate(tenant).pipe(Effect.catchTag("TenantUnknown", () => Effect.succeed(null)))
        const right = gate === null ? nobody : yield* Effect.orDie(digestOf(tenant, gate.webhook_secret))
        const given = sha256(secret)
        const isRight = sameDigest(given, right)
        if (gate === null || (!isRight && !(yield* isPrevious(tenant, gate, given)))) return yield* refused
        if (!gate.is_active) return yield* inactive
      })

      return WebhookGate.of({ admit })
    })
  )
}
