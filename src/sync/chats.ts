/**
 * Goes through the chats of a messaging account, the newest first, and through the messages of each. A list that is ordered by the
 * newest message moves while it is read: a chat that somebody writes in jumps to the front, past the place where the reader is. So a
 * second pass looks at what has moved since the job began.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { identifierKeys } from "../../machines/person/keys.ts"
import type { SyncLeg } from "../../machines/events.ts"
import { personOf } from "../providers/unipile/person.ts"
import type { ChatReading } from "../providers/unipile/rest/shown.ts"
import { attendeeShown, messagePayloads, readingOf } from "../providers/unipile/rest/shown.ts"
import { identity } from "../providers/text.ts"
import type { Page } from "../providers/unipile/rest/pages.ts"
import { concluded } from "./concluded.ts"
import { give } from "./give.ts"
import type { Way } from "./leg.ts"

type Thing = Readonly<Record<string, unknown>>

const Cursor = Schema.Struct({
  /** 2: what has moved since the job began. */
  pass: Schema.Literals([1, 2]),
  /** The page of chats that is gone through, and which of it are done. */
  page: Schema.NullOr(Schema.String),
  done: Schema.Array(Schema.String),
  /** The chat that is gone through; its messages from which cursor on, and how much of it is unread. */
  chat: Schema.NullOr(
    Schema.Struct({
      id: Schema.String,
      page: Schema.NullOr(Schema.String),
      unread_left: Schema.Int,
      is_told: Schema.Boolean,
      /** Whether anything of it was news, which the second pass counts by. */
      is_news: Schema.Boolean
    })
  )
})
type Cursor = typeof Cursor.Type
const isCursor = Schema.is(Cursor)
const beginning: Cursor = { pass: 1, page: null, done: [], chat: null }

/** Attendees of one chat that are looked at: larger groups are known by their first ones. */
const attendeePages = 10
/** Before the beginning of the second pass: clocks of the provider and ours differ. Milliseconds. */
const margin = 5 * 60_000

/** The leg when the account's chats have been gone through. */
export const throughChats = Effect.fn("throughChats")(function* (way: Way) {
  const { client, account, tenant, started_at, wanted } = way
  const { account_id } = account
  let leg = way.leg
  let at: Cursor = isCursor(leg.cursor) ? leg.cursor : beginning
  const shownAccount = yield* client.account(account_id)

  const reached = (next: Cursor, found: Partial<SyncLeg> = {}) => {
    at = next
    leg = { ...leg, ...found, cursor: next }
    return way.reached(leg, `chats of ${account_id}`)
  }

  /** The messages of a chat, from where the cursor is. */
  const throughChat = Effect.fnUntraced(function* (chat: Thing, id: string) {
    const first = at.chat?.id === id ? at.chat : null
    const attendees = yield* client.attendeesOf(account_id, id).pipe(
      Stream.take(attendeePages),
      Stream.runCollect,
      Effect.map((pages) => pages.flatMap(({ items }) => items))
    )
    const shown = { account: shownAccount, chat, attendees }
    let reading: ChatReading = first ?? readingOf(chat)
    let isNews = first?.is_news ?? false
    yield* client.messages(account_id, id, way.since, first?.page ?? null).pipe(
      Stream.runForEach((page: Page) =>
        Effect.gen(function* () {
          const objects = page.items.map((message) => {
            const made = messagePayloads(shown, message, reading)
            reading = made.reading
            return made.payloads
          })
          const given = yield* give(tenant, account.channel_type, objects)
          const news = given.filter((each) => each.isNews).length
          isNews ||= news > 0
          const found = {
            messages_found: leg.messages_found + (at.pass === 1 ? page.items.length : news),
            unreadable: leg.unreadable + (yield* concluded(tenant, account_id, page.items, given))
          }
          if (page.next === null) return void (leg = { ...leg, ...found })
          const { unread_left, is_told } = reading
          yield* reached({ ...at, chat: { id, page: page.next, unread_left, is_told, is_news: isNews } }, found)
        })
      ),
      // Deleted while it was gone through: there is nothing left of it to fetch.
      Effect.catchTag("ObjectGone", () => Effect.void)
    )
    const counts = at.pass === 1 || isNews ? 1 : 0
    yield* reached(
      { ...at, done: [...at.done, id], chat: null },
      { conversations_found: leg.conversations_found + counts }
    )
  })

  const throughPage = Effect.fnUntraced(function* ({ items, next }: Page) {
    for (const chat of items) {
      const id = identity(chat["id"])
      // Without an id nothing can be asked of it.
      if (id === null) leg = { ...leg, unreadable: leg.unreadable + 1 }
      else if (!at.done.includes(id)) yield* throughChat(chat, id)
    }
    if (next !== null) yield* reached({ ...at, page: next, done: [] })
  })

  // A run that ended in the middle of a chat: by now it may stand elsewhere in the list.
  if (at.chat !== null) {
    const { id } = at.chat
    yield* client.chat(account_id, id).pipe(
      Effect.flatMap((chat) => throughChat(chat, id)),
      Effect.catchTag("ObjectGone", () => reached({ ...at, done: [...at.done, id], chat: null }))
    )
  }
  if (at.pass === 1) {
    const pages = wanted === null ? client.chats(account_id, way.since, at.page) : withPeople(way, wanted.keys, at.page)
    yield* Stream.runForEach(pages, throughPage)
    yield* reached({ pass: 2, page: null, done: [], chat: null })
  }
  if (wanted === null) yield* Stream.runForEach(client.chats(account_id, started_at - margin, at.page), throughPage)
  return leg
})

/** Pages of attendees, each as the page of the chats with those of them that are looked for. */
const withPeople = ({ client, account }: Way, keys: ReadonlySet<string>, from: string | null) =>
  client.attendees(account.account_id, from).pipe(
    Stream.mapEffect(({ items, next }) =>
      Effect.gen(function* () {
        const found = new Map<string, Thing>()
        for (const attendee of items) {
          const id = identity(attendee["id"])
          if (id === null || !isOneOf(attendee, account.channel_type, keys)) continue
          const chats = yield* Stream.runCollect(client.chatsWith(account.account_id, id, null))
          for (const chat of chats.flatMap((page) => page.items)) found.set(identity(chat["id"]) ?? "", chat)
        }
        return { items: [...found.values()], next } satisfies Page
      })
    )
  )

const isOneOf = (attendee: Thing, channel_type: Way["account"]["channel_type"], keys: ReadonlySet<string>): boolean => {
  const person = personOf(attendeeShown(attendee), channel_type)
  if (person === null) return false
  return [person.key, ...(person.also ?? []), ...identifierKeys(person.identifiers)].some((key) => keys.has(key))
}
