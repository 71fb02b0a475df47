/** The CRM's records as of the newest cut. Writing is the cut's (snapshots.ts). */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { CrmRecord } from "../../machines/record/record.ts"

type Identifiers = Pick<CrmRecord, "emails" | "phones" | "linkedin" | "domains">
type Row = Pick<CrmRecord, "record_id" | "kind" | "pipeline_id"> & { readonly identifiers: Identifiers }

/** The text as a pattern that only itself fits. */
const like = (text: string): string => text.replace(/[\\%_]/g, "\\$&")

const toRecord = ({ record_id, kind, pipeline_id, identifiers }: Row): CrmRecord => ({
  record_id,
  kind,
  pipeline_id,
  ...identifiers
})

export class CrmRecords extends Context.Service<
  CrmRecords,
  {
    /** All records of a tenant. */
    list(tenant_id: string): Effect.Effect<ReadonlyArray<CrmRecord>, SqlError>
    /** How many records a tenant has, and the bytes of their identifiers as JSON. */
    weigh(tenant_id: string): Effect.Effect<{ readonly records: number; readonly bytes: number }, SqlError>
    get(tenant_id: string, record_id: string): Effect.Effect<CrmRecord | null, SqlError>
    /** Participants that a company's domains may concern: with an address there or below, or linked to it by domain. At most `limit`. */
    concerned(
      tenant_id: string,
      record_id: string,
      domains: ReadonlyArray<string>,
      limit: number
    ): Effect.Effect<ReadonlyArray<string>, SqlError>
  }
>()("switchboard/persistence/CrmRecords") {
  static readonly layer = Layer.effect(
    CrmRecords,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const list = Effect.fn("CrmRecords.list")(function* (tenant_id: string) {
        const rows = yield* sql<Row>`
          select record_id, kind, pipeline_id, identifiers from crm_records where tenant_id = ${tenant_id}`
        return rows.map(toRecord)
      })

      const weigh = Effect.fn("CrmRecords.weigh")(function* (tenant_id: string) {
        const [row] = yield* sql<{ readonly records: number; readonly bytes: number }>`
          select count(*)::integer as records, coalesce(sum(octet_length(identifiers::text)), 0)::float8 as bytes
          from crm_records where tenant_id = ${tenant_id}`
        return row!
      })

      const get = Effect.fn("CrmRecords.get")(function* (tenant_id: string, record_id: string) {
        const rows = yield* sql<Row>`
          select record_id, kind, pipeline_id, identifiers from crm_records
          where tenant_id = ${tenant_id} and record_id = ${record_id}`
        return rows[0] === undefined ? null : toRecord(rows[0])
      })

      const concerned = Effect.fn("CrmRecords.concerned")(function* (
        tenant_id: string,
        record_id: string,
        domains: ReadonlyArray<string>,
        limit: number
      ) {
        const rows = yield* sql<{ readonly id: string }>`
          select id from participants
          where tenant_id = ${tenant_id} and machine_state <> 'merged'
            and (secondary_record = ${record_id} or split_part(email, '@', 2) like any(${domains.flatMap((domain) => [like(domain), `%.${like(domain)}`])}::text[]))
          order by id limit ${limit}`
        return rows.map((row) => row.id)
      })

      return CrmRecords.of({ list, weigh, get, concerned })
    })
  )
}
