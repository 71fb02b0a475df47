/**
 * What happened while the clock was ahead happened in an order, which the correction keeps: it moves instants to the present, and
 * changes nothing that is derived from which of two came later.
 */
import { expect, test } from "vitest"
import type { Event } from "../../machines/events.ts"
import { ann, created, day, hour, me, message, minute, registered, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const told = (type: string, received: number, more: object): Event =>
  ({ type, account_id: "account", received, via: "api", ...more }) as unknown as Event
const passed = (kind: string, id: string, received: number) =>
  ({ type: "deadline_passed", kind, id, received, via: "clock" }) as Event

const correct = (tenant: SmallTenant, now: number): void => {
  for (const { kind, id } of [...tenant.population.all()].filter((living) => living.isAhead(now)))
    tenant.apply(passed(kind, id, now))
  expect([...tenant.population.all()].filter((living) => living.isAhead(now))).toEqual([])
}

const begun = () => {
  const tenant = new SmallTenant()
  for (const event of [created, registered]) tenant.apply(event)
  return tenant
}

/** One of both lies within what clocks may differ, or none does. */
const moments = [
  ["both far ahead", hour, hour + minute],
  ["one far ahead", 100_000, 130_000]
] as const

test.each(moments)("an account that its first message set going stays so: %s", (_, first, then) => {
  const tenant = begun()
  tenant.apply(told("account_status_changed", start + first, { status: "CONNECTING", at: start + first }))
  tenant.apply(message("m1", then, ann, { received: start + then }))
  expect(tenant.connection().account_status).toBe("active")
  correct(tenant, start + minute)
  expect(tenant.connection().account_status).toBe("active")
})

test.each(moments)("whoever left and came back is there: %s", (_, first, then) => {
  const tenant = begun()
  tenant.apply(message("m1", 1, ann, { received: start + 2 }))
  tenant.apply({
    type: "member_left",
    account_id: "account",
    channel_type: "whatsapp",
    external_thread_id: "chat-1",
    person: ann,
    at: start + first,
    received: start + first,
    via: "webhook"
  } as unknown as Event)
  tenant.apply(message("m2", then, ann, { received: start + then }))
  const ofAnn = () => Object.values(tenant.conversation().members).find(({ key }) => key.includes("ann"))
  expect(ofAnn()?.is_active).toBe(true)
  const id = tenant.conversation().id
  correct(tenant, start + minute)
  // Whatever next makes it look again at who is here.
  tenant.apply(message("m3", -day, ann, { received: start + 2 * minute }))
  expect(tenant.context("conversation", id).members[ofAnn()!.key]).toMatchObject({ is_active: true, left_at: null })
})

test("people who wait to become contacts wait as long as they were to, when the delay is shorter for later ones", () => {
  const tenant = begun()
  const settings = (received: number, creation_delay_hours: number) =>
    tenant.apply({
      type: "tenant_configured",
      changes: { auto_create_enabled: true, creation_delay_hours },
      received,
      via: "api"
    } as Event)
  settings(start, 72)
  tenant.apply(message("m1", 1, ann, { received: start + 2 }))
  const waiting = () => tenant.context("tenant", "acme").creations.waiting
  expect(waiting()).toHaveLength(1)
  const [{ due }] = waiting()
  settings(start + minute, 1)
  correct(tenant, start + 2 * minute)
  expect(waiting()[0].due).toBe(due)
})

test("what was filed away stays so, though the clock was set back before the messages that were filed", () => {
  const tenant = begun()
  tenant.apply(message("m1", -2 * hour, ann, { received: start - 2 * hour }))
  const id = tenant.conversation().id
  const archive = { ...message("m2", -hour, me, { received: start - hour }) } as any
  tenant.apply({ ...archive, thread: { ...archive.thread, folders: ["ARCHIVE"] } })
  expect(tenant.conversation().status).toBe("archived")
  const back = start - 30 * day
  correct(tenant, back)
  expect(tenant.conversation().status).toBe("archived")
  tenant.apply({
    type: "conversation_prioritised",
    conversation_id: id,
    priority: "low",
    received: back + 1,
    via: "api"
  } as Event)
  tenant.apply(message("m3", -31 * day, ann, { received: back + 2 }))
  expect(tenant.conversation().status).toBe("archived")
})
