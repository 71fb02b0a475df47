/** `switchboard/client/react`: stores as hooks. A component is drawn again when, and only when, what it sees has changed. */
import { useMemo, useSyncExternalStore } from "react"
import type { Client, InboxScope } from "./client.ts"
import type { Status } from "./line/line.ts"
import type { Conversation, Inbox, Messages, Summary } from "./shapes.ts"
import type { Store } from "./store.ts"
import type { TopicValue } from "./topic/value.ts"

/** What a store holds now. */
export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get, store.get)

/** Narrows a list. `holds` should be the same function from one drawing to the next (useCallback), or all is looked at each time. */
export interface InboxFilter {
  readonly scope?: InboxScope
  readonly holds?: (summary: Summary, id: string) => boolean
}

/** The inbox, or the part of it that a filter asks for; totals are those of the scope. */
export const useInbox = (client: Client, { scope, holds }: InboxFilter = {}): TopicValue<Inbox> => {
  const value = useStore(client.inbox(scope))
  return useMemo(() => (holds === undefined ? value : narrowed(value, holds)), [value, holds])
}

const narrowed = (value: TopicValue<Inbox>, holds: NonNullable<InboxFilter["holds"]>): TopicValue<Inbox> => {
  if (value.state === null) return value
  const kept = Object.entries(value.state.conversations).filter(([id, summary]) => holds(summary, id))
  return { ...value, state: { ...value.state, conversations: Object.fromEntries(kept) } } as TopicValue<Inbox>
}

/** The newest messages of a conversation. */
export const useMessages = (client: Client, conversation: string): TopicValue<Messages> =>
  useStore(client.messages(conversation))
export const useConversation = (client: Client, id: string): TopicValue<Conversation> =>
  useStore(client.conversation(id))
/** The connection itself. */
export const useStatus = (client: Client): Status => useStore(client.status)
