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
  /** The message's own names. They find the very message, where exactly one chat knows it; they name no thread. */
  readonly names: ReadonlyArray<string>
  /** Message-IDs of what may be the root: the first reference, the mail that is answered. */
  readonly roots: ReadonlyArray<string>
  /** Message-IDs of what lies between: mails of the chain that are answers themselves, the nearest last. */
  readonly answers: ReadonlyArray<string>
  /** The chat by the network's own id. Absent in older entries of the journal, which have it among `roots`. */
  readonly chat?: string | null
  /** What tells a mail from others. Absent for what is no mail, and in older entries of the journal. */
  readonly mail?: MailMark
  /** Threads of the account that know the message under one of its names; set on admission, where nothing else tells the place. */
  readonly known_in?: ReadonlyArray<string>
  /** Message-IDs among its own and its ancestors' that rows show on several mails; set on admission. */
  readonly constants?: ReadonlyArray<string>
}

/** What tells a mail from others. */
export interface MailMark {
  /** Its Message-ID in the normal form; null when it has none that is real. */
  readonly message_id: string | null
  /** The sender's key; null where the payload names none. */
  readonly by: string | null
  /** The mail's own time; null where the payload has none. */
  readonly at: number | null
  /** What its thread is called when it belongs to no other. */
  readonly alone: string
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
  /** Whether rows were asked for what the channel does not know; set on admission. */
  readonly located?: boolean
  readonly fact: WithoutPlace<PlacedFact>
}
