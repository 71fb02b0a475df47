/**
 * Made-up histories of one account with two chats: small alphabets, so that collisions are the rule. Everything may come before
 * what it is about, several times, and in any order.
 */
import fc from "fast-check"
import type { Event } from "../../machines/events.ts"
import { ConversationStatus, ProviderAccountStatus } from "../../machines/vocabulary.ts"
import type { ReadOn } from "../oracle/conversation.ts"
import type { Fact, Mark, Said, Word } from "../oracle/said.ts"
import { isMark } from "../oracle/said.ts"
import {
  ann,
  ben,
  cleo,
  day,
  deleted,
  delivered,
  edited,
  left,
  me,
  message,
  minute,
  person,
  reacted,
  read,
  start
} from "./facts.ts"

const people = [me, ann, ben, cleo]
const faces = [
  ...people,
  person("ann", { name: "Annie", provider_participant_id: "ann@lid", metadata: { occupation: "baker" } }),
  person("ann", { metadata: { occupation: "pilot" } }),
  person("ann", { name: "+44 7700 900001" }),
  person("cleo", { name: "+44 7700 900003" }),
  person("ben", { name: null, provider_participant_id: "b" })
]
/** Provider facts are accepted here; marks after that, a millisecond apart. */
const accepted = day / 4
const time = fc.integer({ min: 0, max: 5 })
/** A receipt tells of a reading before all marks, or of one that happens just when it is told first. */
const justNow = accepted
const readingTime = fc.oneof(time, fc.constant(justNow))
/** Some came at one instant, some just before they were accepted. */
const messageTime = fc.oneof(
  { weight: 4, arbitrary: time },
  fc.constantFrom(accepted - 10 * minute, accepted - 1, accepted)
)
const chats = ["chat-1", "chat-1", "chat-2"] as const
const chat = fc.constantFrom(...chats)
const texts = fc.constantFrom("a", "b", null)
const which = fc.nat(3)
const seldom = fc.constantFrom(false, false, false, false, false, false, true)

const picture = { id: "p", type: "img", name: null, mime: null, size: null, url: null }

/** What is true of each of a chat's four messages, however often and in whichever words it is told. */
const truths = fc.array(
  fc.record({
    at: messageTime,
    is_story: seldom,
    /** Null is nobody: a channel, an anonymous admin. */
    from: fc.constantFrom(me, me, ...people, null),
    is_event: seldom,
    event_type: fc.constantFrom(null, 4, 5, 6, 7),
    /** Whether some payloads show the message under the provider's id alone, or others without it. */
    byProvider: fc.boolean()
  }),
  { minLength: 4, maxLength: 4 }
)
type Truth = typeof truths extends fc.Arbitrary<ReadonlyArray<infer T>> ? T : never

const telling = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      tell: fc.constant("message" as const),
      which,
      people: fc.subarray(faces.slice(1)),
      fully: fc.boolean(),
      pictured: fc.boolean(),
      hidden: fc.constantFrom(false, false, true),
      content: fc.constantFrom("hello", "hello", "", null),
      attachments: fc.constantFrom(
        [],
        [],
        [{ ...picture, unavailable: true as const }],
        [{ ...picture, url: "att://p" }]
      ),
      deleted: seldom,
      read_at: fc.constantFrom(null, null, 3, 4),
      subject: texts,
      hints: fc.constantFrom(
        {},
        {},
        {},
        { is_group: true },
        { is_broadcast: true },
        { is_channel: true },
        { is_community: true },
        { is_urgent: true }
      ),
      folders: fc.constantFrom<ReadonlyArray<string>>([], [], ["INBOX"], ["ARCHIVE"], ["SPAM"], ["TRASH"]),
      metadata: fc.constantFrom<Record<string, unknown>>({}, { pinned: true }, { pinned: false })
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      tell: fc.constantFrom(
        "delivered" as const,
        "read" as const,
        "edited" as const,
        "deleted" as const,
        "reacted" as const
      ),
      which,
      at: time,
      read_at: readingTime,
      name: fc.constantFrom("m" as const, "mp" as const, "p" as const),
      who: fc.option(fc.constantFrom(ann, ben, cleo)),
      others: fc.subarray([ann, ben, cleo]),
      reactor: fc.constantFrom(...people, null),
      text: texts
    })
  },
  {
    weight: 2,
    arbitrary: fc.record({
      tell: fc.constantFrom("left" as const, "joined" as const),
      at: time,
      who: fc.constantFrom(...people)
    })
  }
)
type Telling = typeof telling extends fc.Arbitrary<infer T> ? T : never

const factOf = (truth: ReadonlyArray<Truth>, said: Telling, thread: string): Fact => {
  if (!("which" in said)) {
    if (said.tell === "left") return left(said.at, said.who, thread)
    // A system line of its own: somebody was added, perhaps again.
    return message(`${thread}-added-${said.who.key}-${said.at}`, said.at, me, {
      in: thread,
      people: said.who === me ? [] : [said.who],
      message: { is_event: true, event_type: 5, direction: "inbound" }
    })
  }
  const [m, p] = [`${thread}-m${said.which}`, `${thread}-p${said.which}`]
  const about = truth[said.which]!
  if (said.tell === "message") {
    const names = about.byProvider
      ? { external_message_id: said.fully ? m : p, provider_message_id: p }
      : { external_message_id: m, provider_message_id: said.fully ? p : null }
    return message(m, about.at, about.from, {
      in: thread,
      // Addresses of pictures are signed anew each time.
      people: said.people
        .filter((one, n) => said.people.findIndex((other) => other.key === one.key) === n)
        .map((one) => (said.pictured ? { ...one, avatar_url: `https://cdn.example/${one.key}?at=${about.at}` } : one)),
      thread: { subject: said.subject, folders: said.folders, metadata: said.metadata, ...said.hints },
      message: {
        ...names,
        is_event: about.is_event,
        event_type: about.is_event ? about.event_type : null,
        hidden: said.hidden,
        content: said.content,
        attachments: said.attachments,
        deleted: said.deleted,
        ...(about.is_story ? { is_story: true } : {}),
        read_at: said.read_at
      }
    })
  }
  const names = { external_message_id: said.name === "p" ? p : m, provider_message_id: said.name === "m" ? null : p }
  const direction = about.from === me ? ("outbound" as const) : ("inbound" as const)
  switch (said.tell) {
    case "delivered":
      return { ...delivered(m, said.at, thread), ...names, direction }
    case "read":
      return {
        ...read(m, said.read_at, said.who, thread),
        ...names,
        direction,
        ...(said.who !== null && { others: said.others.map((reader) => ({ reader, at: start + said.at })) })
      }
    case "edited":
      return { ...edited(m, said.at, said.text, thread), ...names }
    case "deleted":
      return { ...deleted(m, said.at, thread), ...names }
    case "reacted":
      return { ...reacted(m, said.at, said.reactor, said.text, thread), ...names }
  }
}

/** The number of a message, whichever of its names stands for it: which one its row goes by depends on which was heard first. */
export const messageNumber = (name: string): string => name.replace(/-[mp](?=\d$)/, "-")

/**
 * The facts without a word against another of its instant: the edits of a message at one time say one thing, and so do a person's
 * reactions. Where they contradict each other, the later arrival wins (CONTRACT preamble), so their order matters. `all`: where
 * to look for the others.
 */
export const agreeing =
  (all: ReadonlyArray<Said>, nameOf: (key: string) => string = (key) => key) =>
  <S extends Said>(one: S): S => {
    const mine = placeOf(one, nameOf)
    if (mine === null) return one
    const values = all.filter((other) => placeOf(other, nameOf) === mine).map(valueOf)
    const value = values.reduce((a, b) => ((a ?? "") >= (b ?? "") ? a : b))
    return one.type === "message_edited" ? { ...one, content: value } : { ...one, reaction: value }
  }
const placeOf = (one: Said, nameOf: (key: string) => string): string | null => {
  if (one.type !== "message_edited" && one.type !== "message_reacted") return null
  const who = one.type === "message_reacted" && one.sender !== null ? nameOf(one.sender.key) : ""
  return [
    one.type,
    one.external_thread_id,
    messageNumber(one.external_message_id.replace(/^P-/, "")),
    one.at,
    who
  ].join()
}
const valueOf = (one: Said): string | null =>
  one.type === "message_edited" ? one.content : one.type === "message_reacted" ? one.reaction : null

const account = { account_id: "account", received: start + accepted, via: "webhook" } as const
const words: fc.Arbitrary<Word> = fc.oneof(
  fc
    .record({ status: fc.constantFrom(...ProviderAccountStatus.literals), at: time })
    .map(({ status, at }) => ({ type: "account_status_changed" as const, ...account, status, at: start + at })),
  fc
    .record({
      status: fc.constantFrom(
        "connected" as const,
        "disconnected" as const,
        "expired" as const,
        "checkpoint_required" as const,
        "failed" as const
      ),
      at: time
    })
    .map(({ status, at }) => ({ type: "auth_reported" as const, ...account, status, at: start + at }))
)

const readMarks: fc.Arbitrary<Mark> = fc
  .record({
    type: fc.constantFrom("marked_read" as const, "marked_unread" as const),
    external_thread_id: chat,
    user_id: fc.constantFrom("user-1", "user-2"),
    message_id: fc.option(which),
    received: fc.constant(0)
  })
  .map((mark) => ({
    ...mark,
    message_id: mark.message_id === null ? null : `${mark.external_thread_id}-m${mark.message_id}`
  }))
const filings: fc.Arbitrary<Mark> = fc.record({
  type: fc.constant("filed" as const),
  external_thread_id: chat,
  status: fc.constantFrom(...ConversationStatus.literals),
  received: fc.constant(0)
})
export const marks: fc.Arbitrary<Mark> = fc.oneof({ weight: 3, arbitrary: readMarks }, filings)

export interface History {
  /** Facts and words as they were made up, and the very same in another order, some of them several times. */
  readonly said: ReadonlyArray<Said>
  readonly other: ReadonlyArray<Said>
  /** Marks of CRM users, and how far into a telling each of them falls. */
  readonly marks: ReadonlyArray<readonly [place: number, mark: Mark]>
  /** Before which of the things said everybody sleeps and wakes. */
  readonly sleeps: ReadonlyArray<number>
  readonly read_on: ReadOn
}

export const histories: fc.Arbitrary<History> = fc
  .record({
    truths: fc.record({ "chat-1": truths, "chat-2": truths }),
    told: fc.array(fc.tuple(telling, chat), { minLength: 1, maxLength: 30, size: "max" }),
    words: fc.array(words, { maxLength: 4, size: "max" }),
    marks: fc.array(fc.tuple(fc.nat(50), marks), { maxLength: 5, size: "max" }),
    shuffled: fc.array(fc.nat(), { minLength: 60, maxLength: 60, size: "max" }),
    again: fc.array(fc.nat(), { maxLength: 15, size: "max" }),
    sleeps: fc.array(fc.nat(40), { maxLength: 3, size: "max" }),
    read_on: fc.constantFrom<ReadOn>("open", "open", "reply")
  })
  .map(({ truths, told, words, marks, shuffled, again, sleeps, read_on }) => {
    const said = [...told.map(([telling, thread]) => factOf(truths[thread], telling, thread)), ...words]
    const repeated = [...said, ...again.map((n) => said[n % said.length]!)]
    const other = repeated
      .map((fact, n) => [shuffled[n]!, fact] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, fact]) => fact)
    const asText = () =>
      [
        `read_on ${read_on}, sleeps before ${sleeps.join() || "nothing"}, marks ${JSON.stringify(marks)}`,
        ...said.map((one) => `  ${textOf(one)}`),
        "  and again:",
        ...other.map((one) => `  ${textOf(one)}`)
      ].join("\n")
    return { said, other, marks, sleeps, read_on, [fc.toStringMethod]: asText }
  })

/** One thing said, in a line: what differs from the plainest thing of its kind. */
export const textOf = (said: Said): string =>
  JSON.stringify(said, (name, value: unknown) =>
    name === "owner" || name === "channel_type" || name === "account_id" || name === "received" || name === "via"
      ? undefined
      : name === "at"
        ? (value as number) - start
        : name === "identifiers" || value === null || value === false || (Array.isArray(value) && value.length === 0)
          ? undefined
          : value
  )

/** A telling with the marks in their places. Marks and what is read just now have the time of their place in it. */
export const withMarks = (said: ReadonlyArray<Said>, marks: History["marks"]): ReadonlyArray<Said> => {
  const placed: Array<Said> = [...said]
  for (const [place, mark] of marks) placed.splice(place % (placed.length + 1), 0, mark)
  let now = start + accepted
  // A repeat tells the time of the first.
  const told = new Map<Said, Said>()
  return placed.map((one) => {
    now++
    if (isMark(one)) return { ...one, received: now }
    if (one.type !== "message_read" || one.at !== start + justNow) return one
    const first = told.get(one) ?? { ...one, at: now }
    told.set(one, first)
    return first
  })
}

/** What was said as the event that the tenant hears. */
export const eventOf = (said: Said, conversationId: (thread: string) => string): Event => {
  if (!isMark(said)) return said
  const { external_thread_id, received } = said
  const command = { conversation_id: conversationId(external_thread_id), received, via: "api" as const }
  if (said.type === "filed") return { type: "conversation_status_set", ...command, status: said.status }
  const { user_id, message_id } = said
  return said.type === "marked_read"
    ? { type: "conversation_read", ...command, user_id, message_id }
    : { type: "conversation_unread", ...command, user_id }
}
