/** What is asked of UniPile's API (unipile.md §6). Objects come as they are; shown.ts makes webhooks of them. */
import type * as Stream from "effect/Stream"
import type { Call } from "./call.ts"
import * as Effect from "effect/Effect"
import type { RestError } from "./errors.ts"
import type { Page } from "./pages.ts"
import { pages } from "./pages.ts"
import { record } from "../../text.ts"

type Pages = Stream.Stream<Page, RestError>
type Thing = Readonly<Record<string, unknown>>

export interface UniPileClient {
  /** Every account that the key opens. */
  accounts(from: string | null): Pages
  /** One account. */
  account(account_id: string): Effect.Effect<Thing, RestError>
  /** Chats of an account, the newest first; `since`: with something in them after that, epoch milliseconds. */
  chats(account_id: string, since: number | null, from: string | null): Pages
  /** One chat. */
  chat(account_id: string, chat_id: string): Effect.Effect<Thing, RestError>
  /** Chats in which one attendee is. */
  chatsWith(account_id: string, attendee_id: string, from: string | null): Pages
  /** Messages of a chat, the newest first. */
  messages(account_id: string, chat_id: string, since: number | null, from: string | null): Pages
  /** Who is in a chat. */
  attendeesOf(account_id: string, chat_id: string): Pages
  /** Everybody whom an account has chats with. */
  attendees(account_id: string, from: string | null): Pages
  /** Mails of an account, the newest first; `with`: an address that stands on them. */
  mails(account_id: string, since: number | null, from: string | null, address?: string): Pages
}

const iso = (at: number | null): string | undefined => (at === null ? undefined : new Date(at).toISOString())
const part = encodeURIComponent

export const uniPileClient = (call: Call): UniPileClient => {
  const list = (path: string, account_id: string, from: string | null, params: Parameters<Call>[1] = {}) =>
    pages(call, path, params, account_id, from)
  const one = (path: string, account_id: string) => Effect.map(call(path, {}, account_id), record)
  return {
    accounts: (from) => list("/accounts", "", from),
    account: (account_id) => one(`/accounts/${part(account_id)}`, account_id),
    chats: (account_id, since, from) => list("/chats", account_id, from, { account_id, after: iso(since) }),
    chat: (account_id, chat_id) => one(`/chats/${part(chat_id)}`, account_id),
    chatsWith: (account_id, attendee_id, from) =>
      list(`/chat_attendees/${part(attendee_id)}/chats`, account_id, from, { account_id }),
    messages: (account_id, chat_id, since, from) =>
      list(`/chats/${part(chat_id)}/messages`, account_id, from, { after: iso(since) }),
    attendeesOf: (account_id, chat_id) => list(`/chats/${part(chat_id)}/attendees`, account_id, null),
    attendees: (account_id, from) => list("/chat_attendees", account_id, from, { account_id }),
    mails: (account_id, since, from, address) =>
      list("/emails", account_id, from, { account_id, after: iso(since), any_email: address })
  }
}
