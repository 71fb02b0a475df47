/** Who may bring webhooks for a tenant: whoever knows its webhook secret. Tells nothing else, not even which tenants exist. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type { DatabaseAway, TenantHalted } from "../../actors/errors.ts"
import { type Gate, TenantOwner } from "../../actors/owner/owner.ts"
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
    /**
     * Whether the secret is the tenant's present one, at once; takes the same time where there is no such tenant. False: only
     * `admit` can tell, which may have to open the tenant's secret first.
     */
    admitsNow(gate: Gate | undefined, secret: string): boolean
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

      const refused = Effect.andThen(
        Effect.andThen(owner.namesRead, refusedAuth("webhook")),
        Effect.fail(new Unauthorised({ scheme: "Unipile-Auth" }))
      )
      const stale = Effect.andThen(
        refusedAuth("webhook"),
        Effect.fail(new Replayed({ tolerance_s: replayWindow / 1000 }))
      )
      const inactive = new Forbidden({ reason: "This tenant is inactive. Set is_active to take webhooks again." })

      const secretOf = (tenant: string, sealed: string | null) =>
        sealed === null ? Effect.succeed(nobody) : Effect.orDie(openedOf(tenant, sealed))

      /**
       * Whether the caller proves to know the tenant's secret: the present one, or the one before while it is still good. Where there
       * is no tenant, or no secret before, nobody's stands in, and the same is calculated: a refusal takes its time whatever there is.
       */
      const proved = Effect.fnUntraced(function* (tenant: string, proves: (secret: Opened) => boolean) {
        const gate = yield* owner.gate(tenant).pipe(Effect.catchTag("TenantUnknown", () => Effect.succeed(null)))
        const isPresent = proves(yield* secretOf(tenant, gate?.webhook_secret ?? null))
        if (gate !== null && isPresent) return gate
        const now = yield* Clock.currentTimeMillis
        const before = gate?.previous != null && gate.previous.until > now ? gate.previous.webhook_secret : null
        const isPrevious = proves(yield* secretOf(tenant, before))
        return gate !== null && before !== null && isPrevious ? gate : yield* refused
      })

      const admit = Effect.fnUntraced(function* (tenant: string, secret: string) {
        const given = sha256(secret)
        const { is_active } = yield* proved(tenant, ({ digest }) => sameDigest(given, digest))
        if (!is_active) return yield* inactive
      })

      const admitSigned = Effect.fnUntraced(function* (tenant: string, signature: string, body: Uint8Array) {
        const signed = signatureOf(signature)
        if (signed === null) return yield* refused
        const { is_active } = yield* proved(tenant, ({ secret }) => isSignedWith(secret, signed, body))
        // The age is looked at last: who does not know the secret learns nothing of our clock.
        if (Math.abs((yield* Clock.currentTimeMillis) - signed.at) > replayWindow) return yield* stale
        if (!is_active) return yield* inactive
      })

      const admitsNow = (gate: Gate | undefined, secret: string): boolean => {
        const known = gate?.is_active === true ? opened.get(gate.webhook_secret) : undefined
        return sameDigest(sha256(secret), (known ?? nobody).digest) && known !== undefined
      }

      return WebhookGate.of({ admitsNow, admit, admitSigned })
    })
  )
}
