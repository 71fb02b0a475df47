/** A tenant's actors in memory, and the ids that they go by. */
import type { Identity } from "./identity.ts"
import type { Population } from "./population.ts"

export interface Memory {
  readonly tenant: string
  readonly identity: Identity
  readonly population: Population
}
