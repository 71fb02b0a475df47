/** Switchboard's own JSON webhook format as a provider. */
import type { Provider } from "../provider.ts"
import { switchboardFormat } from "./format.ts"
import { translateBy } from "../mapping/translate.ts"

export const generic: Provider<"generic_webhook"> = {
  name: "generic",
  secretHeader: "Switchboard-Secret",
  webhook: { source: "generic_webhook", translate: translateBy(switchboardFormat) },
  summary: "Take a webhook in Switchboard's own JSON format",
  description:
    "For bridges of your own, to an SMS gateway for instance (docs/providers.md). The secret of the tenant stands in the header Switchboard-Secret. event is one of message_received, message_delivered, message_read, message_edited, message_deleted, message_reacted, account_status; account_id names the account; every event about a message has message_id, a received one also thread_id and direction."
}
