/** The memory of another Node process after its garbage was collected, through its inspector. */
import { once } from "node:events"
import { WebSocket } from "ws"

export interface Memory {
  /** Bytes. */
  readonly heap: number
  readonly external: number
  readonly resident: number
}

type Call = (method: string, params?: object) => Promise<any>

const connected = async <A>(inspector: string, work: (call: Call) => Promise<A>): Promise<A> => {
  const ws = new WebSocket(inspector)
  await once(ws, "open")
  let id = 0
  const call: Call = async (method, params = {}) => {
    const asked = ++id
    ws.send(JSON.stringify({ id: asked, method, params }))
    for (;;) {
      const [data] = await once(ws, "message")
      const answer = JSON.parse(String(data))
      if (answer.id === asked) return answer.result
    }
  }
  try {
    return await work(call)
  } finally {
    ws.close()
  }
}

const valueOf = async (call: Call, expression: string): Promise<any> => {
  const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, returnByValue: true })
  if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
  return result.value
}

/** The value of an expression in the process behind an inspector's address; undefined of what is no JSON. */
export const evaluated = (inspector: string, expression: string): Promise<unknown> =>
  connected(inspector, (call) => valueOf(call, expression))

/** Collects the garbage of the process behind an inspector's address, twice, then measures. */
export const memoryOf = (inspector: string): Promise<Memory> =>
  connected(inspector, async (call) => {
    await call("HeapProfiler.collectGarbage")
    // What finalizers let go of is garbage only now.
    await call("HeapProfiler.collectGarbage")
    const { heapUsed, external, rss } = await valueOf(call, "process.memoryUsage()")
    return { heap: heapUsed, external, resident: rss }
  })
