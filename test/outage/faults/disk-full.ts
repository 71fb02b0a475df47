/**
 * No room for the journal. Where the harness may mount, this is real: the journal's table lies on a small file system that is
 * full. Elsewhere a trigger raises what Postgres raises then.
 */
import { execFile } from "node:child_process"
import { chown, mkdtemp, rm, rmdir, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { ask, openAdministrator, stateOf } from "../../support/administrator.ts"
import { type Fault, mustBe } from "../fault.ts"

const run = promisify(execFile)
const diskFull = "53100"

/** Whether this user may mount a file system here. */
export const mayMount = async (): Promise<boolean> => {
  if (process.getuid?.() !== 0) return false
  const directory = await mkdtemp(join(tmpdir(), "switchboard-mount-"))
  try {
    await run("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", directory])
    await run("umount", [directory])
    return true
  } catch {
    return false
  } finally {
    await rmdir(directory)
  }
}

const insert = (bytes: number) => `
  insert into journal (tenant_id, seq, at, kind, body, writer)
  select 'nobody', coalesce(max(seq), 0) + 1, now(), 'none', decode(repeat('00', ${bytes}), 'hex'), gen_random_uuid()
  from journal where tenant_id = 'nobody'`

/** Inserts until even a small entry finds no room; answers with the SQLSTATE that said so. */
const fillUp = async (url: string): Promise<string> => {
  const administrator = await openAdministrator(url)
  try {
    // Bodies of one byte over and over would be compressed away past 2,000 bytes.
    let state = "none"
    for (const bytes of [1_500, 400, 50, 1]) {
      do state = await stateOf(administrator.ask(insert(bytes)))
      while (state === "none")
    }
    return state
  } finally {
    await administrator.close()
  }
}

/** A tablespace of 16 MiB, filled up. */
export const diskFullReally: Fault = {
  name: "disk full (a full file system)",
  answers: "wait",
  refusesQueries: true,
  keepsRows: true,
  logged: new RegExp(diskFull),
  strike: async ({ postgres, url }) => {
    const directory = await mkdtemp(join(tmpdir(), "switchboard-small-disk-"))
    await run("mount", ["-t", "tmpfs", "-o", "size=16m,mode=0700", "tmpfs", directory])
    const { stdout } = await run("id", ["-u", "postgres"])
    await chown(directory, Number(stdout), -1)
    await ask(url, `create tablespace small location '${directory}'`)
    await ask(url, "alter table journal set tablespace small")
    const filler = join(directory, "filler")
    // As much as fits; the journal's next page does not.
    await writeFile(filler, Buffer.alloc(16 * 1024 * 1024)).catch(() => {})
    return {
      proof: async () => mustBe("a direct insert into the journal", await fillUp(url), /^53100$/),
      heal: async () => {
        await rm(filler)
        await ask(url, "delete from journal where tenant_id = 'nobody'")
        await ask(url, "alter table journal set tablespace pg_default")
        await ask(url, "drop tablespace small")
        await ask(`${postgres.url}/postgres`, "checkpoint")
        await run("umount", [directory])
        await rmdir(directory)
      }
    }
  }
}

/** The same error from a trigger. */
export const diskFullByTrigger: Fault = {
  name: "disk full (a trigger that raises it)",
  answers: "wait",
  refusesQueries: true,
  keepsRows: true,
  logged: new RegExp(diskFull),
  strike: async ({ url }) => {
    await ask(
      url,
      `create function no_room() returns trigger language plpgsql as $$
       begin raise sqlstate '${diskFull}' using message = 'could not extend file: No space left on device'; end $$`
    )
    await ask(url, "create trigger no_room before insert on journal for each statement execute function no_room()")
    return {
      proof: async () => mustBe("a direct insert into the journal", await stateOf(ask(url, insert(1))), /^53100$/),
      heal: async () => {
        await ask(url, "drop function no_room cascade")
      }
    }
  }
}
