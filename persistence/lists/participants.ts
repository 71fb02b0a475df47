/** Lists of participants, as of the newest cut. Owns no writing. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import { participantFields } from "../../machines/participant/fields.ts"
import { fromCursor, type InvalidCursor, keyOf, toCursor } from "./cursor.ts"
import { fromColumns } from "../database/field-values.ts"
import { holds } from "../cut/folded-columns.ts"

/** `id` and the fields of CONTRACT 2.7; instants are epoch milliseconds. */
export type StoredParticipant = Readonly<Record<string, unknown>>

export interface ParticipantQuery {
  /** Part of the name, the address, the number or a handle; case, accents and Unicode forms do not matter. */
  readonly q?: string | undefined
  readonly resolved?: boolean | undefined
  /** Several CRM records match, and a human has to choose. */
  readonly ambiguous?: boolean | undefined
  readonly limit: number
  readonly cursor?: string | null | undefined
}

export interface ParticipantPage {
  readonly items: ReadonlyArray<StoredParticipant>
  readonly next_cursor: string | null
}

export class Participants extends Context.Service<
  Participants,
  {
    /** A page, the last seen first; merged participants are not listed. */
    list(tenant_id: string, query: ParticipantQuery): Effect.Effect<ParticipantPage, SqlError | InvalidCursor>
  }
>()("switchboard/persistence/Participants") {
  static readonly layer = Layer.effect(
    Participants,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const newest = sql`coalesce(last_seen, '-infinity'::timestamptz)`

      const conditionsOf = (tenant_id: string, { q, resolved, ambiguous }: ParticipantQuery): Array<Fragment> => {
        const conditions: Array<Fragment> = [sql`tenant_id = ${tenant_id}`, sql`machine_state <> 'merged'`]
        if (resolved !== undefined)
          conditions.push(resolved ? sql`contact_record is not null` : sql`contact_record is null`)
        if (ambiguous !== undefined) {
          conditions.push(ambiguous ? sql`candidate_records <> '[]'::jsonb` : sql`candidate_records = '[]'::jsonb`)
        }
        if (q !== undefined) {
          const texts = sql`concat_ws(' ', name, email, phone, instagram_username, twitter_handle, linkedin_member_urn)`
          conditions.push(holds(sql, sql`search_folded`, texts, q))
        }
        return conditions
      }

      const list = Effect.fn("Participants.list")(function* (tenant_id: string, query: ParticipantQuery) {
        const conditions = conditionsOf(tenant_id, query)
        if (query.cursor) {
          const start = yield* fromCursor(query.cursor)
          conditions.push(sql`${newest} <= ${keyOf(start)}::timestamptz
            and (${newest} < ${keyOf(start)}::timestamptz or id > ${start.id}::uuid)`)
        }
        const rows = yield* sql<Record<string, unknown>>`
          select * from participants where ${sql.and(conditions)}
          order by ${newest} desc, id limit ${query.limit + 1}`
        const items = rows
          .slice(0, query.limit)
          .map((row) => ({ id: row["id"], ...fromColumns(participantFields, row) }) as StoredParticipant)
        const last = items.at(-1)
        const next_cursor =
          rows.length > items.length && last
            ? toCursor({ at: last["last_seen"] as number | null, id: last["id"] as string })
            : null
        return { items, next_cursor }
      })

      return Participants.of({ list })
    })
  )
}
