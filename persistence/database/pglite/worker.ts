/**
 * The thread of the embedded Postgres. PGlite computes on the thread it runs on, so it runs on this one; the event loop
 * that turns actors only ever sees bytes on a port (DESIGN §4). It serves one session at a time: there is one backend.
 */
import { PGlite } from "@electric-sql/pglite"
import { readFileSync } from "node:fs"
import { type MessagePort, parentPort, workerData } from "node:worker_threads"
import { Ailing } from "./ailing.ts"
import { DurableFileSystem, durableStartParams } from "./file-system.ts"
import { isCancelRequest, isTerminate, makeFrames } from "./frames.ts"
import type { FromWorker, ToWorker, WorkerInput } from "./thread.ts"

const { directory, dump } = workerData as WorkerInput
const tell = (message: FromWorker): void => parentPort!.postMessage(message)

const beginning = dump === undefined ? {} : { loadDataDir: new Blob([readFileSync(dump)]) }
const pg = await PGlite.create(
  directory === null ? beginning : { fs: new DurableFileSystem(directory), startParams: durableStartParams }
)

/** Errors of the embedded Postgres that it does not get over by itself. */
const ailing = new Ailing()

/**
 * Ends this thread alone: Postgres has panicked or cannot use its files any more. It is started again on the same files
 * (server.ts), and Postgres recovers from its log as after any crash.
 */
const giveUp = (problem: string): never => {
  tell({ type: "broken", problem })
  process.exit(1)
}

/** Runs one batch and hands the answer's bytes on. The bytes belong to Postgres' memory: copied before they leave. */
const run = (batch: Uint8Array, answer: (bytes: Uint8Array) => void): Promise<void> =>
  pg
    .execProtocolRawStream(batch, {
      onRawData: (bytes) => {
        const own = new Uint8Array(bytes)
        // Before it is handed on: then the bytes are the receiver's.
        const problem = ailing.after(own, Date.now())
        answer(own)
        if (problem !== null) giveUp(problem)
      }
    })
    .catch((cause: unknown) => giveUp(String(cause)))

const query = (text: string): Uint8Array => {
  const body = Buffer.from(`${text}\0`)
  const message = Buffer.alloc(5 + body.length, "Q")
  message.writeUInt32BE(4 + body.length, 1)
  body.copy(message, 5)
  return message
}
const sync = Uint8Array.of(0x53, 0, 0, 0, 4)

/** What the backend's end would do for a session: no transaction, no lock, no prepared statement stays behind. */
const forget = async (): Promise<void> => {
  for (const batch of [sync, query("rollback"), query("discard all")]) await run(batch, () => {})
}

/** Serves one session, from its startup packet to its Terminate or the end of its port. */
const serve = (port: MessagePort, incoming: (listener: (chunk: Uint8Array | null) => void) => void): Promise<void> =>
  new Promise((resolve) => {
    const frames = makeFrames()
    let work = Promise.resolve()
    let ended = false
    const end = (): void => {
      if (ended) return
      ended = true
      work = work.then(forget).then(() => {
        port.postMessage(null)
        port.close()
        resolve()
      })
    }
    const answer = (bytes: Uint8Array): void => port.postMessage(bytes, [bytes.buffer as ArrayBuffer])
    incoming((chunk) => {
      if (ended) return
      if (chunk === null) return end()
      for (const batch of frames(chunk)) {
        if (isTerminate(batch)) return end()
        // A batch that Postgres could not take leaves the protocol in an unknown place: that session is over.
        work = work.then(() => (ended ? undefined : run(batch, answer))).catch(end)
      }
    })
  })

let sessions = Promise.resolve()

/** Holds a new connection's bytes until the session before it has ended. */
const connect = (port: MessagePort): void => {
  const held: Array<Uint8Array | null> = []
  let listener = (chunk: Uint8Array | null): void => {
    held.push(chunk)
    if (held.length > 1) return
    if (chunk === null || isCancelRequest(chunk)) return port.close()
    sessions = sessions.then(() =>
      serve(port, (next) => {
        listener = next
        for (const early of held) next(early)
      })
    )
  }
  port.on("message", (chunk: Uint8Array | null) => listener(chunk))
  port.on("close", () => {
    if (held.length > 0) listener(null)
  })
}

parentPort!.on("message", (message: ToWorker) => {
  if (message.type === "connect") return connect(message.port)
  void sessions
    .then(() => pg.close())
    .then(
      () => tell({ type: "closed", problem: null }),
      (error: unknown) => tell({ type: "closed", problem: String(error) })
    )
})

tell({ type: "ready" })
