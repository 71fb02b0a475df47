/**
 * Which fields have values (CONTRACT §7): per field, how many entities there are, how many have it, and since when. Every
 * condition comes from the field definitions; one statement per table. As of the newest cut.
 *
 * A required field is populated when it is there: not null and not empty. Every other one when it differs from its default,
 * because a default says nothing about whether anything ever populates the field: null, '', 0, {} and [] are not values, and a
 * flag or vocabulary word counts once it has left its default.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { AnyField, Fields } from "../../machines/field.ts"
import { columnDefault, quoted } from "../database/columns.ts"
import { fieldEntities } from "../database/tables.ts"
import { own } from "../../machines/own.ts"

/** One field of one entity in one tenant. Instants are epoch milliseconds. */
export interface FieldFigure {
  readonly entity: string
  readonly field: string
  readonly entities: number
  readonly populated: number
  /** Populated since then at the latest; null for ⚿ fields, of which only the count is told, and while nothing has it. */
  readonly first_populated_at: number | null
  /** Newest change of an entity that has it. */
  readonly last_populated_at: number | null
}

/** A required field that some entities lack. */
export interface MissingField {
  readonly entity: string
  readonly field: string
  readonly entities: number
  readonly missing: number
  /** Up to 20 of them; a member is named `conversation/participant`. */
  readonly ids: ReadonlyArray<string>
}

interface Counted {
  readonly field: string
  readonly entities: number
  readonly populated: number
}
interface Since {
  readonly entity: string
  readonly field: string
  readonly first_populated_at: Date
  readonly last_populated_at: Date
}

/** Ids that a report of missing fields names. */
const named = 20

const column = (name: string): string => `one."${name}"`

/** SQL for "it is there": neither null nor empty. */
const present = (name: string, field: AnyField): string => {
  if (field.column === "text") return `coalesce(${column(name)}, '') <> ''`
  if (field.column === "jsonb") return `coalesce(${column(name)}, '{}') not in ('{}', '[]')`
  return `${column(name)} is not null`
}

/** SQL for "it is populated". */
const populated = (name: string, field: AnyField): string => {
  const initial = columnDefault(field)
  return field.required || initial === null ? present(name, field) : `${column(name)} is distinct from ${initial}`
}

const names = (fields: Fields, chosen: (field: AnyField) => boolean): string =>
  Object.keys(fields)
    .filter((name) => chosen(own(fields, name)!))
    .map(quoted)
    .join(", ")

const values = (fields: Fields): string =>
  Object.entries(fields)
    .map(([name, field]) => `(${quoted(name)}, ${populated(name, field)})`)
    .join(", ")

/** SQL for when an entity last changed; a row of a day has only its day. */
const changedAt = (fields: Fields): string => ("updated_at" in fields ? "one.updated_at" : "one.date::timestamptz")

/** How an entity is named in a report. */
const idOf = (entity: string): string =>
  entity === "member" ? "one.conversation_id || '/' || one.participant_id" : "one.id::text"

export class FieldPopulation extends Context.Service<
  FieldPopulation,
  {
    /** Counts every field of every entity of the tenant, and keeps since when. Reads all rows: one tenant at a time. */
    measure(tenant_id: string): Effect.Effect<ReadonlyArray<FieldFigure>, SqlError>
    /** Required fields that some entities lack. */
    missing(tenant_id: string): Effect.Effect<ReadonlyArray<MissingField>, SqlError>
    /** The newest figures of each tenant measured by this process. */
    readonly measured: Effect.Effect<ReadonlyArray<FieldFigure>>
  }
>()("switchboard/persistence/FieldPopulation") {
  static readonly layer = Layer.effect(
    FieldPopulation,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const newest = new Map<string, ReadonlyArray<FieldFigure>>()
      const oneAtATime = yield* Semaphore.make(1)

      const count = (tenant_id: string, entity: string) => {
        const { table, fields } = own(fieldEntities, entity)!
        return sql<Counted>`
          with counted as (
            select
              field.name as field,
              count(*)::integer as entities,
              (count(*) filter (where field.populated))::integer as populated,
              min(${sql.literal(changedAt(fields))}) filter (where field.populated) as first_populated_at,
              max(${sql.literal(changedAt(fields))}) filter (where field.populated) as last_populated_at
            from ${sql(table)} as one, lateral (values ${sql.literal(values(fields))}) as field (name, populated)
            where one.tenant_id = ${tenant_id}
            group by field.name
          ), kept as (
            insert into field_population (tenant_id, entity, field, first_populated_at, last_populated_at)
            select ${tenant_id}, ${entity}, field, first_populated_at, last_populated_at from counted
            where first_populated_at is not null and field in (${sql.literal(names(fields, (field) => !field.sensitive))})
            on conflict (tenant_id, entity, field) do update set
              first_populated_at = least(field_population.first_populated_at, excluded.first_populated_at),
              last_populated_at = greatest(field_population.last_populated_at, excluded.last_populated_at)
          )
          select field, entities, populated from counted`
      }

      const since = (tenant_id: string) => sql<Since>`
        select entity, field, first_populated_at, last_populated_at from field_population where tenant_id = ${tenant_id}`

      const measure = Effect.fn("FieldPopulation.measure")(function* (tenant_id: string) {
        const counts = new Map<string, Counted>()
        for (const entity of Object.keys(fieldEntities)) {
          for (const counted of yield* count(tenant_id, entity)) counts.set(`${entity}.${counted.field}`, counted)
        }
        const times = new Map((yield* since(tenant_id)).map((row) => [`${row.entity}.${row.field}`, row]))
        const figures = Object.entries(fieldEntities).flatMap(([entity, { fields }]) =>
          Object.keys(fields).map((field): FieldFigure => {
            const counted = counts.get(`${entity}.${field}`)
            const time = times.get(`${entity}.${field}`)
            return {
              entity,
              field,
              entities: counted?.entities ?? 0,
              populated: counted?.populated ?? 0,
              first_populated_at: time?.first_populated_at.getTime() ?? null,
              last_populated_at: time?.last_populated_at.getTime() ?? null
            }
          })
        )
        newest.set(tenant_id, figures)
        return figures
      }, oneAtATime.withPermits(1))

      const lacking = (tenant_id: string, entity: string) => {
        const { table, fields } = own(fieldEntities, entity)!
        const required = Object.entries(fields).filter(([, field]) => field.required)
        const lacks = required.map(([name, field]) => `(${quoted(name)}, not (${present(name, field)}))`).join(", ")
        return sql<{ readonly field: string; readonly entities: number; readonly missing: number }>`
          select
            field.name as field,
            count(*)::integer as entities,
            (count(*) filter (where field.missing))::integer as missing
          from ${sql(table)} as one, lateral (values ${sql.literal(lacks)}) as field (name, missing)
          where one.tenant_id = ${tenant_id}
          group by field.name having bool_or(field.missing) order by field.name`
      }

      const idsLacking = (tenant_id: string, entity: string, name: string) => {
        const { table, fields } = own(fieldEntities, entity)!
        return sql<{ readonly id: string }>`
          select ${sql.literal(idOf(entity))} as id from ${sql(table)} as one
          where one.tenant_id = ${tenant_id} and not (${sql.literal(present(name, own(fields, name)!))})
          order by 1 limit ${named}`
      }

      const missing = Effect.fn("FieldPopulation.missing")(function* (tenant_id: string) {
        const found: Array<MissingField> = []
        for (const [entity, { fields }] of Object.entries(fieldEntities)) {
          if (!Object.values(fields).some((field) => field.required)) continue
          for (const row of yield* lacking(tenant_id, entity)) {
            const ids = yield* idsLacking(tenant_id, entity, row.field)
            found.push({ entity, ...row, ids: ids.map(({ id }) => id) })
          }
        }
        return found
      })

      return FieldPopulation.of({ measure, missing, measured: Effect.sync(() => [...newest.values()].flat()) })
    })
  )
}
