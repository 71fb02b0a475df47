/**
 * The end of the process, whatever the database does. SIGTERM or SIGINT closes the scopes of all layers: sockets say goodbye, open
 * requests end (5 s), last cuts are written (10 s). A database that has fallen silent can hold a scope for as long as it likes, so
 * the process ends by itself after `longest`, and at once at a second signal. Nothing acknowledged is lost by that: it is in
 * the journal.
 */
import { writeSync } from "node:fs"

/** More than the bounds of the orderly end together, less than the 30 s that supervisors commonly give. */
const longest = 20_000

const stderr = 2
const signals = ["SIGTERM", "SIGINT"] as const

const endNow = (why: string): never => {
  writeSync(
    stderr,
    `Switchboard ends now: ${why}. What was acknowledged is in the journal; the next start applies it again.\n`
  )
  process.exit(1)
}

/** Watches for the signals; the orderly end itself is the runtime's business. */
export const endInTime = (): void => {
  let isEnding = false
  for (const signal of signals) {
    process.on(signal, () => {
      if (isEnding) endNow("a second signal came")
      isEnding = true
      setTimeout(
        () => endNow(`the orderly end took longer than ${longest / 1000} s, the database does not answer`),
        longest
      ).unref()
    })
  }
}
