/** A conversation: its topic, and what this user does in it. */
import type { CommandResult, Commands } from "./commands.ts"
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
  readonly #inboxes: () => ReturnType<Topics["named"]>
  readonly #commands: Commands
  readonly #typing: Typing
  readonly #viewing: Viewing
  /** As the caller named it: our id or the provider's. */
  readonly id: string

  constructor(id: string, topics: Topics, commands: Commands, environment: Environment, linger: number) {
    super(`conversation:${id}`, topics, environment, linger)
    this.id = id
    this.#send = topics.send
    this.#inboxes = () => topics.named((topic) => topic === "inbox" || topic.startsWith("inbox:"))
    this.#commands = commands
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

  /** Marks read at once, and as it was again if the server refuses; the promise says how it ended. */
  readonly markRead = (): Promise<CommandResult> =>
    this.#run({ type: "read", conversation: this.id }, { unread_count: 0 })

  /** Gives it to a CRM user, or to nobody. */
  readonly assign = (assigned_to: string | null): Promise<CommandResult> =>
    this.#run({ type: "assign", conversation: this.id, assigned_to }, { assigned_to })

  /** Puts it off until an instant; null brings it back. The inbox shows it no more meanwhile. */
  readonly snooze = (until: Date | null): Promise<CommandResult> => {
    const snoozed_until = until === null ? null : until.toISOString()
    const frame = { type: "snooze", conversation: this.id, until: snoozed_until } as const
    return this.#run(frame, { snoozed_until }, until === null ? {} : null)
  }

  /** Adds and removes labels. */
  readonly label = (change: {
    readonly add?: ReadonlyArray<string>
    readonly remove?: ReadonlyArray<string>
  }): Promise<CommandResult> => {
    const { add = [], remove = [] } = change
    const known = this.get().state?.labels
    const shown =
      known === undefined
        ? {}
        : { labels: [...new Set([...known.filter((label) => !remove.includes(label)), ...add])].sort() }
    return this.#run({ type: "label", conversation: this.id, ...change }, shown)
  }

  /** `here`, `listed`: what the command will change of the conversation, and of its line in the inbox; null: it leaves the list. */
  #run(
    frame: Parameters<Commands["run"]>[0],
    here: Readonly<Record<string, unknown>>,
    listed: Readonly<Record<string, unknown>> | null = here
  ): Promise<CommandResult> {
    return this.#commands.run(frame, () => {
      const id = this.get().state?.id ?? this.id
      // A line that is not there must not come to be.
      const lists = this.#inboxes().filter((store) => store.holds("conversations", id))
      const undo = [this.overlay(here), ...lists.map((store) => store.overlay({ conversations: { [id]: listed } }))]
      return () => undo.forEach((each) => each())
    })
  }
}
