/** Events with an Idempotency-Key: the first use is remembered by the tenant, a repeat ends as the first did. */
import { useOf } from "../../machines/tenant/keys.ts"
import type { Done, Effects, TurnResult } from "./outcome.ts"
import { noEffects } from "./outcome.ts"
import type { Reach } from "./reach.ts"

/** How a repeat ends; null: the key is new, or there is none. */
export const repeated = (reach: Reach): TurnResult | null => {
  const { once } = reach.event
  const used = once === undefined ? undefined : useOf(reach.tenantContext!.facts.keys, once.key)
  if (used === undefined) return null
  if (used.print !== once!.print) {
    const rule = "was given before, with another content; a new event needs a new key"
    return { type: "refused", refusal: { type: "command_refused", field: "idempotency_key", rule } }
  }
  const decided = used.decided ?? null
  return { ...noEffects(), type: "done", changes: [], record: null, keyed: used.outcome, decided }
}

/** The tenant remembers how the event ended; null for one without a key. */
export const remembered = (reach: Reach, { decided }: Effects, isRecordChanged: boolean): Done["keyed"] => {
  const { once, received } = reach.event
  if (once === undefined) return null
  const outcome = isRecordChanged || reach.changes().length > 0 ? "applied" : "duplicate"
  const told = { type: "key_used", once, outcome, received } as const
  reach.tellTenant(decided === null ? told : { ...told, decided })
  return outcome
}
