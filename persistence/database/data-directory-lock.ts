/**
 * One process per data directory. Owns the file `switchboard.lock` in it; a lock of a process that is dead is taken over.
 * It guards against two processes on one machine, not against a directory that two machines share.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { DatabaseUnavailable } from "./database-unavailable.ts"

const unavailable = (where: string, problem: string, cure: string) => new DatabaseUnavailable({ where, problem, cure })

/** Locks of this process: a file with our own pid that is not among them is a leftover of an earlier container's pid. */
const held = new Set<string>()

/** When a process began, in clock ticks since boot: tells a reused pid from the one that wrote the lock. Linux only. */
const startOf = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""
  } catch {
    return ""
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** Whether the writer of this lock still runs. */
const isHeld = (lock: string, path: string): boolean => {
  const [pid, start] = lock.trim().split(" ")
  if (pid === String(process.pid)) return held.has(path)
  return isAlive(Number(pid)) && (start === undefined || startOf(Number(pid)) === start)
}

const read = (path: string): string | null => {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return null
  }
}

const take = (directory: string): string => {
  mkdirSync(directory, { recursive: true })
  const path = join(resolve(directory), "switchboard.lock")
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, `${process.pid} ${startOf(process.pid)}\n`)
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      try {
        // link, not rename: it fails when the lock exists, and the content is there from the first instant.
        linkSync(draft, path)
        held.add(path)
        return path
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
      }
      const found = read(path)
      if (found === null) continue
      if (isHeld(found, path)) {
        throw unavailable(
          directory,
          `process ${found.trim().split(" ")[0]} uses it`,
          "stop that process, or set SWITCHBOARD_DATA_DIR to another directory, or DATABASE_URL to share a database"
        )
      }
      const aside = `${draft}.stale`
      try {
        renameSync(path, aside)
      } catch {
        continue
      }
      // Another process may have taken over between our look and our rename: then its lock goes back.
      if (read(aside) !== found) linkSync(aside, path)
      rmSync(aside)
    }
    throw unavailable(directory, "its lock changes hands all the time", `look who writes ${path}`)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Takes the directory for this process until the scope closes. */
export const lockDataDirectory = (directory: string): Effect.Effect<void, DatabaseUnavailable, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => take(directory),
      catch: (error) =>
        error instanceof DatabaseUnavailable
          ? error
          : unavailable(directory, String(error), "make sure that the directory can be written")
    }),
    (path) =>
      Effect.sync(() => {
        held.delete(path)
        rmSync(path, { force: true })
      })
  ).pipe(Effect.asVoid)
