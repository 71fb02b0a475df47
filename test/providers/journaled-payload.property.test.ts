/** An event is journaled as it is and replayed as it is (I2): whatever a payload holds, its entry tells the same event again. */
import * as Result from "effect/Result"
import fc from "fast-check"
import { expect } from "vitest"
import { decodeEvent, encodeEvent } from "../../actors/journal/event-codec.ts"
import { providers } from "../../src/providers/registry.ts"
import { understand } from "../../src/webhooks/understand.ts"
import { claim } from "../support/claim.ts"
import { fixture } from "../support/fixtures.ts"
import { message } from "../support/whatsapp.ts"

const received = Date.UTC(2026, 4, 4)
const payloads = [
  ...["message_received.whatsapp_direct", "mail_received"].map((name) => fixture(name).body ?? fixture(name)),
  message({ chat: "c", id: "m", at: received })
]
/** Values as JSON spells them, the ones included that JavaScript reads and would not write so again. */
const odd = fc.oneof(
  fc.constantFrom("1e999", "-1e999", "-0", "-0.0", "[1e999]", '{"a":[-0]}', "9007199254740993", "1e308", '"\\ud800"'),
  fc.constantFrom('{"__proto__":1}', '{"toJSON":1}', '{"toString":1,"valueOf":1}', '{"constructor":null}', "[null]"),
  fc.json({ maxDepth: 2 })
)
const members = [...new Set(payloads.flatMap((payload) => Object.keys(payload)))].filter(
  (name) => name !== "account_id" && name !== "chat_id"
)
const bodies = fc
  .record({
    payload: fc.constantFrom(...payloads),
    changes: fc.uniqueArray(fc.tuple(fc.constantFrom(...members, "attachments", "quoted", "reply_to", "folder"), odd), {
      selector: ([name]) => name,
      maxLength: 4
    })
  })
  .map(({ payload, changes }) => {
    const named = changes.map(([name, value]) => `${JSON.stringify(name)}:${value}`)
    return `${JSON.stringify(payload).slice(0, -1)}${named.map((one) => `,${one}`).join("")}}`
  })

claim(
  "the event of a payload is what its journal entry tells",
  { runs: 2_000, facts: () => 1 },
  fc.tuple(fc.constantFrom(...providers.map(({ webhook }) => webhook.source)), bodies),
  ([source, body]) => {
    const read = understand(Buffer.from(body), source, received)
    for (const event of Result.getOrElse(read, () => [])) expect(decodeEvent(encodeEvent(event))).toStrictEqual(event)
  }
)
