/** CONTRACT 2.6: what the registered number wrote is outbound, also where the payload shows nothing of the account. */
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { registered, start } from "../machines/facts.ts"
import { message } from "../support/whatsapp.ts"
import { House } from "./house.ts"

test.each([
  { account_name: "+351 960 000 111", connection_config: {}, provider_config: {} },
  { account_name: "351960000111", connection_config: {}, provider_config: {} },
  { account_name: "Office", connection_config: { phone_number: "+351960000111" }, provider_config: {} },
  { account_name: "Office", connection_config: {}, provider_config: { phone: "+351960000111" } }
])("a message of the number that is registered as %j is the account's own", (told) => {
  const house = new House({})
  const payload = message({ chat: "chat", id: "m", at: start, outbound: true }) as Record<string, unknown>
  const account_id = String(payload["account_id"])
  house.submit({ ...registered, ...told, account_id })
  const bare = { ...payload, account_info: { type: "WHATSAPP" }, is_sender: false }
  house.submit(Result.getOrThrow(translate(bare, { received: start + 1_000 }))[0]!)
  house.commit()
  const [conversation] = house.runtime.population.ofKind("conversation")
  expect(conversation!.context as ConversationContext).toMatchObject({ message_count: 1, unread_count: 0 })
})
