/** Every fault, in the order in which it strikes the same running process. */
import type { Fault } from "../fault.ts"
import { cutLocked } from "./cut-locked.ts"
import { diskFullByTrigger, diskFullReally, mayMount } from "./disk-full.ts"
import { outOfConnections } from "./out-of-connections.ts"
import { readOnly } from "./read-only.ts"
import { silent } from "./silent.ts"
import { slow } from "./slow.ts"
import { stopped } from "./stopped.ts"

/** What any user can run. */
export const everywhere: ReadonlyArray<Fault> = [
  stopped,
  slow,
  outOfConnections,
  readOnly,
  diskFullByTrigger,
  silent,
  cutLocked
]

/** What can be run here: a disk that is really full, where file systems may be mounted. */
export const possibleHere = async (): Promise<ReadonlyArray<Fault>> =>
  (await mayMount()) ? everywhere.map((fault) => (fault === diskFullByTrigger ? diskFullReally : fault)) : everywhere
