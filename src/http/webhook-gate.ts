/** Who may bring webhooks for a tenant: whoever knows its webhook secret. Tells nothing else, not even which tenants exist. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { DatabaseAway, TenantHalted } from "../../actors/errors.ts"
import { type Gate, TenantOwner } from "../../actors/tenant-owner.ts"
import { Forbidden, Replayed, Unauthorised } from "./faults.ts"
import { refusedAuth } from "./metrics.ts"
import { sameDigest, sha256 } from "../secrets/hash.ts"
import { isSignedWith, replayWindow, signatureOf } from "../secrets/webhook-signature.ts"
import { KeyRing } from "../secrets/key-ring.ts"
import { webhookSecretPlace } from "../tenants/webhook-secret.ts"

/** Opened secrets that are remembered, as digests; past this, all are forgotten and opened again. */
const remembered = 10_000
/** What a given secret is compared with when there is no right one. */
const nobody = { secret: Redacted.make(""), digest: sha256("") }

interface Opened {
  readonly secret: Redacted.Redacted
  readonly digest: Buffer
}

export class WebhookGate extends Context.Service<
  WebhookGate,
  {
    /** Passes whoever brings the tenant's secret. Unknown tenant, missing and wrong secret look alike; 403 needs the secret. */
    admit(tenant: string, secret: string): Effect.Effect<void, Unauthorised | Forbidden | DatabaseAway | TenantHalted>
    /** The same for whoever signs with the secret (v2): `t=<unix seconds>,v0=<hex>` over `t.body`, at most 300 s old or ahead. */
    admitSigned(
      tenant: string,
      signature: string,
      body: Uint8Array
    ): Effect.Effect<void, Unauthorised | Forbidden | Replayed | DatabaseAway | TenantHalted>
  }
>()("switchboard/http/WebhookGate") {
  static readonly layer = Layer.effect(
    WebhookGate,
    Effect.gen(function* () {
      const owner = yield* TenantOwner
      const ring = yield* KeyRing
      const opened = new Map<string, Opened>()

      const openedOf = (tenant: string, sealed: string) => {
        const known = opened.get(sealed)
        if (known !== undefined) return Effect.succeed(known)
        return Effect.map(ring.open(sealed, webhookSecretPlace(tenant)), (secret) => {
          const known = { secret, digest: sha256(Redacted.value(secret)) }
          if (opened.size >= remembered) opened.clear()
          opened.set(sealed, known)
          return known
        })
      }

      /** Whether it is the secret before the last rotation, and still good. */
      const isPrevious = Effect.fnUntraced(function* (
        tenant: string,
        { previous }: Gate,
        proves: (secret: Opened) => boolean
      ) {
        if (previous === null || previous.until <= (yield* Clock.currentTimeMillis)) return false
        return proves(yield* Effect.orDie(openedOf(tenant, previous.webhook_secret)))
      })

      const refused = Effect.andThen(refusedAuth("webhook"), Effect.fail(new Unauthorised({ scheme: "Unipile-Auth" })))
      const stale = Effect.andThen(
        refusedAuth("webhook"),
        Effect.fail(new Replayed({ tolerance_s: replayWindow / 1000 }))
      )
      const inactive = new Forbidden({ reason: "This tenant is inactive. Set is_active to take webhooks again." })

      /** The tenant's gate and secret; both stand for nobody when there is no such tenant. */
      const gateOf = Effect.fnUntraced(function* (tenant: string) {
        const gate = yield* owner.gate(tenant).pipe(Effect.catchTag("TenantUnknown", () => Effect.succeed(null)))
        return { gate, right: gate === null ? nobody : yield* Effect.orDie(openedOf(tenant, gate.webhook_secret)) }
      })

      const admit = Effect.fnUntraced(function* (tenant: string, secret: string) {
        const { gate, right } = yield* gateOf(tenant)
        const given = sha256(secret)
        const isRight = sameDigest(given, right.digest)
        if (
          gate === null ||
          (!isRight && !(yield* isPrevious(tenant, gate, ({ digest }) => sameDigest(given, digest))))
        )
          return yield* refused
        if (!gate.is_active) return yield* inactive
      })

      const admitSigned = Effect.fnUntraced(function* (tenant: string, signature: string, body: Uint8Array) {
        const { gate, right } = yield* gateOf(tenant)
        const signed = signatureOf(signature)
        if (signed === null) return yield* refused
        const isRight = isSignedWith(right.secret, signed, body)
        const proves = ({ secret }: Opened) => isSignedWith(secret, signed, body)
        if (gate === null || (!isRight && !(yield* isPrevious(tenant, gate, proves)))) return yield* refused
        // The age is looked at last: who does not know the secret learns nothing of our clock.
        if (Math.abs((yield* Clock.currentTimeMillis) - signed.at) > replayWindow) return yield* stale
        if (!gate.is_active) return yield* inactive
      })

      return WebhookGate.of({ admit, admitSigned })
    })
  )
}
