/** `switchboard/client/react`: stores as hooks. A component is drawn again when, and only when, what it sees has changed. */
import { useSyncExternalStore } from "react"
import type { Client } from "./client.ts"
import type { Status } from "./line/line.ts"
import type { Conversation, Inbox } from "./shapes.ts"
import type { Store } from "./store.ts"
import type { TopicValue } from "./topic/value.ts"

/** What a store holds now. */
export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get, store.get)

export const useInbox = (client: Client): TopicValue<Inbox> => useStore(client.inbox())
export const useConversation = (client: Client, id: string): TopicValue<Conversation> =>
  useStore(client.conversation(id))
/** The connection itself. */
export const useStatus = (client: Client): Status => useStore(client.status)
