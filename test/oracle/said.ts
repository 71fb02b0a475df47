/** What the oracle listens to: provider facts, marks of CRM users and words on the account, in the order in which they were said. */
import type {
  AccountStatusChanged,
  AuthReported,
  MemberLeft,
  MessageDeleted,
  MessageDelivered,
  MessageEdited,
  MessageReacted,
  MessageRead,
  MessageReceived
} from "../../machines/events.ts"
import type { ConversationStatus } from "../../machines/vocabulary.ts"

export type Fact =
  MessageReceived | MessageDelivered | MessageRead | MessageEdited | MessageDeleted | MessageReacted | MemberLeft

/** A CRM user files a thread. */
export interface Filed {
  readonly type: "filed"
  readonly external_thread_id: string
  readonly status: ConversationStatus
  readonly received: number
}

/** A CRM user marks a thread read, up to a message or to the newest, or unread. Its time is when we accepted it. */
export interface ReadMark {
  readonly type: "marked_read" | "marked_unread"
  readonly external_thread_id: string
  readonly user_id: string
  readonly message_id: string | null
  readonly received: number
}

export type Mark = ReadMark | Filed

/** A word on the account. */
export type Word = AccountStatusChanged | AuthReported

export type Said = Fact | Mark | Word

export const isReadMark = (said: Said): said is ReadMark => said.type === "marked_read" || said.type === "marked_unread"
export const isMark = (said: Said): said is Mark => isReadMark(said) || said.type === "filed"
export const isWord = (said: Said): said is Word =>
  said.type === "account_status_changed" || said.type === "auth_reported"
export const isFact = (said: Said): said is Fact => !isMark(said) && !isWord(said)

export const ofType = <T extends Said["type"]>(said: ReadonlyArray<Said>, type: T) =>
  said.filter((one): one is Extract<Said, { readonly type: T }> => one.type === type)

/** Every reading that was told, each as if a receipt of its own had told it. */
export const readingsIn = (said: ReadonlyArray<Said>): ReadonlyArray<MessageRead> =>
  ofType(said, "message_read").flatMap((fact) => [
    fact,
    ...(fact.others ?? []).map(({ reader, at }): MessageRead => ({ ...fact, reader, at }))
  ])

export const max = (times: ReadonlyArray<number>): number | null => (times.length === 0 ? null : Math.max(...times))
export const min = (times: ReadonlyArray<number>): number | null => (times.length === 0 ? null : Math.min(...times))
export const unique = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(values)]
