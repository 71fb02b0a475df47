/**
 * What may be held in memory, as shares of the heap that the process has (I8): the same rules for a container of 512 MiB and for a
 * large machine. The heap is Node's own limit (`NODE_OPTIONS=--max-old-space-size=…`); what is left over is for the work itself.
 */
import { getHeapStatistics } from "node:v8"

/** Weights over all tenants, in bytes of the heap as they are estimated (actor-weight.ts, weight.ts). */
export interface MemoryShares {
  /** What stays for as long as its tenant: the tenant, its connections and channels, the CRM's records. */
  readonly settled: number
  /** Actors that may sleep: conversations, people, record profiles. */
  readonly residents: number
  /** Events that no cut holds yet. */
  readonly backlog: number
  /** What feed topics show, and their patches for those who come back. */
  readonly feed: number
}

/** More than this a backlog only makes the next start longer. */
const longestBacklog = 256 * 2 ** 20

/** The shares of a heap of so many bytes; of this process's when left out. */
export const memoryShares = (heap = getHeapStatistics().heap_size_limit): MemoryShares => ({
  settled: Math.floor(heap / 8),
  residents: Math.floor(heap / 4),
  backlog: Math.min(longestBacklog, Math.floor(heap / 8)),
  feed: Math.floor(heap / 8)
})
