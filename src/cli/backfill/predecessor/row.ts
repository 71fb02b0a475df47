/** One row of the predecessor, every value as text: what can be read of it, and what is wrong with it. */
import * as Schema from "effect/Schema"
import { normaliseIdentifier } from "../../../identifiers/normalise.ts"
import type { IdentifierKind } from "../../../../machines/events.ts"
import { identifierKinds } from "./identifier-kinds.ts"
import type { Finding } from "../source.ts"
import type { Entity } from "./tables.ts"
import { tables } from "./tables.ts"

export type Values = Readonly<Record<string, string | null>>

/** Space that Postgres puts where ISO 8601 has a T, and offsets without minutes. */
const isoOf = (text: string): string => text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00")

/** E.164, once the marks that people write are left out. */
const phone = /^\+[1-9]\d{6,14}$/

export class Row {
  readonly #values: Values
  readonly #entity: Entity
  readonly #find: (finding: Finding) => void

  constructor(entity: Entity, values: Values, find: (finding: Finding) => void) {
    this.#entity = entity
    this.#values = values
    this.#find = find
  }

  get place(): string {
    return `${tables[this.#entity].table} ${this.#value("id")}`
  }

  found(what: string, field?: string): void {
    this.#find({ place: field === undefined ? this.place : `${this.place}, ${field}`, what })
  }

  text(field: string, longest = 500_000): string | null {
    const value = this.#value(field)
    if (value === null || value === "") return null
    const clean = value.replaceAll("\u0000", "").toWellFormed()
    if (clean.length <= longest) return clean
    this.found(`is longer than ${longest} characters and was cut`, field)
    return clean.slice(0, longest).toWellFormed()
  }

  /** A text without which nothing can be told of the row. */
  required(field: string): string | null {
    const value = this.text(field, 500)?.trim() ?? ""
    if (value !== "") return value
    this.found("is empty", field)
    return null
  }

  instant(field: string): string | null {
    const value = this.#value(field)
    if (value === null) return null
    const at = Date.parse(isoOf(value))
    if (at >= 0) return new Date(at).toISOString()
    this.found(`"${value}" is no time`, field)
    return null
  }

  count(field: string): number | null {
    const value = this.#value(field)
    if (value === null) return null
    const count = Number(value)
    if (Number.isInteger(count) && count >= 0) return count
    this.found(`${value} is no count`, field)
    return null
  }

  number(field: string): number | null {
    const value = this.#value(field)
    return value === null || !Number.isFinite(Number(value)) ? null : Number(value)
  }

  flag(field: string): boolean | null {
    const value = this.#value(field)
    return value === null ? null : value === "true" || value === "t"
  }

  /** One of the contract's words; null where it is another, or none. */
  word<A extends string>(field: string, words: { readonly literals: ReadonlyArray<A> }): A | null {
    const value = this.#value(field)
    if (value === null || value === "") return null
    const known = words.literals.find((word) => word === value)
    if (known === undefined) this.found(`"${value}" is none of ${words.literals.join(", ")}`, field)
    return known ?? null
  }

  map(field: string): Readonly<Record<string, unknown>> | null {
    const value = this.#json(field)
    if (isMap(value)) return value
    if (value !== null) this.found("is no JSON object", field)
    return null
  }

  list(field: string): ReadonlyArray<Readonly<Record<string, unknown>>> {
    const value = this.#json(field)
    if (value === null) return []
    if (isMaps(value)) return value
    this.found("is no list of JSON objects", field)
    return []
  }

  /** The identifiers that are possible, by kind; `as`: what stands before the names of the columns. */
  identifiers(as = ""): Partial<Record<IdentifierKind, string>> {
    const possible: Partial<Record<IdentifierKind, string>> = {}
    for (const kind of identifierKinds) {
      const raw = this.text(`${as}${kind}`, 400)
      if (raw === null) continue
      const value = kind === "phone" ? phoneOf(raw) : normaliseIdentifier[kind](raw)
      if (value !== null) possible[kind] = value
      else if (as === "") this.found(`"${raw}" is impossible and was left out`, kind)
    }
    return possible
  }

  #value(field: string): string | null {
    return new Map(Object.entries(this.#values)).get(field) ?? null
  }

  #json(field: string): unknown {
    const value = this.#value(field)
    if (value === null || value === "") return null
    try {
      return JSON.parse(value)
    } catch {
      return value
    }
  }
}

const isMap = Schema.is(Schema.Record(Schema.String, Schema.Unknown))
const isMaps = Schema.is(Schema.Array(Schema.Record(Schema.String, Schema.Unknown)))

const phoneOf = (raw: string): string | null => {
  const digits = raw.replace(/[\s().\-/]/g, "").replace(/^00/, "+")
  return phone.test(digits) ? digits : null
}
