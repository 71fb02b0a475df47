/**
 * The journal: every accepted event of every tenant, in order. Owns appending as a group, the fence between two writers
 * of one tenant (I6), reading back and trimming. What a body means is not its business.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { randomUUID } from "node:crypto"
import { EventsClient } from "../database/events-client.ts"
import { FaultPoints } from "../database/fault-points.ts"
import { JournalClient } from "../database/journal-client.ts"

/** One event on its way to the journal. */
export interface JournalEntry {
  readonly tenant_id: string
  readonly seq: number
  /** Epoch milliseconds. */
  readonly at: number
  readonly kind: string
  readonly body: Uint8Array
}

/** One event as it is read back; the reader knows its tenant. */
export interface JournaledEntry extends Omit<JournalEntry, "tenant_id"> {
  /** The process that wrote it. */
  readonly writer: string
}

/**
 * The entry that a tenant's memory ends with: everything up to it has been applied, nothing past it (I6). `writer` is null where
 * the entry itself is trimmed and only the checkpoint tells of it; absent: this process.
 */
export interface Base {
  readonly seq: number
  readonly writer?: string | null
}

/** An entry of this kind stands for one that is lost and was given up by hand (docs/operations.md); a load passes over it. */
export const lostKind = "lost"

interface Row {
  readonly seq: bigint
  readonly at: Date
  readonly kind: string
  readonly body: Uint8Array
  readonly writer: string
}
const toEntry = (row: Row): JournaledEntry => ({ ...row, seq: Number(row.seq), at: row.at.getTime() })

/** Tenants of an append that another writer owns: none of their entries was written. */
export interface Appended {
  readonly lost: ReadonlyArray<string>
}

const isRows = <A>(attempt: ReadonlyArray<A> | SqlError): attempt is ReadonlyArray<A> => Array.isArray(attempt)

/** Bytes of entries that are read at once. */
export const readBytes = 16 * 2 ** 20

export class Journal extends Context.Service<
  Journal,
  {
    /**
     * Writes all entries in one statement. An entry that an earlier attempt of this process wrote already, its answer
     * lost, counts as written. A tenant with a key that another writer holds, or whose entry in `bases` is not there as it was
     * (a restore or a failover lost it), is reported in `lost` and writes nothing.
     */
    append(entries: ReadonlyArray<JournalEntry>, bases?: ReadonlyMap<string, Base>): Effect.Effect<Appended, SqlError>
    /** Those of the tenants whose journal does not end with the given entry: their memory is stale (I6). */
    overtaken(bases: ReadonlyMap<string, Base>): Effect.Effect<ReadonlyArray<string>, SqlError>
    /**
     * At most `limit` entries of a tenant after `after`, by seq; of long ones so many, at least one, that those before the last take
     * less than `bytes` (I8). No entry: there is none.
     */
    read(
      tenant_id: string,
      after: number,
      limit: number,
      bytes?: number
    ): Effect.Effect<ReadonlyArray<JournaledEntry>, SqlError>
    /**
     * The newest entries with seq < `before` whose body holds one of the byte strings, newest first: at most `limit` of them,
     * out of the `window` entries before `before`. A filter for who reads on, not an answer: bodies are not understood here.
     */
    mentioning(
      tenant_id: string,
      needles: ReadonlyArray<Uint8Array>,
      page: { readonly before: number; readonly window: number; readonly limit: number }
    ): Effect.Effect<ReadonlyArray<JournaledEntry>, SqlError>
    /** The oldest entry that is kept; null when there is none. */
    oldest(tenant_id: string): Effect.Effect<{ readonly seq: number; readonly at: number } | null, SqlError>
    /** The newest seq of a tenant, 0 if it has none; of a trimmed journal the checkpoint's. */
    head(tenant_id: string): Effect.Effect<number, SqlError>
    /** Whether every entry of a tenant from the first up to `seq` is still here: nothing has been trimmed. */
    isWhole(tenant_id: string, seq: number): Effect.Effect<boolean, SqlError>
    /** Whether the server takes writes at all: a standby, and one whose administrator forbade it, answers but does not. */
    readonly isWritable: Effect.Effect<boolean, SqlError>
    /** Deletes entries older than `before` (epoch milliseconds) that a cut has made history; answers how many. */
    trim(tenant_id: string, before: number): Effect.Effect<number, SqlError>
  }
>()("switchboard/persistence/Journal") {
  static readonly layer = Layer.effect(
    Journal,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const own = yield* JournalClient
      const events = yield* EventsClient
      const fault = yield* FaultPoints
      const writer = randomUUID()

      /** Bases as a table; a base before the first entry stands on nothing. */
      const basesOf = (bases: ReadonlyMap<string, Base>) => {
        const rows = [...bases].map(([tenant_id, base]) => ({ tenant_id, ...base }))
        return own`
          unnest(
            ${rows.map(({ tenant_id }) => tenant_id)}::text[],
            ${rows.map(({ seq }) => String(seq))}::bigint[],
            ${rows.map((base) => (base.writer === undefined ? writer : (base.writer ?? "")))}::text[]
          ) as base (tenant_id, seq, writer)`
      }
      /** Whether the entry of a base is there, from the same writer; a trimmed one is told by the checkpoint that stands on it. */
      const stands = own`
        (base.seq = 0
          or exists (
            select 1 from journal
            where journal.tenant_id = base.tenant_id and journal.seq = base.seq
              and (base.writer = '' or journal.writer::text = base.writer))
          or (exists (select 1 from checkpoints where checkpoints.tenant_id = base.tenant_id and checkpoints.seq = base.seq)
            and not exists (
              select 1 from journal where journal.tenant_id = base.tenant_id and journal.seq = base.seq)))`

      /** Answers the tenants whose base is gone; their entries are left out. */
      const insert = (entries: ReadonlyArray<JournalEntry>, bases: ReadonlyMap<string, Base>) => own<{
        readonly tenant_id: string
      }>`
        with fallen as materialized (select base.tenant_id from ${basesOf(bases)} where not ${stands}),
        written as (
          insert into journal (tenant_id, seq, at, kind, body, writer)
          select tenant_id, seq, at, kind, body, ${writer}::uuid
          from unnest(
            ${entries.map((entry) => entry.tenant_id)}::text[],
            ${entries.map((entry) => String(entry.seq))}::bigint[],
            ${entries.map((entry) => new Date(entry.at))}::timestamptz[],
            ${entries.map((entry) => entry.kind)}::text[],
            ${entries.map((entry) => entry.body)}::bytea[]
          ) as entry (tenant_id, seq, at, kind, body)
          where tenant_id not in (select tenant_id from fallen)
        )
        select tenant_id from fallen`

      /** Which of the keys are taken, and whether by this very entry of an earlier attempt of ours. */
      const taken = (entries: ReadonlyArray<JournalEntry>) => own<{
        readonly tenant_id: string
        readonly seq: bigint
        readonly ours: boolean
      }>`
        select journal.tenant_id, journal.seq, journal.writer = ${writer}::uuid and journal.body = entry.body as ours
        from unnest(
          ${entries.map((entry) => entry.tenant_id)}::text[],
          ${entries.map((entry) => String(entry.seq))}::bigint[],
          ${entries.map((entry) => entry.body)}::bytea[]
        ) as entry (tenant_id, seq, body)
        join journal on journal.tenant_id = entry.tenant_id and journal.seq = entry.seq`

      /** What is still to be written, and who is lost, after an insert broke on a key. */
      const afterConflict = Effect.fnUntraced(function* (entries: ReadonlyArray<JournalEntry>, broken: SqlError) {
        const keys = yield* taken(entries)
        if (keys.length === 0) return yield* broken
        const lost = new Set(keys.filter((key) => !key.ours).map((key) => key.tenant_id))
        const written = new Set(keys.map((key) => `${key.seq} ${key.tenant_id}`))
        const rest = entries.filter(
          (entry) => !lost.has(entry.tenant_id) && !written.has(`${entry.seq} ${entry.tenant_id}`)
        )
        return { rest, lost }
      })

      const append = Effect.fn("Journal.append")(function* (
        entries: ReadonlyArray<JournalEntry>,
        bases: ReadonlyMap<string, Base> = new Map()
      ) {
        yield* fault("before_journal")
        const lost = new Set<string>()
        let pending = entries
        while (pending.length > 0) {
          const attempt = yield* insert(pending, bases).pipe(
            Effect.catchReason("SqlError", "UniqueViolation", (_reason, error) => Effect.succeed(error))
          )
          if (isRows(attempt)) {
            for (const { tenant_id } of attempt) lost.add(tenant_id)
            break
          }
          const conflict = yield* afterConflict(pending, attempt)
          for (const tenant of conflict.lost) lost.add(tenant)
          pending = conflict.rest
        }
        yield* fault("after_journal")
        return { lost: [...lost] }
      })

      const overtaken = Effect.fn("Journal.overtaken")(function* (bases: ReadonlyMap<string, Base>) {
        const rows = yield* own<{ readonly tenant_id: string }>`
          select base.tenant_id from ${basesOf(bases)}
          where not ${stands}
            or exists (select 1 from journal where journal.tenant_id = base.tenant_id and journal.seq > base.seq)`
        return rows.map(({ tenant_id }) => tenant_id)
      })

      const read = Effect.fn("Journal.read")(function* (
        tenant_id: string,
        after: number,
        limit: number,
        bytes = readBytes
      ) {
        yield* fault("replay")
        const rows = yield* events<Row>`
          select seq, at, kind, body, writer
          from (
            select seq, at, kind, body, writer,
              sum(octet_length(body)) over (order by seq) - octet_length(body) as before
            from (
              select seq, at, kind, body, writer from journal
              where tenant_id = ${tenant_id} and seq > ${after}
              order by seq limit ${limit}
            ) as page
          ) as weighed
          where before < ${bytes}
          order by seq`
        return rows.map(toEntry)
      })

      const mentioning = Effect.fn("Journal.mentioning")(function* (
        tenant_id: string,
        needles: ReadonlyArray<Uint8Array>,
        { before, window, limit }: { readonly before: number; readonly window: number; readonly limit: number }
      ) {
        const rows = yield* sql<Row>`
          select seq, at, kind, body, writer from journal
          where tenant_id = ${tenant_id} and seq < ${before} and seq >= ${before - window}
            and exists (select 1 from unnest(${needles}::bytea[]) as needle where position(needle in body) > 0)
          order by seq desc limit ${limit}`
        return rows.map(toEntry)
      })

      const oldest = Effect.fn("Journal.oldest")(function* (tenant_id: string) {
        const rows = yield* sql<Pick<Row, "seq" | "at">>`
          select seq, at from journal where tenant_id = ${tenant_id} order by seq limit 1`
        return rows.length === 0 ? null : { seq: Number(rows[0]!.seq), at: rows[0]!.at.getTime() }
      })

      const head = Effect.fn("Journal.head")(function* (tenant_id: string) {
        const rows = yield* sql<{ readonly head: bigint }>`
          select greatest(
            (select max(seq) from journal where tenant_id = ${tenant_id}),
            (select seq from checkpoints where tenant_id = ${tenant_id}),
            0
          ) as head`
        return Number(rows[0]?.head ?? 0)
      })

      const isWhole = Effect.fn("Journal.isWhole")(function* (tenant_id: string, seq: number) {
        const rows = yield* sql<{ readonly kept: bigint }>`
          select count(*) as kept from journal where tenant_id = ${tenant_id} and seq <= ${seq}`
        return Number(rows[0]?.kept ?? 0) === seq
      })

      const trim = Effect.fn("Journal.trim")(function* (tenant_id: string, before: number) {
        const rows = yield* sql<{ readonly trimmed: number }>`
          with trimmed as (
            delete from journal
            where tenant_id = ${tenant_id} and at < ${new Date(before)}
              and seq <= (select seq from checkpoints where tenant_id = ${tenant_id})
            returning 1
          )
          select count(*)::integer as trimmed from trimmed`
        return rows[0]?.trimmed ?? 0
      })

      const isWritable = own<{ readonly writable: boolean }>`
        select current_setting('transaction_read_only') = 'off' as writable`.pipe(
        Effect.map((rows) => rows[0]?.writable === true)
      )

      return Journal.of({ append, overtaken, read, mentioning, oldest, head, isWhole, trim, isWritable })
    })
  )
}
