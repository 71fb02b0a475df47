/**
 * Answers to requests with an Idempotency-Key (CONTRACT §4): a repeat gets the first one. Bounded per tenant by age, number and
 * size (I8); that the effect happens once does not hang on them, the tenant's actor remembers its keys itself.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { datedNotAhead } from "../figures/dated-ahead.ts"
import type { SqlError } from "effect/sql/SqlError"

/** An answer, sealed, with what it was given for. Key and print are digests. */
export interface KeptAnswer {
  readonly key: string
  readonly print: string
  /** The only caller that may get it again; null: every caller of the tenant. */
  readonly caller: string | null
  readonly sealed: string
}

/** Answers of one tenant that are kept; the newest ones, as many as fit into both. */
export const keptAnswers = { answers: 10_000, bytes: 64 * 1024 * 1024 }
/** Answers are kept for a day at least, unless there are too many newer ones. */
const keptFor = 2 * 24 * 3_600_000

export class KeptAnswers extends Context.Service<
  KeptAnswers,
  {
    find(tenant_id: string, key: string): Effect.Effect<KeptAnswer | null, SqlError>
    /** Keeps an answer; `at` is epoch milliseconds. Fails when there is one under the key: another process gave it. */
    keep(tenant_id: string, answer: KeptAnswer, at: number): Effect.Effect<void, SqlError>
    /** Dates what lies ahead of now (its clock was wrong) at now; deletes what is older than it has to be, or too much; answers how many went. */
    prune(tenant_id: string, now: number, room?: typeof keptAnswers): Effect.Effect<number, SqlError>
  }
>()("switchboard/persistence/KeptAnswers") {
  static readonly layer = Layer.effect(
    KeptAnswers,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const find = Effect.fn("KeptAnswers.find")(function* (tenant_id: string, key: string) {
        const rows = yield* sql<KeptAnswer>`
          select key, print, caller, sealed from kept_answers where tenant_id = ${tenant_id} and key = ${key}`
        return rows[0] ?? null
      })

      const keep = Effect.fn("KeptAnswers.keep")(
        (tenant_id: string, { key, print, caller, sealed }: KeptAnswer, at: number) =>
          sql`
            insert into kept_answers (tenant_id, key, print, caller, at, sealed)
            values (${tenant_id}, ${key}, ${print}, ${caller}, ${new Date(at)}, ${sealed})`.pipe(Effect.asVoid)
      )

      const prune = Effect.fn("KeptAnswers.prune")(function* (tenant_id: string, now: number, room = keptAnswers) {
        yield* datedNotAhead(sql, { table: "kept_answers", column: "at" }, tenant_id, now)
        const gone = yield* sql`
          delete from kept_answers using (
            select key, at, row_number() over newest as place, sum(size_bytes) over newest as bytes
            from kept_answers where tenant_id = ${tenant_id} window newest as (order by at desc, key)
          ) as counted
          where kept_answers.tenant_id = ${tenant_id} and kept_answers.key = counted.key
            and (counted.at < ${new Date(now - keptFor)} or place > ${room.answers} or bytes > ${room.bytes})
          returning kept_answers.key`
        return gone.length
      })

      return KeptAnswers.of({ find, keep, prune })
    })
  )
}
