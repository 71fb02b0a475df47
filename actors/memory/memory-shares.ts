/**
 * What may be held in memory, as shares of the heap that the process has (I8): the same rules for a container of 512 MiB and for a
 * large machine. The heap is Node's own limit (`NODE_OPTIONS=--max-old-space-size=…`); what is left over is for the work itself.
 */
import { getHeapStatistics } from "node:v8"

/** Weights over all tenants, in bytes of the heap as they are estimated (actor-weight.ts, weight.ts). */
export interface MemoryShares {
  /**
   * Actors that stay as long as their tenant: the tenant itself, its connections and channels; and the CRM's records.
   */
  readonly settled: number
  /** Actors that can be passivated: conversations, people, record profiles. */
  readonly residents: number
  /** Events that no cut holds yet. */
  readonly backlog: number
  /** States of feed topics, and the patches kept for resuming subscribers. */
  readonly feed: number
}

/** A larger backlog would only lengthen the replay of the next start. */
const longestBacklog = 256 * 2 ** 20

/** The shares of a heap of so many bytes; of this process's when left out. */
export const memoryShares = (heap = getHeapStatistics().heap_size_limit): MemoryShares => ({
  settled: Math.floor(heap / 8),
  residents: Math.floor(heap / 4),
  backlog: Math.min(longestBacklog, Math.floor(heap / 8)),
  feed: Math.floor(heap / 8)
})
