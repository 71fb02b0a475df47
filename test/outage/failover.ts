/**
 * Failover to a standby that lagged, under a running process: the newest entries of one tenant's journal are gone, and its memory
 * still holds them. Asynchronous replication loses those; nothing else may be lost, and nobody may build upon what is gone (I2, I6).
 */
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { randomUUID } from "node:crypto"
import { ask } from "../support/administrator.ts"
import { eventually } from "../support/eventually.ts"
import { startPostgres } from "../support/postgres-server.ts"
import { startServer } from "../support/server.ts"
import { startStandby } from "../support/standby.ts"
import { mustBe } from "./fault.ts"
import { startProxy } from "./proxy.ts"
import { numberOf, numbers, Sender } from "./sender.ts"
import { openViewer } from "./viewer.ts"

export interface FailoverReport {
  readonly proof: string
  /** Messages that were answered 200 and that the standby never saw: what asynchronous replication costs. */
  readonly gone: number
  readonly refusals: ReadonlyArray<string>
  readonly violations: ReadonlyArray<string>
}

/** `size`: messages of each phase. */
export const runFailover = async (size: number): Promise<FailoverReport> => {
  const violations: Array<string> = []
  const claim = (holds: boolean, otherwise: () => string): void => {
    if (!holds) violations.push(otherwise())
  }
  const primary = await startPostgres(["--encoding=UTF8", "--locale=C", "--no-sync"])
  const standby = await startStandby(primary)
  const proxy = await startProxy(primary.port)
  const name = `failover_${randomUUID().replaceAll("-", "")}`
  await ask(`${primary.url}/postgres`, `create database ${name}`)
  const options = {
    url: Option.some(Redacted.make(`postgres://postgres:postgres@127.0.0.1:${proxy.port}/${name}`)),
    dataDir: "unused"
  }
  const server = await startServer(
    { name: "postgres", make: async () => ({ options, close: async () => {} }) },
    { SWITCHBOARD_SNAPSHOT_INTERVAL: "300 millis" }
  )
  try {
    const busy = new Sender(await server.tenant("busy", "busy-account"), "busy-account")
    const tenant = await server.tenant("quiet", "quiet-account")
    const quiet = new Sender(tenant, "quiet-account")
    await Promise.all([busy.bring(server, numbers(0, size)), quiet.bring(server, numbers(0, size))])
    const caughtUp = await eventually(
      () => standby.hasCaughtUp(),
      (has) => has
    )
    const left = await standby.leaveBehind()
    await busy.bring(server, numbers(size, 2 * size))
    const newest = async (url: string) =>
      Number((await ask(`${url}/${name}`, "select max(seq) as seq from journal where tenant_id = 'busy'"))[0]!["seq"])
    const written = await newest(primary.url)
    const viewer = await openViewer(server, tenant)
    // The primary is lost in the middle of a load that goes on; a failover leads new connections to the standby.
    const load = busy.bring(server, numbers(2 * size, 3 * size))
    await eventually(
      async () => busy.taken.size,
      (taken) => taken > 2 * size + size / 4
    )
    await primary.halt()
    await standby.promote()
    const behind = written - (await newest(standby.url))
    const proof = mustBe("caught up, receivers left, entries behind", `${caughtUp} ${left} ${behind}`, /^true 0 [1-9]/)
    const promoted = performance.now()
    proxy.target = standby.port
    proxy.cut()
    await load
    const lastMessages = numbers(3 * size, 4 * size)
    await Promise.all([busy.bring(server, lastMessages), quiet.bring(server, numbers(size, 2 * size))])
    const [live, liveQuiet] = [await busy.counted(server), await quiet.counted(server)]
    // A cut under way reaches the rows soon; they are what both memory and journal must agree with.
    const held = await eventually(
      () => ask(`${standby.url}/${name}`, "select external_message_id as id from messages where tenant_id = 'busy'"),
      (rows) => rows.length === live
    )
    const there = new Set(held.map(({ id }) => numberOf(String(id))))
    const gone = [...busy.taken.keys()].filter((n) => !there.has(n))
    claim(busy.taken.size === 4 * size, () => `${4 * size - busy.taken.size} messages were never taken again`)
    claim(liveQuiet === 2 * size, () => `the quiet tenant counts ${liveQuiet} of ${2 * size}`)
    claim(live === there.size, () => `memory counts ${live}, rows ${there.size}`)
    const wronglyGone = gone.filter((n) => n < size || busy.taken.get(n)! > promoted)
    claim(wronglyGone.length === 0, () => `gone, though the new primary had or took them: ${wronglyGone.join(", ")}`)
    const seqs = await ask(
      `${standby.url}/${name}`,
      "select tenant_id, (max(seq) - min(seq) + 1 - count(*))::integer as missing from journal group by tenant_id"
    )
    claim(
      seqs.every(({ missing }) => Number(missing) === 0),
      () => `holes in the journal: ${JSON.stringify(seqs)}`
    )
    // What the CRM's own repeat of the lost hour would do: everything once more, and each counts once.
    await busy.bring(server, numbers(0, 4 * size), 8)
    const repeated = await busy.counted(server)
    claim(repeated === 4 * size, () => `${repeated} of ${4 * size} after everything was sent again`)
    const shown = await eventually(
      async () => viewer.unread,
      (unread) => unread === 2 * size,
      300
    )
    claim(
      shown === 2 * size || viewer.closed !== null,
      () => `the feed of the quiet tenant shows ${shown} of ${2 * size}`
    )
    viewer.close()
    await server.kill()
    await server.restart()
    const [again, againQuiet] = [await busy.counted(server), await quiet.counted(server)]
    claim(again === repeated, () => `after kill -9 ${again} are counted, before ${repeated}`)
    claim(againQuiet === liveQuiet, () => `after kill -9 the quiet tenant counts ${againQuiet}, before ${liveQuiet}`)
    const refusals = [...busy.refusals].map(([why, times]) => `${times} × ${why}`)
    return { proof, gone: gone.length, refusals, violations }
  } finally {
    await server.close()
    await proxy.close()
    await standby.stop()
    await primary.stop()
  }
}
