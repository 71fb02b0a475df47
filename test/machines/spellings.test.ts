/** One number has one person, under whichever spelling (CONTRACT 2.7), and whom an earlier version knew is still the same. */
import { expect, test } from "vitest"
import type { Event } from "../../machines/events.ts"
import type { ParticipantContext } from "../../machines/participant/context.ts"
import { created, message, person, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const [short, long] = ["+551188887777", "+5511988887777"]
const ann = (phone: string) => person("ann", { key: `phone:${phone}`, identifiers: { phone } })
const after = (...events: ReadonlyArray<Event>) => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, running, ...events]) tenant.apply(event)
  return tenant
}
const behind = (tenant: SmallTenant, phone: string): ParticipantContext => {
  const context = tenant.context<ParticipantContext>("participant", tenant.identity.participant(`phone:${phone}`))
  const { merged_into } = context.facts
  return merged_into === null ? context : behind(tenant, merged_into.slice("phone:".length))
}
const record = (phones: ReadonlyArray<string>): Event => ({
  type: "record_put",
  record: { record_id: "c-1", kind: "contact", pipeline_id: null, emails: [], phones, linkedin: [], domains: [] },
  received: start,
  via: "api"
})

test("whoever was known under the old spelling goes on under the same id", () => {
  const tenant = after(
    message("m1", 1, ann(short)),
    message("m2", 2, ann(long)),
    message("m3", 3, ann(long), { in: "chat-2" })
  )
  expect(behind(tenant, long)).toMatchObject({
    id: tenant.identity.participant(`phone:${short}`),
    total_messages: 3,
    total_conversations: 2
  })
  expect(tenant.conversation()).toMatchObject({ participant_count: 2 })
})

test.each([[[long]], [[short]]])("a record with %j finds the person under either, before and after", (phones) => {
  for (const phone of [short, long]) {
    expect(behind(after(message("m1", 1, ann(phone)), record(phones)), phone).contact_record).toBe("c-1")
    expect(behind(after(record(phones), message("m1", 1, ann(phone))), phone).contact_record).toBe("c-1")
  }
})

test("a record with both is one record", () => {
  const tenant = after(record([short, long]), message("m1", 1, ann(long)))
  expect(behind(tenant, long)).toMatchObject({ contact_record: "c-1", candidate_records: [] })
})

test("whom an earlier version knew by one key alone is found by a record that spells it the other way", () => {
  // Its key is all that it was shown; nothing has been claimed since.
  const known = person("ann", { key: `phone:${short}` })
  expect(behind(after(message("m1", 1, known), record([long])), short).contact_record).toBe("c-1")
})
