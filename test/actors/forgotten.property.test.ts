/**
 * I3 past the window: of a conversation that is longer than its actor remembers, repeats, edits, deletions, receipts and marks of
 * old messages, in any order and several at once, leave in SQL what the oracle finds. On both databases, through the real owner,
 * whose tenant comes into memory again in the middle.
 */
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { Identity } from "../../actors/memory/identity.ts"
import { conversationFields } from "../../machines/conversation/fields.ts"
import { windowLimit } from "../../machines/conversation/message-window.ts"
import { memberFields } from "../../machines/member/fields.ts"
import type { Event, Person } from "../../machines/events.ts"
import { messageFields } from "../../machines/message/fields.ts"
import { ConversationStatus } from "../../machines/vocabulary.ts"
import { participantFields } from "../../machines/participant/fields.ts"
import { fromColumns } from "../../persistence/database/field-values.ts"
import { alike, expectLast, expectRow, expectSame } from "../machines/compared.ts"
import {
  day,
  deleted,
  delivered,
  edited,
  left,
  me,
  message,
  person,
  reacted,
  read,
  registered,
  running,
  start
} from "../machines/facts.ts"
import { agreeing, eventOf, textOf } from "../machines/histories.ts"
import type { Fact, Mark, Said } from "../oracle/said.ts"
import { isMark } from "../oracle/said.ts"
import { tenantOf } from "../oracle/tenant.ts"
import { claim } from "../support/claim.ts"
import { databases } from "../support/databases.ts"
import type { TenantHouse } from "../support/tenant-house.ts"
import { openTenantHouse } from "../support/tenant-house.ts"

const total = windowLimit + 250
/** Some that every conversation holds back for the end: old messages that come late. */
const isLate = (n: number) => n % 29 === 7

interface Chat {
  readonly id: string
  readonly ann: Person
  readonly ben: Person
}
/** What is true of message n; a chat's `salt` makes it another chat. */
const truthOf = ({ ann, ben }: Chat, salt: number, n: number) => {
  const dice = Math.imul(n + 1, salt | 1) >>> 8
  return {
    // Two by two they share an instant.
    at: Math.floor(n / 2) * 1_000,
    from: dice % 10 < 3 ? me : dice % 10 < 9 ? ann : salt % 3 === 0 ? ben : ann,
    is_event: dice % 23 === 0,
    hidden: dice % 31 === 0
  }
}
const nameOf = (chat: Chat, n: number) => `${chat.id}-${n}`
const shown = (chat: Chat, salt: number, n: number): Fact => {
  const { at, from, is_event, hidden } = truthOf(chat, salt, n)
  const message_body = { provider_message_id: `P-${nameOf(chat, n)}`, is_event, hidden }
  return message(nameOf(chat, n), at, from, { in: chat.id, people: [chat.ann], message: message_body })
}

/** Mostly a few old ones, so that much is said of the same: the window forgets some 250 of the first. */
const which = fc.oneof({ weight: 4, arbitrary: fc.nat(9).map((n) => n * 25) }, fc.nat(total - 1))
const telling = fc.record({
  tell: fc.constantFrom(
    "again" as const,
    "again" as const,
    "edited" as const,
    "deleted" as const,
    "read" as const,
    "delivered" as const,
    "reacted" as const,
    "left" as const,
    "marked_read" as const,
    "filed" as const,
    "marked_unread" as const
  ),
  which,
  at: fc.integer({ min: 0, max: 5 }),
  text: fc.constantFrom("a", "b", null),
  name: fc.constantFrom("m" as const, "p" as const),
  who: fc.constantFrom(null, "ann" as const, "ben" as const),
  user_id: fc.constantFrom("user-1", "user-2")
})
type Telling = typeof telling extends fc.Arbitrary<infer T> ? T : never

const saidOf = (chat: Chat, salt: number, said: Telling): Said => {
  const about = truthOf(chat, salt, said.which)
  const m = nameOf(chat, said.which)
  const at = about.at + said.at
  const names = said.name === "m" ? {} : { external_message_id: `P-${m}` }
  const direction = about.from === me ? ("outbound" as const) : ("inbound" as const)
  const who = said.who === null ? null : chat[said.who]
  switch (said.tell) {
    case "again":
      return shown(chat, salt, said.which)
    case "edited":
      return { ...edited(m, at, said.text, chat.id), ...names }
    case "deleted":
      return { ...deleted(m, at, chat.id), ...names }
    case "read":
      return { ...read(m, at, who, chat.id), ...names, direction }
    case "delivered":
      return { ...delivered(m, at, chat.id), ...names, direction }
    case "reacted":
      return { ...reacted(m, at, who ?? me, said.text, chat.id), ...names }
    case "left":
      return left(at, who ?? chat.ann, chat.id)
    case "filed":
      return {
        type: "filed",
        external_thread_id: chat.id,
        status: ConversationStatus.literals[said.which % ConversationStatus.literals.length]!,
        received: 0
      }
    default:
      return {
        type: said.tell,
        external_thread_id: chat.id,
        user_id: said.user_id,
        message_id: said.tell === "marked_read" ? m : null,
        received: 0
      }
  }
}

const histories = fc
  .record({
    salt: fc.noShrink(fc.integer({ min: 1, max: 2 ** 30 })),
    told: fc.array(telling, { minLength: 20, maxLength: 60, size: "max" }),
    again: fc.array(fc.nat(), { maxLength: 15, size: "max" }),
    /** Before which of them the tenant leaves memory and comes back. */
    restart: fc.nat(75)
  })
  .map(({ salt, told, again, restart }) => {
    const all = [...told, ...again.map((n) => told[n % told.length]!)]
    // The test itself says what was told, with the difference.
    return { salt, told: all, restart, [fc.toStringMethod]: () => `salt ${salt}, a restart before ${restart}` }
  })

let chats = 0
const newChat = (): Chat => {
  const id = `chat-${++chats}`
  return { id, ann: person(`ann of ${id}`), ben: person(`ben of ${id}`) }
}

/** Parts in which facts overtake each other; a mark is alone, because its place is what it means. */
const parts = (said: ReadonlyArray<Said>): ReadonlyArray<ReadonlyArray<Said>> => {
  const all: Array<Array<Said>> = [[]]
  for (const one of said) {
    if (isMark(one)) all.push([one], [])
    else all.at(-1)!.push(one)
  }
  return all.filter((part) => part.length > 0)
}

const identity = new Identity("acme")
const conversationId = (thread: string) => identity.conversation("whatsapp", "account", thread)
const millis = (instant: string | null) => (instant === null ? null : Date.parse(instant))

const expectRows = async (house: TenantHouse, chat: Chat, said: ReadonlyArray<Said>): Promise<void> => {
  const { conversations, participants } = tenantOf(said)
  const expected = conversations[chat.id]!
  const id = conversationId(chat.id)
  const [conversation] = await house.rows(`select * from conversations where id = '${id}'`)
  const { readers, last_message, ...fields } = expected.fields
  expectSame(alike(fields, fromColumns(conversationFields, conversation)), fields, chat.id)
  const wire = Object.entries<any>(conversation.readers).map(([user, reader]) => [
    user,
    { ...reader, last_read_at: millis(reader.last_read_at) }
  ])
  expectSame(Object.fromEntries(wire), readers, "readers")
  expectLast(
    conversation.last_message && { ...conversation.last_message, at: millis(conversation.last_message.at) },
    last_message,
    chat.id
  )
  const members = await house.rows(`select * from members where conversation_id = '${id}'`)
  expect(members).toHaveLength(Object.keys(expected.members).length)
  for (const [key, member] of Object.entries(expected.members)) {
    const row = members.find((one) => one.participant_id === identity.participant(key))
    expectSame(alike(member, fromColumns(memberFields, row)), member, key)
  }
  const rows = await house.rows(`select * from messages where conversation_id = '${id}'`)
  expect(rows).toHaveLength(expected.messages.length)
  for (const known of expected.messages) {
    const row = rows.find((one) => known.names.includes(one.external_message_id))
    const reactions = Object.entries(known.row.reactions).map(([key, value]) => [identity.participant(key), value])
    const named = { ...known, row: { ...known.row, reactions: Object.fromEntries(reactions) } }
    expectRow(fromColumns(messageFields, row), named)
  }
  for (const one of [chat.ann, chat.ben]) {
    const wanted = participants[one.key]
    if (wanted === undefined) continue
    const [row] = await house.rows(`select * from participants where id = '${identity.participant(one.key)}'`)
    expectSame(alike(wanted, fromColumns(participantFields, row)), wanted, one.key)
  }
}

describe.each(databases)("what the window forgot, on $name", (database) => {
  let house: TenantHouse
  let owner: Awaited<ReturnType<TenantHouse["owner"]>>
  let now = start + day / 4

  beforeAll(async () => {
    house = await openTenantHouse(database, start + day)
    owner = await house.owner()
    await owner.tell(registered, running)
  })
  afterAll(() => house.close())

  const tell = async (part: ReadonlyArray<Said>): Promise<void> => {
    const events: ReadonlyArray<Event> = part.map((one) => eventOf(one, conversationId))
    if (part.length === 1 && isMark(part[0]!)) {
      // Refused where there is nothing to mark.
      await owner.tell(...events).catch((cause: unknown) => expect(String(cause)).toContain("RuleBroken"))
    } else await owner.tell(...events)
  }

  claim(
    `old messages on ${database.name}: what is said of them is what the oracle finds`,
    { runs: 2, oneOf: 200, facts: ({ told }) => total + told.length },
    histories,
    async ({ salt, told, restart }) => {
      const chat = newChat()
      const numbers = Array.from({ length: total }, (_, n) => n)
      const first = numbers.filter((n) => !isLate(n)).map((n) => shown(chat, salt, n))
      await tell(first)
      const { context } = await owner.ask((each) => each.inspect("acme", "conversation", conversationId(chat.id)))
      expect((context as any).facts.window.floor).not.toBeNull()

      const late = numbers.filter(isLate).map((n) => shown(chat, salt, n))
      const made = told.map((one) => saidOf(chat, salt, one))
      const agreed = made.map(agreeing(made))
      const mixed = agreed.flatMap((one, n) => [one, ...late.slice(n, n + 1)])
      const said = mixed.map((one) => (isMark(one) ? ({ ...one, received: ++now } satisfies Mark) : one))
      const place = restart % said.length
      for (const part of parts(said.slice(0, place))) await tell(part)
      await owner.end()
      owner = await house.owner()
      for (const part of parts(said.slice(place))) await tell(part)
      await owner.ask((each) => each.flush("acme"))
      await expectRows(house, chat, [...first, ...said]).catch((cause: unknown) => {
        throw new Error(`after ${first.length} messages:${said.map((one) => `\n  ${textOf(one)}`).join("")}`, { cause })
      })
    }
  )
})
