/**
 * A chat under the network's own id: v2 of the webhooks knows it by that, v1 by UniPile's id, which its conversation is kept
 * under. An index of the account's recent chats, bounded (I8): those learnt longest ago are forgotten first.
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { isMessageId } from "../message-id.ts"
import type { Joined } from "./threads.ts"

/** What is known of one chat. */
export interface Chat {
  /** Threads that are this chat, as v1 calls them; more than one where the provider gave it a new id. */
  readonly threads: ReadonlyArray<string>
  /** Whether a conversation was founded under the network's id, before v1 had shown the chat. */
  readonly founded: boolean
  readonly learnt: number
}

/** The index: an immutable value. Its map is private for the same reason as that of `Threads`. */
export class Chats {
  readonly #all: HashMap.HashMap<string, Chat>

  constructor(all: HashMap.HashMap<string, Chat>) {
    this.#all = all
  }

  /** By the network's id. */
  get all(): HashMap.HashMap<string, Chat> {
    return this.#all
  }
}

/** Chats that are remembered per account; some 80 bytes each in a snapshot. */
export const chatLimit = 1024
/** The oldest leave in groups, so that the sort is paid once per group. */
const evictionGroup = 128

export const noChats = new Chats(HashMap.empty())

const knownAs = (chats: Chats, chat: string): Chat | undefined => Option.getOrUndefined(HashMap.get(chats.all, chat))

/** The thread of a chat; null when nothing is known of it. Of several the least, so that order does not matter (I3). */
export const threadOfChat = (chats: Chats, chat: string): string | null => {
  const known = knownAs(chats, chat)
  return known === undefined ? null : (known.threads.toSorted()[0] ?? chat)
}

/** The network's ids of the chats that are kept under a thread. */
export const chatsOf = (chats: Chats, thread: string): ReadonlyArray<string> =>
  [...chats.all].flatMap(([chat, { threads }]) => (threads.includes(thread) ? [chat] : []))

/** Whether chats may have been forgotten. */
export const hasForgottenChats = (chats: Chats): boolean => HashMap.size(chats.all) >= chatLimit

/** A fact names the chat by the network's id; `thread` where rows have told what v1 calls it. */
export const chatNamed = (chats: Chats, chat: string, thread: string | null, received: number): Chats => {
  if (knownAs(chats, chat) !== undefined) return chats
  const isOther = thread !== null && thread !== chat
  return stored(chats, chat, { threads: isOther ? [thread] : [], founded: !isOther, learnt: received })
}

/** v1 shows a chat under both of its names. What was founded under the network's id becomes part of it. */
export const chatShown = (
  chats: Chats,
  chat: string,
  thread: string,
  received: number
): { readonly chats: Chats; readonly joined: ReadonlyArray<Joined> } => {
  const known = knownAs(chats, chat)
  if (known !== undefined && known.threads.includes(thread)) return { chats, joined: [] }
  // A conversation of which the index has forgotten that it was founded may be there all the same.
  const isFounded = known === undefined ? hasForgottenChats(chats) : known.founded
  const threads = [...(known?.threads ?? []), thread].slice(-threadLimit)
  const next = stored(chats, chat, { threads, founded: false, learnt: received })
  return { chats: next, joined: isFounded ? [{ from: chat, into: thread }] : [] }
}

/** Threads that are remembered of one chat. */
const threadLimit = 8

const stored = (chats: Chats, chat: string, known: Chat): Chats => {
  const all = HashMap.set(chats.all, chat, known)
  if (HashMap.size(all) <= chatLimit + evictionGroup) return new Chats(all)
  const oldest = [...all]
    .sort(([a, x], [b, y]) => x.learnt - y.learnt || (a < b ? -1 : 1))
    .slice(0, HashMap.size(all) - chatLimit)
  return new Chats(oldest.reduce((kept, [name]) => HashMap.remove(kept, name), all))
}

/** One chat in a snapshot. */
export interface ListedChat extends Chat {
  readonly chat: string
}

/** The index as a plain list, for a snapshot. */
export const toChatList = (chats: Chats): ReadonlyArray<ListedChat> =>
  [...chats.all].map(([chat, known]) => ({ chat, ...known })).sort((a, b) => (a.chat < b.chat ? -1 : 1))

/** The index of a list that `toChatList` made. */
export const fromChatList = (list: ReadonlyArray<ListedChat>): Chats =>
  new Chats(list.reduce((all, { chat, ...known }) => HashMap.set(all, chat, known), noChats.all))

/** What earlier versions knew of chats: they kept them among the names of threads. One that was mixed with another says nothing. */
export const earlierChats = (
  groups: ReadonlyArray<{
    readonly names: object
    readonly claims: ReadonlyArray<string>
    readonly founded: ReadonlyArray<string>
    readonly touched: number
  }>
): Chats =>
  fromChatList(
    groups.flatMap(({ names, claims, founded, touched }) => {
      const chats = Object.entries(names as Readonly<Record<string, boolean>>).flatMap(([name, isMessage]) =>
        isMessage ? [] : [name]
      )
      const isMail = Object.keys(names).some(isMessageId)
      if (isMail || chats.length !== 1 || claims.length > 1) return []
      const [chat] = chats as [string]
      return [{ chat, threads: claims, founded: founded.includes(chat), learnt: touched }]
    })
  )
