/** `switchboard/client`: the feed in a browser or in Node, as stores. Only JSON and the platform's WebSocket; no dependency. */
export { connect } from "./client.ts"
export type { Client, ConnectOptions, Topic } from "./client.ts"
export type { ConversationStore } from "./conversation-store.ts"
export type { Status } from "./line/line.ts"
export type { TokenSource } from "./line/token.ts"
export type { Connection, Conversation, Inbox, Member, Ops, Participant, Summary } from "./shapes.ts"
export type { Store } from "./store.ts"
export type { TopicError, TopicValue, Typist, Viewer } from "./topic/value.ts"
