/** What a connection keeps of our own clock, corrected where it lies ahead (../ahead.ts). */
import { clockSlack, isAhead, notAhead } from "../ahead.ts"
import type { Draft } from "../draft.ts"
import type { DeadlinePassed } from "../events.ts"
import type { SyncFacts } from "../syncs.ts"
import type { ConnectionContext } from "./context.ts"
import { day, dayOf } from "./day.ts"
import { factsBecome, tokenGood } from "./standing.ts"

const hour = 3_600_000

/** Instants of the past. Those of `unnamed` end an hour later. */
const instants = ({ facts, updated_at, last_rate_limit_reset, last_sync_at }: ConnectionContext) => [
  updated_at,
  last_rate_limit_reset,
  last_sync_at,
  facts.status_at,
  facts.auth_at,
  facts.token_end,
  facts.first_live_at,
  facts.sync.succeeded_at,
  facts.sync.forgiven_at ?? null,
  ...facts.sync.failures,
  ...Object.values(facts.told),
  ...facts.sends.map(([at]) => at),
  ...Object.values(facts.reservations).map(({ at }) => at),
  ...facts.echoes.map(({ at }) => at),
  ...(facts.unnamed ?? []).map(({ from }) => from)
]

export const connectionAhead = (c: ConnectionContext, now: number): boolean =>
  c.facts.today > dayOf(now + clockSlack) || instants(c).some((at) => isAhead(at, now))

/**
 * Sends count from now on, so that each leaves the budget within the hour; what was counted for a day that is still to come was sent
 * today. Words on the account give way to the next one.
 */
export const connectionCorrected = (d: Draft<ConnectionContext>, { received: now }: DeadlinePassed): void => {
  if (!connectionAhead(d.context, now)) return
  const { facts, last_sync_at } = d.context
  const today = Math.min(facts.today, dayOf(now))
  // A token that ended ahead of now has not ended yet.
  const isTokenGood = isAhead(facts.token_end, now)
  factsBecome(d, {
    today,
    sends: sendsNotAhead(facts.sends, now),
    reservations: Object.fromEntries(
      Object.entries(facts.reservations).map(([id, each]) => [id, { ...each, at: notAhead(each.at, now) }])
    ),
    echoes: facts.echoes.map((echo) => (isAhead(echo.at, now) ? { ...echo, at: notAhead(echo.at, now) } : echo)),
    ...(facts.unnamed === undefined
      ? {}
      : {
          unnamed: facts.unnamed.map((each) =>
            isAhead(each.from, now) ? { ...each, from: now - 1, until: Math.min(each.until, now + hour) } : each
          )
        }),
    status_at: notAhead(facts.status_at, now),
    auth_at: notAhead(facts.auth_at, now),
    first_live_at: notAhead(facts.first_live_at, now),
    told: Object.fromEntries(Object.entries(facts.told).map(([piece, at]) => [piece, notAhead(at, now)])),
    sync: syncsNotAhead(facts.sync, now)
  })
  d.set({
    last_sync_at: notAhead(last_sync_at, now),
    ...(today === facts.today ? {} : { last_rate_limit_reset: today * day })
  })
  if (isTokenGood) tokenGood(d, now)
}

/** All that lay ahead stands at one instant. */
const sendsNotAhead = (
  sends: ConnectionContext["facts"]["sends"],
  now: number
): ConnectionContext["facts"]["sends"] => {
  const ahead = sends.filter(([at]) => isAhead(at, now)).reduce((sum, [, count]) => sum + count, 0)
  if (ahead === 0) return sends
  const kept = sends.filter(([at]) => !isAhead(at, now))
  const there = kept.find(([at]) => at === now - 1)?.[1] ?? 0
  return [...kept.filter(([at]) => at !== now - 1), [now - 1, ahead + there] as const].sort((a, b) => a[0] - b[0])
}

const syncsNotAhead = (sync: SyncFacts, now: number): SyncFacts => ({
  ...sync,
  succeeded_at: notAhead(sync.succeeded_at, now),
  failures: [...new Set(sync.failures.map((at) => notAhead(at, now)))].sort((a, b) => a - b),
  ...(sync.forgiven_at === undefined ? {} : { forgiven_at: notAhead(sync.forgiven_at, now) })
})
