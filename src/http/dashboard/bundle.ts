/**
 * The files of the dashboard, made ready to be served: our own browser code with its types stripped, and the few libraries that it
 * uses, from node_modules. What the page imports is the whole list: nothing else can be asked for. Made once, in a thread of its
 * own, when the first browser comes, so that turns do not wait for it.
 */
import * as Effect from "effect/Effect"
import { Worker } from "node:worker_threads"

/** One file as browsers get it. */
export interface Asset {
  readonly type: string
  readonly body: Uint8Array
  /** The same, compressed; null when that does not make it smaller. */
  readonly br: Uint8Array | null
  readonly gzip: Uint8Array | null
  readonly etag: string
}

export interface Bundle {
  /** Changes with any of the files: it is part of their addresses, so that they may be kept for good. */
  readonly version: string
  /** By path below `/assets/<version>/`. */
  readonly assets: ReadonlyMap<string, Asset>
  /** Bare import → path below `/assets/<version>/`. */
  readonly imports: Readonly<Record<string, string>>
  /** Every module of ours and of the libraries, so that a browser can fetch them at once. */
  readonly modules: ReadonlyArray<string>
}

/** The bundle; a file that is missing or cannot be read is a defect. */
export const makeBundle: Effect.Effect<Bundle> = Effect.callback((resume) => {
  const worker = new Worker(new URL("./bundler.ts", import.meta.url))
  worker.once("message", (bundle: Bundle) => resume(Effect.succeed(bundle)))
  worker.once("error", (error) => resume(Effect.die(error)))
  return Effect.promise(() => worker.terminate())
})
