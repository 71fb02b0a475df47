/** Asks for /livez and /readyz all the time, and remembers what was said when. */
import type { Server } from "../support/server.ts"

interface Look {
  readonly at: number
  readonly live: number
  readonly ready: number
}

const every = 250

export const watchHealth = (server: Server) => {
  const looks: Array<Look> = []
  const ending = new AbortController()
  const status = async (path: string) => (await fetch(server.url + path)).status
  const watching = (async () => {
    while (!ending.signal.aborted) {
      const at = performance.now()
      const [live, ready] = await Promise.all([status("/livez"), status("/readyz")])
      looks.push({ at, live, ready })
      await new Promise((resolve) => setTimeout(resolve, every))
    }
  })()
  return {
    /** What was asked for in this time, each answer once. */
    between: (from: number, to: number) => {
      const inside = looks.filter(({ at }) => at >= from && at <= to)
      return {
        looks: inside.length,
        live: [...new Set(inside.map(({ live }) => live))],
        ready: [...new Set(inside.map(({ ready }) => ready))]
      }
    },
    end: async () => {
      ending.abort()
      await watching
    }
  }
}
