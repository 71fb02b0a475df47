/** What a tenant keeps of our own clock, corrected where it lies ahead (../ahead.ts). */
import { clockSlack, isAhead, notAhead } from "../ahead.ts"
import type { Draft } from "../draft.ts"
import type { DeadlinePassed } from "../events.ts"
import type { TenantContext } from "./machine.ts"

const hour = 3_600_000
/** The longest grace of a secret that was rotated out (src/http/api/settings.ts). */
const longestGrace = 30 * 24 * hour

/** The longest that somebody waits to become a contact: the delay that is set, or until the hour has room. */
const longestWait = ({ creation_delay_hours }: TenantContext): number => Math.max(1, creation_delay_hours) * hour

export const tenantAhead = (c: TenantContext, now: number): boolean =>
  isAhead(c.updated_at, now) ||
  isAhead(c.last_webhook_received, now) ||
  isAhead(c.facts.keys.since, now) ||
  c.creations.recent.some((at) => isAhead(at, now)) ||
  c.creations.waiting.some(({ due }) => due > now + longestWait(c) + clockSlack) ||
  (c.previous_webhook_secret_until ?? 0) > now + longestGrace + clockSlack

export const tenantCorrected = (d: Draft<TenantContext>, { received: now }: DeadlinePassed): void => {
  const c = d.context
  if (!tenantAhead(c, now)) return
  const latest = now + longestWait(c)
  const { keys } = c.facts
  d.set({
    updated_at: isAhead(c.updated_at, now) ? now : c.updated_at,
    last_webhook_received: notAhead(c.last_webhook_received, now),
    previous_webhook_secret_until:
      c.previous_webhook_secret_until === null ? null : Math.min(c.previous_webhook_secret_until, now + longestGrace),
    creations: {
      recent: c.creations.recent.map((at) => notAhead(at, now)),
      waiting: c.creations.waiting.map((each) => ({ ...each, due: Math.min(each.due, latest) }))
    },
    facts: { ...c.facts, keys: { ...keys, since: notAhead(keys.since, now) } }
  })
}
