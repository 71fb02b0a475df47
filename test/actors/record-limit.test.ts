/** I8: a tenant has so many CRM records; one more is refused, one in the place of another is not. */
import { expect, test } from "vitest"
import { Identity } from "../../actors/memory/identity.ts"
import { Population } from "../../actors/memory/population.ts"
import { RecordIndex } from "../../actors/memory/record-index.ts"
import { Turn } from "../../actors/turn/turn.ts"
import type { Event } from "../../machines/events.ts"
import type { CrmRecord } from "../../machines/record/record.ts"
import { start } from "../machines/facts.ts"

const most = 200_000
const record = (n: number, pipeline_id: string | null = null): CrmRecord => ({
  record_id: `r${n}`,
  kind: "contact",
  pipeline_id,
  emails: [],
  phones: [],
  linkedin: [],
  domains: []
})
const put = (n: number, pipeline_id: string | null = null): Event => ({
  type: "record_put",
  record: record(n, pipeline_id),
  received: start,
  via: "api"
})

test("200,000 records: the next is refused with its field, until one is removed", () => {
  const records = new RecordIndex(Array.from({ length: most - 1 }, (_, n) => record(n)))
  const population: Population = new Population()
  const turn: Turn = new Turn("acme", new Identity("acme"), population, records)
  const run = (event: Event) => turn.run(event, 1)
  expect(run(put(most - 1)).type).toBe("done")
  expect(records.size).toBe(most)
  expect(run(put(most))).toMatchObject({ type: "refused", refusal: { field: "record_id" } })
  expect(records.get(`r${most}`)).toBeNull()
  expect(run(put(5, "sales")).type).toBe("done")
  expect(records.get("r5")).toMatchObject({ pipeline_id: "sales" })
  expect(records.size).toBe(most)
  expect(run({ type: "record_removed", record_id: "r5", received: start, via: "api" }).type).toBe("done")
  expect(run(put(most)).type).toBe("done")
  expect(run(put(5)).type).toBe("refused")
})
