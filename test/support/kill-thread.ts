/** Ends a worker thread of this process from inside, as a crash would: through the inspector, past everything that owns them. */
import { Session } from "node:inspector/promises"

/** An error that nobody catches, in the worker whose script ends with `script`; answers whether there was one. */
export const killThread = async (script: string): Promise<boolean> => {
  const session = new Session()
  session.connect()
  let found = 0
  const kill = {
    id: 1,
    method: "Runtime.evaluate",
    params: { expression: 'setTimeout(() => { throw new Error("the thread was killed by a test") })' }
  }
  session.on("NodeWorker.attachedToWorker", ({ params }) => {
    if (found > 0 || !params.workerInfo.url.endsWith(script)) return
    found++
    void session.post("NodeWorker.sendMessageToWorker", { sessionId: params.sessionId, message: JSON.stringify(kill) })
  })
  await session.post("NodeWorker.enable", { waitForDebuggerOnStart: false })
  await new Promise((resolve) => setTimeout(resolve, 200))
  session.disconnect()
  return found > 0
}
