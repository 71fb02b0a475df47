/**
 * Whose key is it? Keys are known only by their hash; those that opened something are remembered for a while. What is not
 * remembered is looked up, and a key that was never made takes the same way as a revoked one, whatever tenant it names: time
 * tells nobody which tenants there are. However many keys strangers make up, one statement at a time asks for all of them.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseAway } from "../../actors/errors.ts"
import { promptly } from "../../actors/owner/patience.ts"
import { Remembered } from "./remembered.ts"
import { ApiKeys } from "../../persistence/registers/api-keys.ts"
import { Settings } from "../config.ts"
import { sameDigest, sha256 } from "../secrets/hash.ts"

/** What a key opens: everything, or one tenant. */
export type Grant =
  | { readonly kind: "admin" }
  | {
      readonly kind: "tenant"
      /** The key's id. */
      readonly id: string
      readonly tenant: string
      /** What people call the key. */
      readonly name: string
      readonly scopes: ReadonlyArray<string>
    }
type TenantGrant = Extract<Grant, { readonly kind: "tenant" }>

const admin: Grant = { kind: "admin" }

/** Keys that are remembered; each some 300 bytes. */
const remembered = 10_000
/** How long a key that another process revoked may still open its tenant, milliseconds. */
const goodFor = 60_000
/** How long a key that is not in use is not asked for again; it may have been made a moment ago, elsewhere. Milliseconds. */
const unknownFor = 1_000
/** Keys that one statement asks for. */
const asked = 500

/** `sb_<tenant>_<43 characters>`: anything else cannot be a tenant's key and costs no look-up. */
const shape = /^sb_[a-z0-9][a-z0-9-]{0,62}_[A-Za-z0-9_-]{43}$/

interface Wanted {
  /** The key's digest, hexadecimal. */
  readonly digest: string
  readonly found: Deferred.Deferred<Option.Option<TenantGrant>, SqlError | DatabaseAway>
}

export class Keys extends Context.Service<
  Keys,
  {
    /** What the key opens; none for a key that we did not give out. */
    grantOf(key: string): Effect.Effect<Option.Option<Grant>, SqlError | DatabaseAway>
    /** Whether a tenant's key, by its id, still opens it. */
    isInUse(tenant: string, id: string): Effect.Effect<boolean, SqlError | DatabaseAway>
    /** A key of the tenant was revoked: this process knows at once, others within a minute. */
    revoked(tenant: string, id: string): Effect.Effect<void>
  }
>()("switchboard/http/Keys") {
  static readonly layer = Layer.effect(
    Keys,
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      const adminDigest = sha256(Redacted.value((yield* Settings).adminKey))
      const grants = new Remembered<TenantGrant>(remembered, goodFor)
      const inUse = new Remembered<string>(remembered, goodFor)
      const notInUse = new Remembered<string>(remembered, unknownFor)
      /** Counts revocations: what was looked up before one is not remembered after it. */
      let revocations = 0

      const wanted = yield* Queue.unbounded<Wanted>()
      const lookUp = Effect.fnUntraced(function* (all: ReadonlyArray<Wanted>) {
        const before = revocations
        const rows = yield* promptly(keys.grantsOf([...new Set(all.map(({ digest }) => digest))]))
        const now = yield* Clock.currentTimeMillis
        const found = new Map<string, TenantGrant>()
        for (const { id, hash, tenant_id, name, scopes } of rows) {
          const digest = Buffer.from(hash).toString("hex")
          const grant: TenantGrant = { kind: "tenant", id, tenant: tenant_id, name, scopes }
          found.set(digest, grant)
          if (before === revocations) grants.set(digest, grant, now)
        }
        return found
      })
      yield* Queue.takeBetween(wanted, 1, asked).pipe(
        Effect.flatMap((all) =>
          Effect.flatMap(Effect.exit(lookUp(all)), (exit) =>
            Effect.forEach(all, ({ digest, found }) =>
              Deferred.done(
                found,
                Exit.map(exit, (by) => Option.fromNullishOr(by.get(digest)))
              )
            )
          )
        ),
        Effect.forever,
        Effect.forkScoped
      )

      const grantOf = Effect.fnUntraced(function* (key: string) {
        if (key === "") return Option.none()
        const hashed = sha256(key)
        if (sameDigest(hashed, adminDigest)) return Option.some(admin)
        if (!shape.test(key)) return Option.none()
        const digest = hashed.toString("hex")
        const known = grants.get(digest, yield* Clock.currentTimeMillis)
        if (known !== undefined) return Option.some(known)
        const found = yield* Deferred.make<Option.Option<TenantGrant>, SqlError | DatabaseAway>()
        yield* Queue.offer(wanted, { digest, found })
        return yield* Deferred.await(found)
      })

      const isInUse = Effect.fnUntraced(function* (tenant: string, id: string) {
        const name = `${tenant} ${id}`
        const now = yield* Clock.currentTimeMillis
        if (inUse.get(name, now) !== undefined) return true
        if (notInUse.get(name, now) !== undefined) return false
        const before = revocations
        const isGood = yield* promptly(keys.isInUse(tenant, id))
        if (!isGood) notInUse.set(name, name, now)
        else if (before === revocations) inUse.set(name, name, now)
        return isGood
      })

      const revoked = (tenant: string, id: string) =>
        Effect.sync(() => {
          revocations += 1
          grants.forget((grant) => grant.id === id)
          inUse.forget((name) => name === `${tenant} ${id}`)
        })

      return Keys.of({ grantOf, isInUse, revoked })
    })
  )
}
