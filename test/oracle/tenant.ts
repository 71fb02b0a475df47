/** The oracle over all threads of one account: conversations, participants, channel and connection (see conversation.ts). */
import { accountOf } from "./account.ts"
import type { ReadOn } from "./conversation.ts"
import { conversationOf } from "./conversation.ts"
import type { Said } from "./said.ts"
import { isFact, isWord, max, min, unique } from "./said.ts"

export const tenantOf = (said: ReadonlyArray<Said>, read_on: ReadOn = "open") => {
  const threads = unique(said.filter(isFact).map((fact) => fact.external_thread_id))
  const conversations = Object.fromEntries(
    threads.map((thread) => [
      thread,
      conversationOf(
        said.filter((one) => !isWord(one) && one.external_thread_id === thread),
        read_on
      )
    ])
  )
  const all = Object.values(conversations)
  const keys = unique(all.flatMap((conversation) => conversation.sightings.map(({ person }) => person.key)))
  const participants = Object.fromEntries(
    keys.map((key) => {
      const acts = all.flatMap((conversation) => conversation.acts.filter((act) => act.key === key).map(({ at }) => at))
      const shown = all.flatMap(({ sightings }) => sightings.filter(({ person }) => person.key === key))
      const calls = shown.filter(({ person }) => person.name !== null)
      // A number is no name: it stands only while nobody knows a better one.
      const named = calls.filter(({ person }) => /\p{L}/u.test(person.name!))
      const names = named.length === 0 ? calls : named
      const first = min(names.map(({ at }) => at))
      const pictures = shown.filter(({ person }) => person.avatar_url !== null)
      const newest = max(pictures.map(({ at }) => at))
      return [
        key,
        {
          total_messages: all.reduce((sum, { members }) => sum + (members[key]?.message_count ?? 0), 0),
          total_conversations: all.filter(({ members }) => members[key]?.is_active === true).length,
          first_seen: min(acts),
          last_seen: max(acts),
          // A provider's value fills an empty one: the first by time stands; at one instant the lesser text.
          name:
            names
              .filter(({ at }) => at === first)
              .map(({ person }) => person.name!)
              .sort()[0] ?? null,
          avatar_url: pictures.find(({ at }) => at === newest)?.person.avatar_url ?? null
        }
      ]
    })
  )
  const messages = all.flatMap((conversation) => conversation.messages)
  const account = accountOf(said, min(messages.filter((message) => message.isMessage).map(({ at }) => at)))
  return {
    conversations,
    participants,
    channel: {
      message_count: messages.filter((message) => message.counts).length,
      last_message_at: max(messages.filter((message) => message.isMessage).map(({ at }) => at)),
      auth_status: account.auth_status,
      last_sync_at: account.last_sync_at
    },
    connection: {
      messages_sent_count: messages.filter((message) => message.isMessage && message.outbound).length,
      ...account
    }
  }
}
