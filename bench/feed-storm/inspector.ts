/** The memory of another Node process after its garbage was collected, through its inspector. */
import { once } from "node:events"
import { WebSocket } from "ws"

export interface Memory {
  /** Bytes. */
  readonly heap: number
  readonly external: number
  readonly resident: number
}

/** Collects the garbage of the process behind an inspector's address, twice, then measures. */
export const memoryOf = async (inspector: string): Promise<Memory> => {
  const ws = new WebSocket(inspector)
  await once(ws, "open")
  let id = 0
  const call = async (method: string, params: object = {}): Promise<any> => {
    const asked = ++id
    ws.send(JSON.stringify({ id: asked, method, params }))
    for (;;) {
      const [data] = await once(ws, "message")
      const answer = JSON.parse(String(data))
      if (answer.id === asked) return answer.result
    }
  }
  await call("HeapProfiler.collectGarbage")
  // What finalizers let go of is garbage only now.
  await call("HeapProfiler.collectGarbage")
  const { result } = await call("Runtime.evaluate", { expression: "process.memoryUsage()", returnByValue: true })
  ws.close()
  const { heapUsed, external, rss } = result.value
  return { heap: heapUsed, external, resident: rss }
}
