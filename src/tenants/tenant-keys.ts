/** The keys of a tenant: made, shown once, listed without themselves, revoked. Making and revoking stand in the audit trail. */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import { RuleBroken } from "../../actors/errors.ts"
import type { ListedApiKey } from "../../persistence/registers/api-keys.ts"
import { ApiKeys, mostKeys } from "../../persistence/registers/api-keys.ts"
import { Audit } from "../../persistence/registers/audit.ts"
import { sha256 } from "../secrets/hash.ts"
import { newApiKey } from "../secrets/random-secret.ts"

export interface NewKey {
  readonly name: string
  readonly scopes: ReadonlyArray<string>
  /** The caller, for the audit trail. */
  readonly by: string
}

/** The name is that of another key in use. */
export class NameTaken extends Schema.TaggedError<NameTaken>()("NameTaken", { name: Schema.String }) {
  readonly field = "name"
  readonly rule = "is the name of a key in use"
  override get message() {
    return `A key in use is called "${this.name}". Choose another name, or revoke that key first. Nothing was changed.`
  }
}

const tooMany = new RuleBroken({ field: "keys", rule: `may be ${mostKeys} in use: revoke one` })

export class TenantKeys extends Context.Service<
  TenantKeys,
  {
    /** Makes a key. NameTaken when another key in use has the name; RuleBroken past `mostKeys`. */
    make(
      tenant: string,
      wish: NewKey
    ): Effect.Effect<
      { readonly id: string; readonly created_at: number; readonly key: Redacted.Redacted },
      NameTaken | RuleBroken | SqlError
    >
    list(tenant: string): Effect.Effect<ReadonlyArray<ListedApiKey>, SqlError>
    /** Revokes a key; answers its digest, none when there is nothing to revoke. */
    revoke(tenant: string, id: string, by: string): Effect.Effect<Option.Option<Uint8Array>, SqlError>
  }
>()("switchboard/tenants/TenantKeys") {
  static readonly layer = Layer.effect(
    TenantKeys,
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      const audit = yield* Audit
      const sql = yield* SqlClient

      const noted = (
        tenant: string,
        at: number,
        line: { action: string; id: string; actor: string; old: unknown; new: unknown }
      ) => {
        const { action, actor, id, old } = line
        const what = { entity_kind: "api_key", entity_id: id, field: "scopes", old, new: line.new }
        // Keys are no actors: their changes belong to no journal entry.
        return audit.add(tenant, [{ id: randomUUID(), at, seq: 0, actor, action, ...what }])
      }

      const make = Effect.fn("TenantKeys.make")(function* (tenant: string, { name, scopes, by }: NewKey) {
        if ((yield* keys.count(tenant)) >= mostKeys) return yield* tooMany
        const key = Redacted.make(newApiKey(tenant))
        const created_at = yield* Clock.currentTimeMillis
        const id = yield* sql.withTransaction(
          Effect.gen(function* () {
            const made = yield* keys.create({
              hash: sha256(Redacted.value(key)),
              tenant_id: tenant,
              name,
              scopes,
              created_at
            })
            if (Option.isNone(made)) return yield* new NameTaken({ name })
            yield* noted(tenant, created_at, {
              action: "key_created",
              id: made.value,
              actor: by,
              old: null,
              new: { name, scopes }
            })
            return made.value
          })
        )
        return { id, created_at, key }
      })

      const revoke = Effect.fn("TenantKeys.revoke")(function* (tenant: string, id: string, by: string) {
        const at = yield* Clock.currentTimeMillis
        return yield* sql.withTransaction(
          Effect.gen(function* () {
            const revoked = yield* keys.revoke(tenant, id, at)
            if (Option.isNone(revoked)) return Option.none<Uint8Array>()
            const { name, hash } = revoked.value
            yield* noted(tenant, at, { action: "key_revoked", id, actor: by, old: { name }, new: null })
            return Option.some(hash)
          })
        )
      })

      return TenantKeys.of({ make, list: keys.list, revoke })
    })
  )
}
