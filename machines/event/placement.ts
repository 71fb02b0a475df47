/** Facts whose payload does not say to which conversation they belong (CONTRACT 2.4). */
import type { Base, MayRecall } from "./base.ts"
import type { CalendarEventShown } from "./calendar.ts"
import type { MailTracked } from "./mail.ts"
import type {
  MessageDeleted,
  MessageDelivered,
  MessageEdited,
  MessageReacted,
  MessageRead,
  MessageReceived
} from "./message.ts"
import type { ChannelType } from "../vocabulary.ts"

/** What a payload says of where its fact belongs (CONTRACT 2.4); the account's channel knows the rest. */
export interface Whereabouts {
  /** The thread that the fact is kept under, where the payload names it. */
  readonly thread_id: string | null
  /** The message's own names: Message-ID, the provider's ids. */
  readonly names: ReadonlyArray<string>
  /** Names of what may be the root: the first reference, the mail that is answered, the chat by the provider's id. */
  readonly roots: ReadonlyArray<string>
  /** Names of what lies between: mails of the chain that are answers themselves. */
  readonly answers: ReadonlyArray<string>
}

export type WithoutPlace<E> = E extends unknown
  ? Omit<E, "account_id" | "channel_type" | "external_thread_id" | "received" | "via" | "recalled">
  : never

/** A fact about a conversation that its channel has to find. */
export type PlacedFact =
  | MessageReceived
  | MessageDelivered
  | MessageRead
  | MessageEdited
  | MessageDeleted
  | MessageReacted
  | MailTracked
  | CalendarEventShown

/** A fact whose payload does not say, or not alone, to which conversation it belongs. Its channel decides that in its turn. */
export interface FactArrived extends Base, MayRecall {
  readonly type: "fact_arrived"
  readonly account_id: string
  /** null until it is admitted: then the registered connection's type, so that a replay needs no look-up (I2). */
  readonly channel_type: ChannelType | null
  /** The account's own e-mail address, where its registration tells it; set on admission. */
  readonly own_email: string | null
  readonly at: number
  readonly where: Whereabouts
  /** Whether rows were asked for a message that the channel does not know; set on admission. */
  readonly located?: boolean
  readonly fact: WithoutPlace<PlacedFact>
}
