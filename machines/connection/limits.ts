/**
 * What an account may send (CONTRACT §3): the least of what its provider tolerates, its tenant prefers, and it was given
 * itself. A send is a call of the provider's API, so the hour is bounded by the calls of an hour.
 */
import type { Draft } from "../draft.ts"
import { dailySendLimit, hourlyCallLimit } from "../provider-defaults.ts"
import type { SendLimitsTold } from "../told.ts"
import type { ConnectionContext } from "./context.ts"
import type { Binds, HourlyLimit, Limit } from "./derivation.ts"

const least = (limits: ReadonlyArray<readonly [binds: Binds, limit: number | null]>): Limit => {
  let found: Limit = { limit: null, binds: null }
  for (const [binds, limit] of limits)
    if (limit !== null && (found.limit === null || limit < found.limit)) found = { limit, binds }
  return found
}

/** Of equal limits the provider's is named, then the tenant's. */
export const hourlyLimit = (c: ConnectionContext): HourlyLimit =>
  least([
    ["provider", hourlyCallLimit(c.channel_type)],
    ["tenant", c.facts.tenant_limits.hour],
    ["connection", c.rate_limit_per_hour]
  ]) as HourlyLimit

export const dailyLimit = (c: ConnectionContext): Limit =>
  least([
    ["provider", dailySendLimit(c.channel_type)],
    ["tenant", c.facts.tenant_limits.day]
  ])

/** The tenant's preferences, at registration and whenever they change. */
export const sendLimitsTold = (d: Draft<ConnectionContext>, event: SendLimitsTold): void => {
  const told = event.limits[d.context.channel_type]
  if (told === undefined) return
  const { hour, day } = d.context.facts.tenant_limits
  if (told.hour !== hour || told.day !== day) d.set({ facts: { ...d.context.facts, tenant_limits: told } })
  d.set({ rate_limit_per_day: dailyLimit(d.context).limit })
}
