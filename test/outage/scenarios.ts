/** What can happen besides a database that fails under a process: each is a story of its own, from start to end. */
import type { Database } from "../support/fresh-databases.ts"
import { pglite } from "../support/fresh-databases.ts"
import { runClockSteps } from "./clock-steps.ts"
import { runEmbeddedDiskFull } from "./embedded-disk-full.ts"
import { runFailover } from "./failover.ts"
import { mayMount } from "./faults/disk-full.ts"
import { runFrozen } from "./frozen.ts"

/** What every story ends with; the other members are figures of its own. */
export interface ScenarioReport {
  /** What showed that the fault struck. */
  readonly proof: string
  /** Claims that did not hold; empty: all did. */
  readonly violations: ReadonlyArray<string>
}

export interface Scenario {
  readonly name: string
  /** Whether it can be run by this user on this machine. */
  readonly isPossible: () => Promise<boolean>
  /** `seconds`: how long the fault lasts, where that can be said; loads grow with it. */
  readonly run: (seconds: number) => Promise<ScenarioReport>
}

const always = async () => true

/** `postgres`: where the stories that need one find it. */
export const scenariosOn = (postgres: Database): ReadonlyArray<Scenario> => [
  {
    name: "failover to a standby that lagged: what it never saw is gone, nothing else, and nothing is built upon it",
    isPossible: always,
    run: (seconds) => runFailover(20 * seconds)
  },
  {
    name: "a process frozen past its time, and woken: it answers nothing from stale memory",
    isPossible: always,
    run: (seconds) => runFrozen(postgres, 20 * seconds, seconds)
  },
  {
    name: "the clock stepped by an hour and a month, both ways, embedded: nothing waits for the time that it had shown",
    isPossible: always,
    run: () => runClockSteps(pglite)
  },
  {
    name: "the clock stepped by an hour and a month, both ways, Postgres: nothing waits for the time that it had shown",
    isPossible: always,
    run: () => runClockSteps(postgres)
  },
  {
    name: "disk full under the embedded Postgres (a full file system): it works again as soon as there is room",
    isPossible: mayMount,
    run: () => runEmbeddedDiskFull()
  }
]
