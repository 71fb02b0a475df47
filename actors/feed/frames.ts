/** Every frame of the feed protocol and its version (DESIGN §6). Names and shapes here are what stands on the wire. */

/** The WebSocket subprotocols; the version is part of the name. */
export const subprotocols = { json: "switchboard.v1.json", msgpack: "switchboard.v1.msgpack" } as const
export type Encoding = keyof typeof subprotocols

/** A place in a topic's history: the life of the topic, and the number of its last patch. */
export interface Position {
  readonly epoch: string
  readonly offset: number
}

export interface SnapshotFrame extends Position {
  readonly type: "snapshot"
  readonly topic: string
  readonly recovered: false
  readonly state: unknown
}
export interface SubscribedFrame extends Position {
  readonly type: "subscribed"
  readonly topic: string
  readonly recovered: true
}
/** Only what changed; null clears. Nested objects are merged the same way. */
export interface PatchFrame {
  readonly type: "patch"
  readonly topic: string
  readonly offset: number
  readonly changes: unknown
}
/** The whole set of typists, replaced each time. `until` is ISO 8601. */
export interface TypingFrame {
  readonly type: "typing"
  readonly topic: string
  readonly typists: ReadonlyArray<{ readonly id: string; readonly name: string; readonly until: string }>
}
/** The CRM users who have the conversation open, oneself included: the whole set, replaced each time. */
export interface ViewingFrame {
  readonly type: "viewing"
  readonly topic: string
  readonly viewers: ReadonlyArray<{ readonly id: string; readonly name: string }>
}
/** What a subscription can be refused with: when it is asked for, or later, when its name has to be looked up again. */
export type SubscriptionErrorCode =
  | "malformed"
  | "unknown_topic"
  | "topic_not_allowed"
  | "not_found"
  | "too_many_subscriptions"
  | "too_many_topics"
  | "database_unavailable"
  | "tenant_halted"
/** What any frame can be refused with. */
export type ErrorCode =
  | SubscriptionErrorCode
  | "unknown_type"
  | "mailbox_full"
  | "cut_behind"
  | "rule_broken"
  | "ownership_lost"
  | "memory_dropped"
  | "event_indigestible"
export interface ErrorFrame {
  readonly type: "error"
  /** An `ErrorCode`; a client may meet a newer server, which has others. */
  readonly code: string
  readonly message: string
  readonly topic?: string
  /** Type of the client's frame that it answers, where that could be read, and the `ref` that it bore. */
  readonly answers?: ClientFrame["type"]
  readonly ref?: string
}
/** A command that bore a `ref` is applied and durable; what it changed was sent before. */
export interface DoneFrame {
  readonly type: "done"
  readonly ref: string
}
export interface ByeFrame {
  readonly type: "bye"
  readonly code: number
  readonly retry_after_ms: number | null
}
export interface PongFrame {
  readonly type: "pong"
}

export type ServerFrame =
  | SnapshotFrame
  | SubscribedFrame
  | PatchFrame
  | TypingFrame
  | ViewingFrame
  | ErrorFrame
  | DoneFrame
  | ByeFrame
  | PongFrame

/** Names a frame of the client's, so that its answer can be told from others; at most 64 characters. */
export interface Referred {
  readonly ref?: string
}

export type ClientFrame = (
  | { readonly type: "subscribe"; readonly topic: string; readonly since?: Position }
  | { readonly type: "unsubscribe"; readonly topic: string }
  | { readonly type: "ping" }
  | { readonly type: "typing"; readonly conversation: string; readonly is_typing: boolean }
  | { readonly type: "read"; readonly conversation: string }
  | { readonly type: "unread"; readonly conversation: string }
  | { readonly type: "assign"; readonly conversation: string; readonly assigned_to: string | null }
  /** `until` is ISO 8601; null ends it. */
  | { readonly type: "snooze"; readonly conversation: string; readonly until: string | null }
  | {
      readonly type: "label"
      readonly conversation: string
      readonly add?: ReadonlyArray<string>
      readonly remove?: ReadonlyArray<string>
    }
  /** Repeated while the conversation is open; without `is_viewing` it is. */
  | { readonly type: "viewing"; readonly conversation: string; readonly is_viewing?: boolean }
) &
  Referred
