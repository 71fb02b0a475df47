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
/** Keys of a tenant in use; one more is refused (I8). */
export const mostKeys = 1_000

export class ApiKeys extends Context.Service<
  ApiKeys,
  {
    /** Keeps the key, with a number behind its name where that is taken; a hash that is there already stays as it is. */
    add(key: NewApiKey): Effect.Effect<void, SqlError>
    /**
     * Stores the key unless the tenant has one of that name that is not revoked, also when two are made at once; answers its id.
     */
    create(key: NewApiKey): Effect.Effect<Option.Option<string>, SqlError>
    /** How many keys of a tenant are not revoked. */
    count(tenant_id: string): Effect.Effect<number, SqlError>
    /** The keys of a tenant, the newest first, revoked ones too. */
    list(tenant_id: string): Effect.Effect<ReadonlyArray<ListedApiKey>, SqlError>
    /** Revokes the key at `at` (epoch milliseconds); none when there is no such key, or it was revoked already. */
    revoke(
      tenant_id: string,
      id: string,
      at: number
    ): Effect.Effect<Option.Option<{ readonly hash: Uint8Array; readonly name: string }>, SqlError>
    /** Those of these hashes (hexadecimal) that are keys and not revoked. The same work for any hash. */
    grantsOf(hashes: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<KeyGrant>, SqlError>
    /** Whether that very key of the tenant is not revoked. */
    isInUse(tenant_id: string, id: string): Effect.Effect<boolean, SqlError>
  }
>()("switchboard/persistence/ApiKeys") {
  static readonly layer = Layer.effect(
    ApiKeys,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const create = Effect.fn("ApiKeys.create")(function* (key: NewApiKey) {
        const rows = yield* sql<{ readonly id: string }>`
          insert into api_keys (hash, tenant_id, name, scopes, created_at)
          values (${key.hash}, ${key.tenant_id}, ${key.name}, ${[...key.scopes]}::text[], ${new Date(key.created_at)})
          on conflict (tenant_id, name) where revoked_at is null do nothing
          returning id`
        return Option.map(Option.fromNullishOr(rows[0]), ({ id }) => id)
      })

      const add = Effect.fn("ApiKeys.add")(function* (key: NewApiKey) {
        for (let place = 1; ; place++) {
          const known = yield* sql`select from api_keys where hash = ${key.hash}`
          if (known.length > 0) return
          const name = place === 1 ? key.name : `${key.name} (${place})`
          if (Option.isSome(yield* create({ ...key, name }))) return
        }
      })

      const count = Effect.fn("ApiKeys.count")(function* (tenant_id: string) {
        const [row] = yield* sql<{ readonly count: number }>`
          select count(*)::integer as count from api_keys where tenant_id = ${tenant_id} and revoked_at is null`
        return row!.count
      })

      const grantsOf = Effect.fn("ApiKeys.grantsOf")(
        (hashes: ReadonlyArray<string>) =>
          sql<KeyGrant>`
            select id, hash, tenant_id, name, scopes from unnest(${[...hashes]}::text[]) as given
            join api_keys on hash = decode(given, 'hex') and revoked_at is null`
      )

      const isInUse = Effect.fn("ApiKeys.isInUse")(function* (tenant_id: string, id: string) {
        const rows = yield* sql`
          select from api_keys where tenant_id = ${tenant_id} and id = ${id}::uuid and revoked_at is null`
        return rows.length > 0
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

      return ApiKeys.of({ add, create, count, list, revoke, grantsOf, isInUse })
    })
  )
}
