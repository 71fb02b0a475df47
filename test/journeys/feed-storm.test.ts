/** Five hundred viewers come back at once: all end with what a fresh one gets, and the server's memory is back (I7, I8). */
import { expect, it } from "vitest"
import { feedStorm } from "../../bench/feed-storm/storm.ts"
import { closeCodes } from "../../src/feed/close-codes.ts"

const sockets = 500
/**
 * Bytes that the same number of sockets may cost more after two breaks: patches that are kept, maps that have grown. A thousand
 * sockets that somebody forgot to let go of cost twice as much.
 */
const tolerance = 3 * 1024 * 1024
/** Bytes that a process in which everybody has been and left may hold more than a fresh one: code that was compiled meanwhile. */
const toleranceOfLife = 8 * 1024 * 1024

it(`${sockets} sockets break at once, twice, then the server restarts: nobody misses anything, nothing is left behind`, async () => {
  // It throws when somebody ends with anything else, or an offset is missing on the way.
  const { phases, empty } = await feedStorm({ sockets })
  const [opened, broken, again, restarted] = phases
  for (const { report, memory, name, took } of phases) {
    console.log(
      `${name}: all back after ${Math.round(took)} ms, ${report.recovered} recovered, ${report.fresh} fresh, ` +
        `${report.patches} patches, heap ${(memory.heap / 1024 / 1024).toFixed(1)} MB`
    )
    expect(report).toMatchObject({ ready: sockets, faults: [] })
    expect(report.patches).toBeGreaterThan(0)
  }
  expect(opened!.report).toMatchObject({ fresh: 2 * sockets, recovered: 0 })
  expect(broken!.report).toMatchObject({ fresh: 0, recovered: 2 * sockets })
  expect(again!.report).toMatchObject({ fresh: 0, recovered: 2 * sockets })
  expect(restarted!.report).toMatchObject({ fresh: 2 * sockets, recovered: 0 })

  const { waits, unannounced } = restarted!.report
  expect([waits.length, unannounced]).toEqual([sockets, 0])
  const [least, most] = closeCodes.restarting.comeBack
  const quarter = (most - least) / 4
  for (let from = least; from < most; from += quarter) {
    const share = waits.filter((wait) => wait >= from && wait <= from + quarter).length / sockets
    expect(share, `between ${from} and ${from + quarter} ms`).toBeGreaterThan(0.15)
  }

  const used = ({ heap, external }: { readonly heap: number; readonly external: number }) => heap + external
  expect(used(again!.memory)).toBeLessThan(used(opened!.memory) + tolerance)
  expect(used(empty.after)).toBeLessThan(used(empty.before) + toleranceOfLife)
}, 300_000)
