/** The form of the contract walk: chapters of scenarios that populate fields, specimens to see them in, and claims. */
import * as OpenApi from "effect/http-api/OpenApi"
import { expect } from "vitest"
import { documented } from "../../src/http/api/api.ts"
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
  /** Whether what populates its fields exists; if not, its fields are awaited. */
  readonly ready: boolean
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

const paths = new Set(Object.keys(OpenApi.fromApi(documented).paths))
/** Whether the API has the path, as its document writes it behind `/v1/tenants/{tenant}`. */
export const serves = (path: string): boolean => paths.has(`/v1/tenants/{tenant}${path}`)

export const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
export const id = expect.stringMatching(/^[0-9a-f-]{36}$/)
