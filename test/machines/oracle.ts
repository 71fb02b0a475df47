/**
 * The oracle of I3: what the fields must be, recomputed from all facts at once, without any state that moves. Slow, naive and
 * written from the CONTRACT; where the contract leaves a tie open, the rule is said here.
 */
import type {
  MemberLeft,
  MessageDeleted,
  MessageDelivered,
  MessageEdited,
  MessageReacted,
  MessageRead,
  MessageReceived,
  Person
} from "../../machines/events.ts"

export type Fact =
  MessageReceived | MessageDelivered | MessageRead | MessageEdited | MessageDeleted | MessageReacted | MemberLeft

const max = (times: ReadonlyArray<number>): number | null => (times.length === 0 ? null : Math.max(...times))
const min = (times: ReadonlyArray<number>): number | null => (times.length === 0 ? null : Math.min(...times))
const unique = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> => [...new Set(values)]
const ofType = <T extends Fact["type"]>(facts: ReadonlyArray<Fact>, type: T) =>
  facts.filter((fact): fact is Extract<Fact, { readonly type: T }> => fact.type === type)

const namesOf = (message: { readonly external_message_id: string; readonly provider_message_id: string | null }) =>
  [message.external_message_id, message.provider_message_id].filter((name) => name !== null)

/** Showings of one message: those that share a name, directly or through others. */
const messagesOf = (facts: ReadonlyArray<Fact>): ReadonlyArray<ReadonlyArray<MessageReceived>> => {
  let groups: Array<Array<MessageReceived>> = []
  for (const fact of ofType(facts, "message_received")) {
    const mine = new Set(namesOf(fact.message))
    const same = groups.filter((group) => group.some((other) => namesOf(other.message).some((name) => mine.has(name))))
    groups = [...groups.filter((group) => !same.includes(group)), [...same.flat(), fact]]
  }
  return groups
}

interface Known {
  readonly names: ReadonlyArray<string>
  readonly at: number
  readonly sender: string
  readonly outbound: boolean
  readonly counts: boolean
  readonly isMessage: boolean
  readonly row: {
    readonly status: string
    /** Any of these: the contract names no winner among edits of one instant. */
    readonly content: ReadonlyArray<string | null>
    readonly edited_at: number | null
    readonly deleted_at: number | null
    readonly read_at: number | null
    readonly hidden: boolean
    readonly reactions: Readonly<Record<string, string>>
  }
}

const known = (
  showings: ReadonlyArray<MessageReceived>,
  facts: ReadonlyArray<Fact>,
  reads: ReadonlyArray<{ to: number; at: number }>
): Known => {
  const { message, at, sender } = showings[0]!
  const names = unique(showings.flatMap((showing) => namesOf(showing.message)))
  const about = <F extends MessageDelivered | MessageEdited | MessageDeleted | MessageReacted>(all: ReadonlyArray<F>) =>
    all.filter((fact) => namesOf(fact).some((name) => names.includes(name)))
  const outbound = message.direction === "outbound"
  const edits = about(ofType(facts, "message_edited"))
  const edited_at = max(edits.map((edit) => edit.at))
  const deleted_at = min([
    ...about(ofType(facts, "message_deleted")).map((fact) => fact.at),
    ...showings.filter((showing) => showing.message.deleted).map((showing) => showing.at)
  ])
  const hidden = showings.some((showing) => showing.message.hidden)
  const read_at = outbound
    ? min(reads.filter((read) => read.to >= at).map((read) => read.at))
    : min(showings.map((showing) => showing.message.read_at).filter((time) => time !== null))
  const isDelivered = about(ofType(facts, "message_delivered")).length > 0
  return {
    names,
    at,
    sender: sender.key,
    outbound,
    counts: deleted_at === null && !hidden && !message.is_event,
    isMessage: !message.is_event,
    row: {
      status: read_at !== null ? "read" : !outbound || isDelivered ? "delivered" : "sent",
      content:
        deleted_at !== null
          ? [null]
          : edited_at === null
            ? [message.content]
            : edits.filter((edit) => edit.at === edited_at).map((edit) => edit.content),
      edited_at,
      deleted_at,
      read_at,
      hidden,
      reactions: reactionsOf(about(ofType(facts, "message_reacted")))
    }
  }
}

/** One per person: the newest; at one instant the greater text. */
const reactionsOf = (reactions: ReadonlyArray<MessageReacted>): Record<string, string> => {
  const result: Record<string, string> = {}
  for (const key of unique(reactions.map((reaction) => reaction.sender.key))) {
    const mine = reactions.filter((reaction) => reaction.sender.key === key)
    const newest = mine.filter((reaction) => reaction.at === max(mine.map(({ at }) => at)))
    const value = newest
      .map(({ reaction }) => reaction ?? "")
      .sort()
      .at(-1)!
    if (value !== "") result[key] = value
  }
  return result
}

/** A person as a payload of a time showed them. */
interface Sighting {
  readonly person: Person
  readonly at: number
}

const systemLine = { removed: 6, left: 7 }

export const conversationOf = (facts: ReadonlyArray<Fact>) => {
  const shown = ofType(facts, "message_received")
  const groups = messagesOf(facts)
  const target = (fact: { readonly external_message_id: string; readonly provider_message_id: string | null }) =>
    groups.find((group) =>
      group.some((showing) => namesOf(showing.message).some((name) => namesOf(fact).includes(name)))
    )?.[0]
  const receipts = ofType(facts, "message_read").flatMap((fact) => {
    const about = target(fact)
    return about === undefined ? [] : [{ fact, to: about.at, outbound: about.message.direction === "outbound" }]
  })
  const outboundReads = receipts.filter((receipt) => receipt.outbound)
  const owner = facts[0]!.owner.key
  // A receipt on an inbound message is the owner's, unless it names somebody else.
  const isOwners = ({ fact, outbound }: (typeof receipts)[number]) =>
    !outbound && (fact.reader === null || fact.reader.key === owner)
  const othersReads = receipts.filter((receipt) => !isOwners(receipt))
  const messages = groups.map((group) =>
    known(
      group,
      facts,
      outboundReads.map(({ fact, to }) => ({ to, at: fact.at }))
    )
  )
  const reactions = ofType(facts, "message_reacted").filter((fact) => target(fact) !== undefined)

  const isLeft = (fact: MessageReceived) => fact.message.is_event && fact.message.event_type === systemLine.left
  const present: ReadonlyArray<Sighting> = [
    ...shown.flatMap((fact) => {
      const author = fact.message.is_event ? [] : [fact.sender]
      const all = [fact.owner, ...fact.people, ...author]
      return all
        .filter((person) => !isLeft(fact) || person.key !== fact.sender.key)
        .map((person) => ({ person, at: fact.at }))
    }),
    ...othersReads.flatMap(({ fact, to }) => (fact.reader === null ? [] : [{ person: fact.reader, at: to }])),
    ...reactions.map((fact) => ({ person: fact.sender, at: fact.at }))
  ]
  const absent: ReadonlyArray<Sighting> = [
    ...shown.filter(isLeft).map((fact) => ({ person: fact.sender, at: fact.at })),
    ...ofType(facts, "member_left").map((fact) => ({ person: fact.person, at: fact.at }))
  ]
  const rosters = shown
    .filter((fact) => fact.message.is_event && fact.message.event_type === systemLine.removed && fact.people.length > 0)
    .map((fact) => ({ at: fact.at, keys: [fact.owner.key, ...fact.people.map(({ key }) => key)] }))

  const horizon = max(receipts.filter(isOwners).map((receipt) => receipt.to))
  const unread = messages.filter(
    (message) =>
      message.counts && !message.outbound && message.row.read_at === null && (horizon === null || message.at > horizon)
  ).length
  const keys = unique([...present, ...absent].map(({ person }) => person.key))
  const others = keys.filter((key) => key !== owner)

  const memberOf = (key: string) => {
    const seen = present.filter(({ person }) => person.key === key).map(({ at }) => at)
    const gone = [
      ...absent.filter(({ person }) => person.key === key).map(({ at }) => at),
      ...rosters.filter((roster) => !roster.keys.includes(key)).map(({ at }) => at)
    ]
    const [seen_at, gone_at] = [max(seen), max(gone)]
    // Who is seen and gone at one instant has gone.
    const is_active = seen_at !== null && (gone_at === null || seen_at > gone_at)
    const sent = messages.filter((message) => message.sender === key)
    const reads = othersReads.filter(
      ({ fact }) => fact.reader?.key === key || (fact.reader === null && others.length === 1 && key === others[0])
    )
    const last_read_at = key === owner ? horizon : max(reads.map(({ to }) => to))
    return {
      role: key === owner ? "owner" : "member",
      joined_at: min(seen),
      is_active,
      left_at: is_active ? null : gone_at,
      message_count: sent.filter((message) => message.counts).length,
      last_message_at: max(sent.filter((message) => message.isMessage).map(({ at }) => at)),
      last_read_at,
      unread_count:
        key === owner
          ? unread
          : messages.filter(
              (message) =>
                message.counts && message.sender !== key && (last_read_at === null || message.at > last_read_at)
            ).length
    }
  }
  const members = Object.fromEntries(keys.map((key) => [key, memberOf(key)]))
  const participant_count = Object.values(members).filter((member) => member.is_active).length
  const hint = (name: "is_group" | "is_broadcast" | "is_channel" | "is_community") =>
    shown.some((fact) => fact.thread[name])
  return {
    fields: {
      message_count: messages.filter((message) => message.counts).length,
      unread_count: unread,
      last_message_at: max(messages.filter((message) => message.isMessage).map(({ at }) => at)),
      participant_count,
      conversation_type: hint("is_broadcast")
        ? "broadcast"
        : hint("is_channel") || hint("is_community")
          ? "channel"
          : hint("is_group") || participant_count > 2
            ? "group"
            : "direct",
      subject: newestText(shown.map((fact) => ({ at: fact.at, text: fact.thread.subject }))),
      status: filed(shown),
      priority: shown.some((fact) => fact.thread.is_urgent) ? "high" : "normal"
    },
    members,
    messages,
    /** What participants hear of. */
    sightings: [...present, ...absent],
    acts: [
      ...messages.filter((message) => message.isMessage).map(({ sender, at }) => ({ key: sender, at })),
      ...othersReads.flatMap(({ fact }) => (fact.reader === null ? [] : [{ key: fact.reader.key, at: fact.at }])),
      ...reactions.map((fact) => ({ key: fact.sender.key, at: fact.at }))
    ]
  }
}

/** The newest; at one instant the greater text. */
const newestText = (texts: ReadonlyArray<{ readonly at: number; readonly text: string | null }>): string | null => {
  const said = texts.filter(({ text }) => text !== null)
  const newest = said.filter(({ at }) => at === max(said.map((other) => other.at)))
  return (
    newest
      .map(({ text }) => text!)
      .sort()
      .at(-1) ?? null
  )
}

/** The newest folder that files away, at one instant the greater word; a newer sighting in the inbox brings back from the archive. */
const filed = (shown: ReadonlyArray<MessageReceived>): string => {
  const words: Record<string, string> = { SPAM: "spam", TRASH: "deleted", ARCHIVE: "archived" }
  const files = shown.flatMap((fact) =>
    fact.thread.folders.flatMap((folder) => (words[folder] === undefined ? [] : [{ at: fact.at, text: words[folder] }]))
  )
  const status = newestText(files) ?? "active"
  const inbox = max(shown.filter((fact) => fact.thread.folders.includes("INBOX")).map(({ at }) => at))
  return status === "archived" && inbox !== null && inbox > max(files.map(({ at }) => at))! ? "active" : status
}

/** Participants and the channel, over all conversations. */
export const tenantOf = (facts: ReadonlyArray<Fact>) => {
  const threads = unique(facts.map((fact) => fact.external_thread_id))
  const conversations = Object.fromEntries(
    threads.map((thread) => [thread, conversationOf(facts.filter((fact) => fact.external_thread_id === thread))])
  )
  const all = Object.values(conversations)
  const keys = unique(all.flatMap((conversation) => conversation.sightings.map(({ person }) => person.key)))
  const participants = Object.fromEntries(
    keys.map((key) => {
      const acts = all.flatMap((conversation) => conversation.acts.filter((act) => act.key === key).map(({ at }) => at))
      const names = all.flatMap(({ sightings }) =>
        sightings.filter(({ person }) => person.key === key && person.name !== null)
      )
      const first = min(names.map(({ at }) => at))
      return [
        key,
        {
          total_messages: all.reduce((sum, { members }) => sum + (members[key]?.message_count ?? 0), 0),
          total_conversations: all.filter(({ members }) => members[key]?.is_active === true).length,
          first_seen: min(acts),
          last_seen: max(acts),
          // A provider's value fills an empty one: the first by time stands; at one instant the lesser text.
          name:
            names
              .filter(({ at }) => at === first)
              .map(({ person }) => person.name!)
              .sort()[0] ?? null
        }
      ]
    })
  )
  const messages = all.flatMap((conversation) => conversation.messages)
  return {
    conversations,
    participants,
    channel: {
      message_count: messages.filter((message) => message.counts).length,
      last_message_at: max(messages.filter((message) => message.isMessage).map(({ at }) => at))
    },
    connection: { messages_sent_count: messages.filter((message) => message.isMessage && message.outbound).length }
  }
}
