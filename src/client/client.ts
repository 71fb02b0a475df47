/** The client of a server's feed: one connection, and a store for each thing to see through it. */
import type { ErrorFrame } from "../../actors/feed/frames.ts"
import { Commands } from "./commands.ts"
import { ConversationStore } from "./conversation-store.ts"
import type { Environment, WebSocketClass } from "./environment.ts"
import { environmentWith, stoppable } from "./environment.ts"
import { Line } from "./line/line.ts"
import type { Status } from "./line/line.ts"
import type { TokenSource } from "./line/token.ts"
import { json } from "./protocol.ts"
import type { Codec } from "./protocol.ts"
import type { Connection, Inbox, Messages, Ops, Participant } from "./shapes.ts"
import type { Store } from "./store.ts"
import { timings as usual } from "./timings.ts"
import type { Timings } from "./timings.ts"
import { TopicStore } from "./topic/topic-store.ts"
import { Topics } from "./topic/topics.ts"
import type { TopicValue } from "./topic/value.ts"

export interface ConnectOptions {
  /** JSON when left out; `msgpack` of `switchboard/client/msgpack`. */
  readonly codec?: Codec
  /** For a runtime without a global one. */
  readonly WebSocket?: WebSocketClass
  /** Hears of commands that the server refused. */
  readonly onError?: (error: ErrorFrame) => void
  /** For networks that need another patience. */
  readonly timings?: Partial<Timings>
  /** Other clocks and chances, for tests. */
  readonly environment?: Environment
}

/** Which part of the inbox. */
export type InboxScope = "all" | "mine" | { readonly connection: string }

/** A store of a topic; it is subscribed while somebody listens, and a little longer. */
export type Topic<S> = Store<TopicValue<S>>

export class Client {
  readonly #environment: Environment
  readonly #linger: number
  readonly #topics: Topics
  readonly #commands: Commands
  readonly #line: Line
  /** The connection itself. */
  readonly status: Store<Status>

  /** Use `connect`. */
  constructor(url: string, token: TokenSource, options: ConnectOptions) {
    const timings = { ...usual, ...options.timings }
    const environment = stoppable(options.environment ?? environmentWith(options.WebSocket))
    this.#environment = environment
    this.#linger = timings.linger
    this.#topics = new Topics((frame) => this.#line.send(frame))
    this.#commands = new Commands(this.#topics.send)
    this.#line = new Line(
      { url, token, codec: options.codec ?? json, environment, timings },
      {
        opened: () => {
          // Answers to what the former socket sent come on it, where nobody listens any more.
          this.#commands.lost()
          this.#topics.opened()
        },
        lost: () => {
          this.#topics.lost()
          this.#commands.lost()
        },
        frame: (frame) => {
          if (this.#commands.take(frame)) return
          if (!this.#topics.take(frame) && frame.type === "error") options.onError?.(frame)
        }
      }
    )
    this.status = this.#line.status
    this.status.subscribe(({ status }) => {
      if (status === "closed") environment.stop()
    })
  }

  /**
   * Totals, and the most recent conversations in short: of the whole tenant, of what is this user's or nobody's, or of one account, by
   * our id or the provider's.
   */
  inbox(scope: InboxScope = "all"): Topic<Inbox> {
    return this.#topic(scope === "all" ? "inbox" : scope === "mine" ? "inbox:mine" : `inbox:${scope.connection}`)
  }
  /** The newest 50 messages of a conversation, by our id or the provider's chat id; older ones are pages of the HTTP API. */
  messages(conversation: string): Topic<Messages> {
    return this.#topic(`messages:${conversation}`)
  }
  /** A conversation with its members, and the commands on it. By our id or the provider's chat id. */
  conversation(id: string): ConversationStore {
    const make = () => new ConversationStore(id, this.#topics, this.#commands, this.#environment, this.#linger)
    return this.#topics.store(`conversation:${id}`, make)
  }
  /** A connected account. By our id or the provider's account id. */
  connection(id: string): Topic<Connection> {
    return this.#topic(`connection:${id}`)
  }
  /** A person across channels. By our id. */
  participant(id: string): Topic<Participant> {
    return this.#topic(`participant:${id}`)
  }
  /** The tenant's figures; at most one change a second. The token has to name the topic `ops`. */
  ops(): Topic<Ops> {
    return this.#topic("ops")
  }

  /** Hangs up for good. Stores keep what they last knew. */
  close(): void {
    this.#line.close()
  }

  #topic<S>(topic: string): TopicStore<S> {
    return this.#topics.store(topic, () => new TopicStore<S>(topic, this.#topics, this.#environment, this.#linger))
  }
}

/**
 * Connects to the feed of a server and stays connected, across restarts of the server and of the network. `url` is the
 * server's address; `token` a feed token, or a function that fetches one from your own backend, which asks
 * `POST /v1/tenants/{tenant}/feed-tokens`: only a function can renew it. Throws if `url` is none.
 */
export const connect = (url: string, token: TokenSource, options: ConnectOptions = {}): Client =>
  new Client(url, token, options)
