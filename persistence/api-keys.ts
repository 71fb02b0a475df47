/** API keys, known only by their hash: the key itself is shown once and never stored. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** A new key. `created_at` is epoch milliseconds. */
export interface NewApiKey {
  readonly hash: Uint8Array
  readonly tenant_id: string
  /** What people call it. */
  readonly name: string
  readonly scopes: ReadonlyArray<string>
  readonly created_at: number
}

/** What a key opens. */
export interface KeyGrant {
  readonly tenant_id: string
  readonly scopes: ReadonlyArray<string>
}

export class ApiKeys extends Context.Service<
  ApiKeys,
  {
    /** Keeps the key; a hash that is there already stays as it is. */
    add(key: NewApiKey): Effect.Effect<void, SqlError>
    /** What the key opens, unless it is unknown or revoked. */
    find(hash: Uint8Array): Effect.Effect<Option.Option<KeyGrant>, SqlError>
  }
>()("switchboard/persistence/ApiKeys") {
  static readonly layer = Layer.effect(
    ApiKeys,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const add = Effect.fn("ApiKeys.add")((key: NewApiKey) =>
        sql`
          insert into api_keys (hash, tenant_id, name, scopes, created_at)
          values (${key.hash}, ${key.tenant_id}, ${key.name}, ${[...key.scopes]}::text[], ${new Date(key.created_at)})
          on conflict (hash) do nothing`.pipe(Effect.asVoid)
      )

      const find = Effect.fn("ApiKeys.find")(function* (hash: Uint8Array) {
        const rows = yield* sql<KeyGrant>`
          select tenant_id, scopes from api_keys where hash = ${hash} and revoked_at is null`
        return Option.fromNullishOr(rows[0])
      })

      return ApiKeys.of({ add, find })
    })
  )
}
