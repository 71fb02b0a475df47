/** What a connection keeps of our own clock, corrected where it lies ahead (../ahead.ts). */
import { clockSlack, inTheirOrder, isAhead, notAhead } from "../ahead.ts"
import type { Draft } from "../draft.ts"
import type { DeadlinePassed } from "../events.ts"
import type { SyncFacts } from "../syncs.ts"
import type { ConnectionContext } from "./context.ts"
import { day, dayOf } from "./day.ts"
import { factsBecome, tokenGood } from "./standing.ts"

const hour = 3_600_000

/** Instants that are weighed against each other. */
const words = ({ facts, last_sync_at }: ConnectionContext) => [
  last_sync_at,
  facts.status_at,
  facts.auth_at,
  facts.token_end,
  facts.first_live_at,
  facts.sync.succeeded_at,
  facts.sync.forgiven_at ?? null,
  ...facts.sync.failures,
  ...Object.values(facts.told)
]

/** Instants of the past. Those of `unnamed` end an hour later. */
const instants = (c: ConnectionContext) => [...words(c), ...rest(c)]

const rest = ({ facts, updated_at, last_rate_limit_reset }: ConnectionContext) => [
  updated_at,
  last_rate_limit_reset,
  ...facts.sends.map(([at]) => at),
  ...Object.values(facts.reservations).map(({ at }) => at),
  ...facts.echoes.map(({ at }) => at),
  facts.desk?.asked_at ?? null,
  facts.desk?.manual_at ?? null,
  ...(facts.unnamed ?? []).map(({ from }) => from)
]

export const connectionAhead = (c: ConnectionContext, now: number): boolean =>
  c.facts.today > dayOf(now + clockSlack) || instants(c).some((at) => isAhead(at, now))

/**
 * Sends count from now on, so that each leaves the budget within the hour; what was counted for a day that is still to come was sent
 * today. Words on the account give way to the next one, and stand among themselves as they did.
 */
export const connectionCorrected = (d: Draft<ConnectionContext>, { received: now }: DeadlinePassed): void => {
  if (!connectionAhead(d.context, now)) return
  const { facts, last_sync_at } = d.context
  const today = Math.min(facts.today, dayOf(now))
  // A token that ended ahead of now has not ended yet.
  const isTokenGood = isAhead(facts.token_end, now)
  const settled = inTheirOrder(words(d.context), now)
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
    ...(facts.desk === undefined
      ? {}
      : {
          desk: {
            ...facts.desk,
            asked_at: notAhead(facts.desk.asked_at, now),
            manual_at: notAhead(facts.desk.manual_at, now)
          }
        }),
    status_at: settled(facts.status_at),
    auth_at: settled(facts.auth_at),
    token_end: isTokenGood ? facts.token_end : settled(facts.token_end),
    first_live_at: settled(facts.first_live_at),
    told: Object.fromEntries(Object.entries(facts.told).map(([piece, at]) => [piece, settled(at)])),
    sync: syncsSettled(facts.sync, settled)
  })
  d.set({
    last_sync_at: settled(last_sync_at),
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

const syncsSettled = (sync: SyncFacts, settled: (at: number) => number): SyncFacts => ({
  ...sync,
  succeeded_at: sync.succeeded_at === null ? null : settled(sync.succeeded_at),
  failures: sync.failures.map(settled),
  ...(sync.forgiven_at === undefined ? {} : { forgiven_at: settled(sync.forgiven_at) })
})
