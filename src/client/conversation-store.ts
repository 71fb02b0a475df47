/** A conversation: its topic, and what this user does in it. */
import type { Conversation } from "./shapes.ts"
import { TopicStore } from "./topic/topic-store.ts"
import type { Topics } from "./topic/topics.ts"
import type { Environment } from "./environment.ts"
import { Typing } from "./typing.ts"
import { Viewing } from "./viewing.ts"

/**
 * Commands say whether they were sent, which needs an open socket; they are not kept for later. What the server refuses is
 * told to the client's `onError`. For an answer that is a promise, use the HTTP API.
 */
export class ConversationStore extends TopicStore<Conversation> {
  readonly #send: Topics["send"]
  readonly #typing: Typing
  readonly #viewing: Viewing
  /** As the caller named it: our id or the provider's. */
  readonly id: string

  constructor(id: string, topics: Topics, environment: Environment, linger: number) {
    super(`conversation:${id}`, topics, environment, linger)
    this.id = id
    this.#send = topics.send
    this.#typing = new Typing(environment, (is_typing) =>
      this.#send({ type: "typing", conversation: this.id, is_typing })
    )
    this.#viewing = new Viewing(environment, (is_viewing) =>
      this.#send({ type: "viewing", conversation: this.id, is_viewing })
    )
  }

  override opened(): void {
    super.opened()
    // A new socket is a new window.
    this.#viewing.again()
  }

  /** Call it with true for each key that the user presses: it is repeated meanwhile, and ends 5 s after the last call. */
  readonly typing = (isTyping: boolean): void => {
    if (isTyping) this.#typing.on()
    else this.#typing.off()
  }

  /** The conversation is in front of the user, or not any more: the others see it. It is kept up until told otherwise. */
  readonly viewing = (isViewing: boolean): void => {
    if (isViewing) this.#viewing.on()
    else this.#viewing.off()
  }

  /** Marks read up to the newest message, for this user. Not kept for later: it would mark what the user has not seen. */
  readonly read = (): boolean => this.#send({ type: "read", conversation: this.id })

  /** Marks unread: every viewer sees at least one. */
  readonly unread = (): boolean => this.#send({ type: "unread", conversation: this.id })
}
