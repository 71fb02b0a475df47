/** The embedded Postgres on a file system that is really full, and has room again: nothing acknowledged is lost, nobody restarts it by hand. */
import { execFile } from "node:child_process"
import * as Option from "effect/Option"
import { mkdtemp, rm, rmdir, statfs, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { copyFreshCluster } from "../support/fresh-cluster.ts"
import { random } from "../support/seeded.ts"
import { startServer } from "../support/server.ts"
import { mustBe } from "./fault.ts"
import { numbers, Sender } from "./sender.ts"

const run = promisify(execFile)
const mebibyte = 1024 * 1024
/** What is left free when the load begins: less than one more segment of the write-ahead log. */
const left = 12 * mebibyte
/** Milliseconds from the moment there is room until events must be taken again. */
const recoveryTime = 60_000

export interface EmbeddedDiskFullReport {
  readonly proof: string
  readonly taken: number
  /** Milliseconds from the room to the first event that was taken again. */
  readonly recovery: number
  readonly violations: ReadonlyArray<string>
}

/** Needs the right to mount (disk-full.ts: `mayMount`). */
export const runEmbeddedDiskFull = async (): Promise<EmbeddedDiskFullReport> => {
  const violations: Array<string> = []
  const claim = (holds: boolean, otherwise: () => string): void => {
    if (!holds) violations.push(otherwise())
  }
  const disk = await mkdtemp(join(tmpdir(), "switchboard-small-disk-"))
  await run("mount", ["-t", "tmpfs", "-o", "size=120m", "tmpfs", disk])
  try {
    const dataDir = join(disk, "data")
    await copyFreshCluster(dataDir)
    const options = { url: Option.none(), dataDir }
    const server = await startServer({ name: "pglite", make: async () => ({ options, close: async () => {} }) })
    try {
      const sender = new Sender(await server.tenant("full", "account"), "account", noise)
      await sender.bring(server, numbers(0, 20))
      const { bavail, bsize } = await statfs(disk)
      const ballast = join(disk, "ballast")
      await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - left)))
      let n = 20
      for (let failures = 0; failures < 4 && n < 2_000; n++) if (!(await sender.try(server, n))) failures++
      const refusals = [...sender.refusals].map(([why, times]) => `${times} × ${why}`).join(", ")
      const proof = mustBe("events not taken when the disk was full", refusals, /./)
      claim((await fetch(`${server.url}/livez`)).status === 200, () => "/livez does not say 200 while the disk is full")
      await rm(ballast)
      const freed = performance.now()
      let taken = false
      while (!taken && performance.now() - freed < recoveryTime) taken = await sender.try(server, n)
      const recovery = Math.round(performance.now() - freed)
      claim(taken, () => `nothing is taken ${recovery} ms after the disk has room again`)
      if (!taken) return { proof, taken: sender.taken.size, recovery, violations }
      await sender.bring(
        server,
        numbers(0, n).filter((each) => !sender.taken.has(each))
      )
      const counted = await sender.counted(server)
      await server.kill()
      await server.restart()
      const again = await sender.counted(server)
      claim(counted === n + 1, () => `${counted} counted of ${n + 1}`)
      claim(again === n + 1, () => `${again} counted after kill -9 of ${n + 1}`)
      return { proof, taken: sender.taken.size, recovery, violations }
    } finally {
      await server.close()
    }
  } finally {
    await run("umount", ["-l", disk])
    await rmdir(disk)
  }
}

const next = random("embedded disk full")
/** Some 17 KB that can hardly be compressed. */
const noise = (): string => Array.from({ length: 1_500 }, () => next().toString(36)).join("")
