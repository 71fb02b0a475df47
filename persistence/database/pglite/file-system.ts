/**
 * The data directory of the embedded Postgres. PGlite starts with fsync switched off, and its file layer has no fsync to
 * call: a commit survives the death of the process, but not of the machine. Here both are put back, so that a commit
 * means what it means on any Postgres (I1).
 */
import { PGlite } from "@electric-sql/pglite"
import { NodeFS } from "@electric-sql/pglite/nodefs"
import { fdatasyncSync } from "node:fs"

/** Start parameters of Postgres: PGlite's own without `-F` (no fsync); fdatasync is a no-op in its libc, fsync is not. */
export const durableStartParams: Array<string> = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  "-c",
  "wal_sync_method=fsync"
]

/** What of the compiled Postgres is touched here. */
interface Compiled {
  readonly NODEFS: { readonly stream_ops: { fsync?: (stream: { readonly nfd: number }) => number } }
}

/** Files of a directory, with an fsync that reaches the disk. */
export class DurableFileSystem extends NodeFS {
  override async init(...[pg, options]: Parameters<NodeFS["init"]>): ReturnType<NodeFS["init"]> {
    const started = await super.init(pg, options)
    const addFsync = (compiled: Compiled): void => {
      compiled.NODEFS.stream_ops.fsync = (stream) => {
        fdatasyncSync(stream.nfd)
        return 0
      }
    }
    const preRun = [started.emscriptenOpts.preRun ?? []].flat() as Array<(compiled: never) => void>
    return { emscriptenOpts: { ...started.emscriptenOpts, preRun: [...preRun, addFsync as never] as never } }
  }
}
