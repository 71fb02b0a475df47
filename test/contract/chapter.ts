/** The form of the contract walk: chapters of scenarios that populate fields, specimens to see them in, and claims. */
import { expect } from "vitest"
import type { Entity } from "./contract-fields.ts"

/** A tenant over the public surface of a real server. */
export interface World {
  readonly get: (path: string) => Promise<any>
  readonly post: (path: string, body?: unknown) => Promise<any>
  readonly put: (path: string, body: unknown) => Promise<any>
  readonly patch: (path: string, body: unknown) => Promise<any>
  /** A webhook of the provider; its outcome. */
  readonly hook: (payload: unknown) => Promise<string>
}

export type Scenario = (w: World) => Promise<unknown>

/** One entity that claims look at, as the API shows it. */
export interface Specimen {
  readonly entity: Entity
  readonly look: (w: World) => Promise<any>
}

export interface Claim {
  readonly entity: Entity
  readonly field: string
  /** The scenario that populates it: the event, command or task that the contract names. */
  readonly by: string
  /** The specimen in which it is seen. */
  readonly of: string
  readonly expected: unknown
  /** `derived`: computed on reading, no column. `secret`: shown masked, sealed in SQL. `moves`: reading it changes it. */
  readonly nature?: "derived" | "secret" | "moves"
}

export interface Chapter {
  /** In this order. None undoes what another one populated. */
  readonly scenarios: Readonly<Record<string, Scenario>>
  readonly specimens: Readonly<Record<string, Specimen>>
  readonly claims: ReadonlyArray<Claim>
}

/** Claims on fields of one entity that one scenario populates. */
export const claim = (
  entity: Entity,
  of: string,
  by: string,
  values: Readonly<Record<string, unknown>>,
  nature?: Claim["nature"]
): ReadonlyArray<Claim> =>
  Object.entries(values).map(([field, expected]) => ({
    entity,
    field,
    by,
    of,
    expected,
    ...(nature === undefined ? {} : { nature })
  }))

export const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
export const id = expect.stringMatching(/^[0-9a-f-]{36}$/)
