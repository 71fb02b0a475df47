/** What a tenant's actor holds: the contract's fields, contacts that are being made, and the keys that were used. */
import type { TenantFields } from "./fields.ts"
import type { UsedKeys } from "./keys.ts"

export interface TenantContext extends TenantFields {
  readonly id: string
  readonly creations: Creations
  readonly facts: { readonly keys: UsedKeys }
}

export interface Creations {
  /** When contacts were asked for in the last hour, oldest first. */
  readonly recent: ReadonlyArray<number>
  /** People who are considered again at `due`. `hours`: after so many; absent: after one, or it was not kept. */
  readonly waiting: ReadonlyArray<{ readonly key: string; readonly due: number; readonly hours?: number }>
}

export const noCreations: Creations = { recent: [], waiting: [] }
