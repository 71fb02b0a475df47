/** What a channel's actor holds: the contract's fields, and what it takes to place facts that name no chat. */
import type { FactArrived } from "../events.ts"
import type { ChannelType } from "../vocabulary.ts"
import type { Chats } from "./chats.ts"
import { noChats } from "./chats.ts"
import type { ChannelFields } from "./fields.ts"
import type { SeriesIndex } from "./series.ts"
import { noSeries } from "./series.ts"
import type { Threads } from "./threads.ts"
import { noThreads } from "./threads.ts"

export interface ChannelFacts {
  /** Which mails are one thread. */
  readonly threads: Threads
  /** Chats under the network's own ids. */
  readonly chats: Chats
  /** Facts about messages that no chat knows yet, or more than one. */
  readonly waiting: ReadonlyArray<FactArrived>
  /** The account's own person, once a payload has shown more of it than the account. */
  readonly owner_key: string | null
  /** Keys of the addresses that the account has sent mail from; absent: none. */
  readonly own_keys?: ReadonlyArray<string>
  /** Which calendar events are instances of which series, and which of those are over. */
  readonly series: SeriesIndex
}

export const noFacts: ChannelFacts = {
  threads: noThreads,
  chats: noChats,
  waiting: [],
  owner_key: null,
  series: noSeries
}

export interface ChannelContext extends ChannelFields {
  readonly id: string
  readonly facts: ChannelFacts
}
export interface ChannelInput {
  readonly id: string
  readonly account_id: string
  readonly channel_type: ChannelType
  readonly received: number
}
