/** The caller of a request: set once, by ./access.ts. */
import * as Context from "effect/Context"

/** A scope that a key may have beside the plain rights on its tenant. */
export type Scope = "secrets" | "import"

export interface Caller {
  readonly kind: "admin" | "key"
  /** The id of a tenant's key; null for the admin key. */
  readonly key: string | null
  /** `admin` or `key:<name>`: how the caller stands in the audit trail. */
  readonly name: string
  readonly scopes: ReadonlyArray<string>
}

/** The caller of the current request; outside of one: none. */
export const CurrentCaller = Context.Reference<Caller | null>("switchboard/http/CurrentCaller", {
  defaultValue: () => null
})

/** Whether the caller may do what the scope allows. The admin may everything. */
export const allows = (caller: Caller | null, scope: Scope): boolean =>
  caller !== null && (caller.kind === "admin" || caller.scopes.includes(scope))
