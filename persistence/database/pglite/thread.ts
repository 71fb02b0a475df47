/** One life of the embedded Postgres' thread, from its start to its end; what runs in it is in worker.ts. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Duplex } from "node:stream"
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads"
import { DatabaseUnavailable } from "../database-unavailable.ts"
import { portStream } from "./stream.ts"

/** What the worker is started with; directory `null`: in memory, for tests, beginning with the dump at that path if there is one. */
export interface WorkerInput {
  readonly directory: string | null
  readonly dump: string | undefined
}
export type ToWorker = { readonly type: "connect"; readonly port: MessagePort } | { readonly type: "close" }
export type FromWorker =
  | { readonly type: "ready" }
  | { readonly type: "broken"; readonly problem: string }
  | { readonly type: "closed"; readonly problem: string | null }

export interface Thread {
  /** Opens a connection; throws when the thread has died. */
  connect(): Duplex
  /** Done when the thread has ended on its own: its files are closed then. Answers why. */
  readonly died: Effect.Effect<Error>
}

/**
 * Starts the thread and waits until Postgres answers. When the scope closes, Postgres shuts down cleanly (it writes its
 * checkpoint) before the thread ends. Should the thread die on its own, its connections break and no new one opens.
 */
export const startThread = (
  directory: string | null,
  dump?: string
): Effect.Effect<Thread, DatabaseUnavailable, Scope.Scope> =>
  Effect.gen(function* () {
    const where = directory ?? "memory"
    const ready = Deferred.makeUnsafe<void, DatabaseUnavailable>()
    const closed = Deferred.makeUnsafe<void>()
    const died = Deferred.makeUnsafe<Error>()
    const streams = new Set<Duplex>()
    let death: Error | null = null

    const worker = yield* Effect.acquireRelease(
      Effect.sync(
        () =>
          new Worker(new URL("./worker.ts", import.meta.url), {
            workerData: { directory, dump } satisfies WorkerInput
          })
      ),
      (worker) =>
        Effect.gen(function* () {
          if (death === null) {
            worker.postMessage({ type: "close" } satisfies ToWorker)
            yield* Deferred.await(closed)
          }
          yield* Effect.promise(() => worker.terminate())
        })
    )
    worker.on("message", (message: FromWorker) => {
      if (message.type === "ready") Deferred.doneUnsafe(ready, Effect.void)
      else if (message.type === "broken") death ??= new Error(message.problem)
      else Deferred.doneUnsafe(closed, Effect.void)
    })
    const die = (cause: Error): void => {
      death ??= cause
      for (const stream of streams) stream.destroy(death)
      Deferred.doneUnsafe(
        ready,
        Effect.fail(
          new DatabaseUnavailable({
            where,
            problem: cause.message,
            cure: "look at the data directory; restore it from a backup if Postgres cannot open it"
          })
        )
      )
      Deferred.doneUnsafe(closed, Effect.void)
    }
    worker.on("error", (cause) => die(cause instanceof Error ? cause : new Error(String(cause))))
    worker.on("exit", (code) => {
      die(new Error(`the thread ended with ${code}`))
      Deferred.doneUnsafe(died, Effect.succeed(death!))
    })
    yield* Deferred.await(ready)

    return {
      died: Deferred.await(died),
      connect: () => {
        if (death !== null) throw death
        const { port1, port2 } = new MessageChannel()
        worker.postMessage({ type: "connect", port: port2 } satisfies ToWorker, [port2])
        const stream = portStream(port1)
        streams.add(stream)
        stream.once("close", () => streams.delete(stream))
        return stream
      }
    }
  })
