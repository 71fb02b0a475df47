/** I8: so many people of a tenant wait to become contacts; whoever finds no place is considered again with their next message. */
import { expect, test } from "vitest"
import { Draft } from "../../machines/draft.ts"
import type { Event } from "../../machines/events.ts"
import type { ContactCandidate } from "../../machines/told.ts"
import { contactCandidate, creationsDue } from "../../machines/tenant/creations.ts"
import { created, hour, message, person, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"
import type { TenantContext } from "../../machines/tenant/context.ts"

const places = 10_000
const settings = { auto_create_enabled: true, creation_delay_hours: 1 }

test("10,000 people wait, each once; one who comes later waits when there is room again", () => {
  const tenant = new SmallTenant()
  const configured: Event = { type: "tenant_configured", changes: settings, received: start, via: "api" }
  for (const event of [created, registered, running, configured]) tenant.apply(event)
  const d = new Draft(tenant.context<TenantContext>("tenant", "acme"))
  const writes = (n: number, received = start): ContactCandidate => ({
    type: "contact_candidate",
    key: `phone:${n}`,
    name: null,
    emails: [],
    phones: [String(n)],
    total_messages: 1,
    waited: false,
    received
  })
  for (let n = 0; n < places + 100; n++) contactCandidate(d, writes(n))
  for (let n = 0; n < 100; n++) contactCandidate(d, writes(n))
  expect(d.context.creations.waiting.map(({ key }) => key)).toEqual(
    Array.from({ length: places }, (_, n) => `phone:${n}`)
  )
  creationsDue(d, { type: "deadline_passed", kind: "tenant", id: "acme", received: start + hour, via: "clock" })
  expect(d.context.creations.waiting).toEqual([])
  expect(d.told).toHaveLength(places)
  contactCandidate(d, writes(places + 5, start + hour))
  expect(d.context.creations.waiting).toEqual([{ key: `phone:${places + 5}`, due: start + 2 * hour, hours: 1 }])
})

test("a message of somebody for whom there was no place brings them up again", () => {
  const tenant = new SmallTenant()
  const configured: Event = { type: "tenant_configured", changes: settings, received: start, via: "api" }
  for (const event of [created, registered, running, configured]) tenant.apply(event)
  const zoe = person("zoe", { key: "email:zoe@acme.example", identifiers: { email: "zoe@acme.example" } })
  const living = tenant.population.get("tenant", "acme")!
  const crowd = Array.from({ length: places }, (_, n) => ({ key: `phone:${n}`, due: start + hour }))
  const full = { ...living.context, creations: { recent: [], waiting: crowd } }
  living.restore({ ...living.snapshot, context: full } as any)
  const keys = () => tenant.context<TenantContext>("tenant", "acme").creations.waiting.map(({ key }) => key)
  tenant.apply(message("m1", 1, zoe))
  expect(keys()).not.toContain(zoe.key)
  living.restore({
    ...living.snapshot,
    context: { ...full, creations: { recent: [], waiting: crowd.slice(1) } }
  } as any)
  tenant.apply(message("m2", 2, zoe))
  expect(keys().at(-1)).toBe(zoe.key)
})
