/** Where two versions answer differently: one line for a field of an entity. */
import { isDeepStrictEqual } from "node:util"
import { type Answers, kindOf } from "./answers.ts"

export interface Difference {
  readonly tenant: string
  readonly entity: string
  readonly field: string
  /** undefined: it was empty, or the entity was not there. */
  readonly was: unknown
  readonly is: unknown
}

/** Kinds that may be more than before: questions write lines of the trail; a later version has further tasks, and more to announce. */
const growing = new Set(["audit", "task", "announced"])

/** What is different. A field that the older version did not have is none. */
export const differencesOf = (tenant: string, before: Answers, after: Answers): ReadonlyArray<Difference> => {
  const names = new Set([...Object.keys(before.entities), ...Object.keys(after.entities)])
  return [...names].flatMap((entity): ReadonlyArray<Difference> => {
    const [was, is] = [before.entities[entity], after.entities[entity]]
    if (is === undefined) return [{ tenant, entity, field: "(all)", was: "there", is: "missing" }]
    if (was === undefined)
      return growing.has(kindOf(entity)) ? [] : [{ tenant, entity, field: "(all)", was: "not there", is }]
    const known = before.fields[kindOf(entity)] ?? []
    return known
      .filter((field) => !isDeepStrictEqual(was[field], is[field]))
      .map((field) => ({ tenant, entity, field, was: was[field], is: is[field] }))
  })
}

const shortened = (value: unknown): string => {
  const text = value === undefined ? "empty" : JSON.stringify(value)
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`
}

/** As a person reads it. */
export const described = ({ tenant, entity, field, was, is }: Difference): string =>
  `${tenant}: ${field} of ${entity} was ${shortened(was)}, is ${shortened(is)}`
