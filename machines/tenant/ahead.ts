/** What a tenant keeps of our own clock, corrected where it lies ahead (../ahead.ts). */
import { clockSlack, isAhead, notAhead } from "../ahead.ts"
import type { Draft } from "../draft.ts"
import type { DeadlinePassed } from "../events.ts"
import type { Creations } from "./context.ts"
import type { TenantContext } from "./context.ts"

const hour = 3_600_000
/** The longest grace of a secret that was rotated out (src/http/api/settings.ts). */
const longestGrace = 30 * 24 * hour

/**
 * The longest that somebody waits to become a contact: the delay of when they came, or until the hour has room. What is set now may
 * be shorter, and is for those who come now.
 */
const longestWait = ({ creation_delay_hours }: TenantContext, { hours }: Creations["waiting"][number]): number =>
  Math.max(1, hours ?? creation_delay_hours) * hour

export const tenantAhead = (c: TenantContext, now: number): boolean =>
  isAhead(c.updated_at, now) ||
  isAhead(c.last_webhook_received, now) ||
  isAhead(c.facts.keys.since, now) ||
  c.creations.recent.some((at) => isAhead(at, now)) ||
  c.creations.waiting.some((each) => each.due > now + longestWait(c, each) + clockSlack) ||
  (c.previous_webhook_secret_until ?? 0) > now + longestGrace + clockSlack

export const tenantCorrected = (d: Draft<TenantContext>, { received: now }: DeadlinePassed): void => {
  const c = d.context
  if (!tenantAhead(c, now)) return
  const { keys } = c.facts
  d.set({
    updated_at: isAhead(c.updated_at, now) ? now : c.updated_at,
    last_webhook_received: notAhead(c.last_webhook_received, now),
    previous_webhook_secret_until:
      c.previous_webhook_secret_until === null ? null : Math.min(c.previous_webhook_secret_until, now + longestGrace),
    creations: {
      recent: c.creations.recent.map((at) => notAhead(at, now)),
      waiting: c.creations.waiting.map((each) => ({ ...each, due: Math.min(each.due, now + longestWait(c, each)) }))
    },
    facts: { ...c.facts, keys: { ...keys, since: notAhead(keys.since, now) } }
  })
}
