/** Each state of a Postgres for a few seconds; `npm run outage` gives each a minute (DESIGN §4, §10). */
import { afterAll, beforeAll, expect, test } from "vitest"
import { mailbox, startOutageHouse } from "./house.ts"
import { outage, violations } from "./outage.ts"
import { scenarios } from "./scenarios.ts"
import { message } from "../support/whatsapp.ts"

let house: Awaited<ReturnType<typeof startOutageHouse>>
beforeAll(async () => {
  house = await startOutageHouse()
})
afterAll(() => house.close())

test.each(scenarios)(
  "while Postgres is $name the feed flows, answers are honest, and afterwards nothing is lost or doubled",
  async (scenario) => {
    const result = await outage(house.server, house.tenant, house.parts, scenario, { seconds: 1.5, rate: 40 })
    console.log(`${scenario.name}: a probe saw ${result.evidence}`)
    expect(violations(result, scenario)).toEqual([])
  }
)

test("at the mailbox limit webhooks get 503 and Retry-After, questions to the database get 503, and all of it passes", async () => {
  const { server, tenant, parts } = house
  const start = Date.now()
  const payload = (index: number) => message({ chat: "limit", id: `limit-${index}`, at: start + index })
  await server.webhook(tenant, payload(0))
  await parts.postgres.stop()
  const waiting = Array.from({ length: mailbox + 20 }, (_, index) => server.webhook(tenant, payload(index + 1)))
  // Those past the limit are answered at once; everybody else waits.
  const refused = await Promise.all(waiting.slice(mailbox))
  for (const { status, json, headers } of refused) {
    expect([status, json.code]).toEqual([503, "mailbox_full"])
    expect(headers.get("retry-after")).toBe(String(json.retry_after_s))
  }
  const asked = await server.call("GET", `/v1/tenants/${tenant.id}/quarantine`, tenant.key)
  expect([asked.status, asked.json.code]).toEqual([503, "database_unavailable"])
  expect(Number(asked.headers.get("retry-after"))).toBeGreaterThan(0)
  await parts.postgres.start()
  for (const { status, json } of await Promise.all(waiting.slice(0, mailbox)))
    expect([status, json.outcome]).toEqual([200, "applied"])
  for (let index = mailbox; index < mailbox + 20; index++) {
    const { status, json } = await server.webhook(tenant, payload(index + 1))
    expect([status, json.outcome]).toEqual([200, "applied"])
  }
  const { json } = await server.call("GET", `/v1/tenants/${tenant.id}/conversations/limit`, tenant.key)
  expect([json.message_count, json.unread_count]).toEqual([mailbox + 21, mailbox + 21])
})
