/**
 * One definition per field: from it come the context type, the SQL column, the JSON on the wire,
 * the documentation and the population metric (DESIGN §3). It owns what a field *is*; it does not
 * know how a value is stored or sent, only under which type.
 */
import * as Schema from "effect/Schema"

/** The Postgres type of a field's column. */
export type Column = "text" | "integer" | "boolean" | "timestamptz" | "date" | "jsonb" | "double precision" | "uuid"

/**
 * What is known of one field. `A` is its type in an actor's context, where instants are epoch milliseconds; `W` its type on the
 * wire, where they are ISO 8601; never, if it does not go there.
 */
export interface Field<A, W = A> {
  readonly schema: Schema.Codec<A, unknown>
  readonly column: Column
  readonly initial: A
  /** What the value says, in a sentence (CONTRACT §2). */
  readonly meaning: string
  /** The event, command or task that gives it its value. */
  readonly populatedBy: string
  /** ⚿: encrypted at rest, never logged, never on the feed, changes audited. */
  readonly sensitive: boolean
  /** Which changes leave a line in the audit trail: every one, those that a command made, or none. */
  readonly audited: "always" | "commands" | "never"
  /** Every entity of the kind must have it: null or empty is a fault that is reported (CONTRACT §7). */
  readonly required: boolean
  /** Kept for SQL and for the actor alone: neither JSON nor the feed shows it. */
  readonly offWire?: true
  /** How a structured value stands on the wire and in SQL, where that differs from context: instants inside it. */
  wire?(value: A): W
}

/** A field of whichever type. */
export type AnyField = Field<unknown>

/** The fields of one entity, by their name on the wire, in SQL and in context. */
export type Fields = Readonly<Record<string, AnyField>>

/** The context type that a set of fields describes. */
export type FieldsOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer A, unknown> ? A : never }

/** The JSON that a set of fields describes: what `wireOf` makes of a context. */
export type WireOf<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Field<unknown, never> ? never : K]: F[K] extends Field<unknown, infer W>
    ? W
    : never
}

const field =
  <A, W = A>(schema: Schema.Codec<A, unknown>, column: Column, initial: A) =>
  (meaning: string, populatedBy: string): Field<A, W> => ({
    schema,
    column,
    initial,
    meaning,
    populatedBy,
    sensitive: false,
    audited: "never",
    required: false
  })

/** Text that is always there, empty until populated. */
export const text = field<string>(Schema.String, "text", "")
/** Text, or null until populated. */
export const optionalText = field<string | null>(Schema.NullOr(Schema.String), "text", null)
/** A whole number, zero or more, that starts at 0. */
export const count = field<number>(Schema.Int, "integer", 0)
/** An id of ours, or null. */
export const optionalId = field<string | null>(Schema.NullOr(Schema.String), "uuid", null)
/** An id of ours that every entity of the kind has. */
export const id = field<string>(Schema.String, "uuid", "")
/** A UTC instant or null; epoch milliseconds in context, ISO 8601 with milliseconds on the wire. */
export const instant = field<number | null, string | null>(Schema.NullOr(Schema.Int), "timestamptz", null)

/** A UTC calendar day as YYYY-MM-DD, or null. */
export const day = field<string | null>(Schema.NullOr(Schema.String), "date", null)

/** A whole number with a default of its own. */
export const integer = (initial: number) => field<number>(Schema.Int, "integer", initial)
/** A whole number, or null for "no value". */
export const optionalInteger = field<number | null>(Schema.NullOr(Schema.Int), "integer", null)
/** A fraction, for confidences and rates. */
export const fraction = (initial: number) => field<number>(Schema.Number, "double precision", initial)
/** A yes or no with its default. */
export const flag = (initial: boolean) => field<boolean>(Schema.Boolean, "boolean", initial)
/** Text with a default of its own. */
export const textWith = (initial: string) => field<string>(Schema.String, "text", initial)
/** A number of the journal's, for which an integer column is too narrow; null: none. */
export const seq = field<number | null>(Schema.NullOr(Schema.Int), "double precision", null)
/** One of a closed vocabulary (CONTRACT §1). */
export const oneOf = <const L extends ReadonlyArray<string>>(values: Schema.Literals<L>, initial: L[number]) =>
  field<L[number]>(values as unknown as Schema.Codec<L[number], unknown>, "text", initial)
/** A map or list, kept as jsonb. */
export const json = <A>(schema: Schema.Codec<A, unknown>, initial: A) => field<A>(schema, "jsonb", initial)
/** Like `json`, for values that hold instants: `wire` says how they leave the process. */
export const jsonWith = <A, W>(schema: Schema.Codec<A, unknown>, initial: A, wire: (value: A) => W) => {
  const define = json(schema, initial)
  return (meaning: string, populatedBy: string): Field<A, W> => ({ ...define(meaning, populatedBy), wire })
}
/** A free map of provider hints. */
export const map = json<Readonly<Record<string, unknown>>>(Schema.Record(Schema.String, Schema.Unknown), {})

/** Marks a field as sensitive (⚿, CONTRACT §2). Its changes are audited, masked. */
export const sensitive = <A>(definition: Field<A>): Field<A, never> =>
  ({ ...definition, sensitive: true, audited: "always" }) as Field<A, never>
/** Marks a field that does not leave the process. */
export const offWire = <A>(definition: Field<A>): Field<A, never> =>
  ({ ...definition, offWire: true }) as Field<A, never>
/** Marks a field whose every change is audited, old and new in clear: resolution, limits. */
export const audited = <A, W>(definition: Field<A, W>): Field<A, W> => ({ ...definition, audited: "always" })
/** Marks a field that follows facts by itself: only a command that overrides it is audited. */
export const overrideAudited = <A, W>(definition: Field<A, W>): Field<A, W> => ({ ...definition, audited: "commands" })

/** Marks a field that every entity of its kind must have (CONTRACT §7, validation of required fields). */
export const required = <A, W>(definition: Field<A, W>): Field<A, W> => ({ ...definition, required: true })

/** A fresh context: every field at its default. */
export const initialOf = <F extends Fields>(fields: F): FieldsOf<F> =>
  Object.fromEntries(Object.entries(fields).map(([name, definition]) => [name, definition.initial])) as FieldsOf<F>

/** Epoch milliseconds as ISO 8601 with milliseconds; null stays null. */
export const isoInstant = (value: number | null): string | null =>
  value === null ? null : new Date(value).toISOString()

/** A context value as it stands on the wire: instants as ISO 8601 with milliseconds, all else as it is. */
export const toWire = (definition: Field<unknown>, value: unknown): unknown => {
  if (definition.wire !== undefined) return definition.wire(value)
  return definition.column === "timestamptz" ? isoInstant(value as number | null) : value
}

/** All fields of a context as wire JSON, those that do not leave the process left out. */
export const wireOf = <F extends Fields>(fields: F, context: FieldsOf<F>): WireOf<F> => {
  const wire: Record<string, unknown> = {}
  for (const name in fields) {
    const definition = fields[name]!
    if (!definition.sensitive && definition.offWire !== true) wire[name] = toWire(definition, context[name])
  }
  return wire as WireOf<F>
}
