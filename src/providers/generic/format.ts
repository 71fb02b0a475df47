/**
 * Switchboard's own JSON webhook format (docs/providers.md): flat, for bridges that one writes oneself, such as one to an SMS
 * gateway. `event` is the kind, everything else stands beside it.
 */
import type { Mapping, PersonTable } from "../mapping/mapping.ts"

const account = {
  account_id: { from: "account_id", as: "id" },
  at: { from: "at", as: "instant" }
} as const

const message = {
  ...account,
  channel_type: { from: "channel_type", as: "channel_type" },
  thread_id: { from: "thread_id", as: "id" },
  message_id: { from: "message_id", as: "id" },
  provider_message_id: { from: "provider_message_id", as: "id" }
} as const

const person: PersonTable = {
  id: { from: "person_id", as: "id" },
  phone: { from: "person_phone", as: "id" },
  email: { from: "person_email", as: "id" },
  handle: { from: "person_handle", as: "id" },
  name: { from: "person_name", as: "text" },
  avatar_url: { from: "person_avatar_url", as: "text" }
}

const inList: PersonTable = {
  id: { from: "id", as: "id" },
  phone: { from: "phone", as: "id" },
  email: { from: "email", as: "id" },
  handle: { from: "handle", as: "id" },
  name: { from: "name", as: "text" },
  avatar_url: { from: "avatar_url", as: "text" }
}

export const switchboardFormat: Mapping = {
  kind: "event",
  kinds: {
    message_received: {
      event: "message_received",
      fields: {
        ...message,
        direction: { from: "direction", as: "direction" },
        text: { from: "text", as: "text" },
        subject: { from: "subject", as: "text" },
        person,
        people: { from: "people", as: "list", of: inList },
        is_group: { from: "is_group", as: "yes_no" },
        title: { from: "title", as: "text" },
        attachments: {
          from: "attachments",
          as: "list",
          of: {
            id: { from: "id", as: "id" },
            type: { from: "type", as: "text" },
            name: { from: "name", as: "text" },
            mime: { from: "mime", as: "text" },
            size: { from: "size", as: "quantity" },
            url: { from: "url", as: "text" }
          }
        }
      }
    },
    message_delivered: { event: "message_delivered", fields: message },
    message_read: { event: "message_read", fields: { ...message, person } },
    message_edited: { event: "message_edited", fields: { ...message, text: { from: "text", as: "text" } } },
    message_deleted: { event: "message_deleted", fields: message },
    message_reacted: {
      event: "message_reacted",
      fields: { ...message, person, reaction: { from: "reaction", as: "text" } }
    },
    account_status: {
      event: "account_status_changed",
      fields: { ...account, status: { from: "status", as: "account_status" } }
    }
  }
}
