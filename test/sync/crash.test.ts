/** The short form of `npm run sync-crash`. */
import { expect, test } from "vitest"
import { pglite } from "../support/fresh-databases.ts"
import { differences, killedHistory } from "./killed.ts"

test("a sync that is killed in the middle goes on without a gap and without a double, while webhooks of the same chats come in", async () => {
  const plan = { seed: 5, accounts: 1, chats: 50, messages: 40, kills: 1, repeats: 60, late: 20 }
  const outcome = await killedHistory(pglite, plan, () => {})
  expect(differences(outcome)).toEqual([])
  expect(outcome.jobs).toMatchObject([{ status: "completed", times_resumed: 1, conversations_found: 50 }])
  // What came late is counted where the reader met it, and not where a webhook had told of it before.
  expect(outcome.jobs[0].messages_found).toBeGreaterThanOrEqual(outcome.held)
  expect(outcome.jobs[0].messages_found).toBeLessThanOrEqual(outcome.held + plan.late)
}, 600_000)
