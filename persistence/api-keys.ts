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
  readonly id: string
  readonly hash: Uint8Array
  readonly tenant_id: string
  readonly name: string
  readonly scopes: ReadonlyArray<string>
}

/** A key as it is listed: never its hash. Instants are epoch milliseconds. */
export interface ListedApiKey {
  readonly id: string
  readonly name: string
  readonly scopes: ReadonlyArray<string>
  readonly created_at: number
  readonly revoked_at: number | null
}

/** Keys of a tenant that are listed; revoked ones beyond it are the oldest. */
const listed = 1_000
/** Keys of a tenant in use; one more is refused. */
export const mostKeys = 1_000

export class ApiKeys extends Context.Service<
  ApiKeys,
  {
    /** Keeps the key; a hash that is there already stays as it is. */
    add(key: NewApiKey): Effect.Effect<void, SqlError>
    /** Keeps the key unless the tenant has one of that name that is not revoked; answers its id. */
    create(key: NewApiKey): Effect.Effect<Option.Option<string>, SqlError>
    /** The keys of a tenant, the newest first, revoked ones too. */
    list(tenant_id: string): Effect.Effect<ReadonlyArray<ListedApiKey>, SqlError>
    /** Revokes the key at `at` (epoch milliseconds); none when there is no such key, or it was revoked already. */
    revoke(
      tenant_id: string,
      id: string,
      at: number
    ): Effect.Effect<Option.Option<{ readonly hash: Uint8Array; readonly name: string }>, SqlError>
    /** The keys of a tenant that are not revoked, the newest first, at most `mostKeys`. */
    inUse(tenant_id: string): Effect.Effect<ReadonlyArray<KeyGrant>, SqlError>
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

      const inUse = Effect.fn("ApiKeys.inUse")(
        (tenant_id: string) =>
          sql<KeyGrant>`
            select id, hash, tenant_id, name, scopes from api_keys
            where tenant_id = ${tenant_id} and revoked_at is null
            order by created_at desc limit ${mostKeys}`
      )

      const create = Effect.fn("ApiKeys.create")(function* (key: NewApiKey) {
        const rows = yield* sql<{ readonly id: string }>`
          insert into api_keys (hash, tenant_id, name, scopes, created_at)
          select ${key.hash}, ${key.tenant_id}, ${key.name}, ${[...key.scopes]}::text[], ${new Date(key.created_at)}
          where not exists (
            select from api_keys where tenant_id = ${key.tenant_id} and name = ${key.name} and revoked_at is null
          )
          returning id`
        return Option.map(Option.fromNullishOr(rows[0]), ({ id }) => id)
      })

      const list = Effect.fn("ApiKeys.list")(function* (tenant_id: string) {
        const rows = yield* sql<
          Omit<ListedApiKey, "created_at" | "revoked_at"> & {
            readonly created_at: Date
            readonly revoked_at: Date | null
          }
        >`
          select id, name, scopes, created_at, revoked_at from api_keys
          where tenant_id = ${tenant_id} order by revoked_at is not null, created_at desc, id limit ${listed}`
        return rows.map((row) => ({
          ...row,
          created_at: row.created_at.getTime(),
          revoked_at: row.revoked_at?.getTime() ?? null
        }))
      })

      const revoke = Effect.fn("ApiKeys.revoke")(function* (tenant_id: string, id: string, at: number) {
        const rows = yield* sql<{ readonly hash: Uint8Array; readonly name: string }>`
          update api_keys set revoked_at = ${new Date(at)}
          where tenant_id = ${tenant_id} and id = ${id}::uuid and revoked_at is null
          returning hash, name`
        return Option.fromNullishOr(rows[0])
      })

      return ApiKeys.of({ add, create, list, revoke, inUse })
    })
  )
}
