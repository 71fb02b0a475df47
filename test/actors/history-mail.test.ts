/** A mail of history is placed by its channel like any other, and stays history: it is no send. */
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import type { Event } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { registered } from "../machines/facts.ts"
import { fixture } from "../support/fixtures.ts"
import { House } from "./house.ts"

const received = registered.received + 60_000
const sent = (n: number) => ({
  ...fixture("mail_sent"),
  account_id: "mail-account",
  email_id: `mail-${n}`,
  message_id: `<${n}@acme.example>`,
  date: new Date(received - 1_000).toISOString()
})

test("a mail that was sent counts as a send when its webhook tells, and not when it is fetched", () => {
  const house = new House()
  house.submit({ ...registered, account_id: "mail-account", channel_type: "gmail" })
  const tell = (n: number, more: Partial<Event>) => {
    const events = Result.getOrThrow(translate(sent(n), { received, channel_type: "gmail" }))
    for (const event of events) expect(house.submit({ ...event, ...more } as Event)).toBeDefined()
    house.commit()
  }
  const count = () =>
    house.runtime.population.ofKind("connection").find(({ context }) => context.account_id === "mail-account")!.context
      .messages_sent_count
  tell(1, { history: true, via: "clock" })
  expect(count()).toBe(0)
  tell(2, {})
  expect(count()).toBe(1)
})
