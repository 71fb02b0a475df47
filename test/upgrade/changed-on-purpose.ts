/**
 * What a version after 0903716 shows differently on the same database, and why: the whole list. Whatever is not in it has to be the
 * same to the field. Each entry says what may stand there instead, as exactly as the rule does.
 */
import { isDeepStrictEqual } from "node:util"
import { type Answers, conversationsOf, kindOf } from "./answers.ts"
import type { Difference } from "./differences.ts"

/** What is known of the fixture beside its answers. */
export interface Left {
  /** When that version was stopped, epoch milliseconds. */
  readonly stopped: number
  /** Ids of the message rows that it had written; later messages stand in its journal alone. */
  readonly written: ReadonlySet<unknown>
}

interface Purpose {
  readonly reason: string
  /** Whether the difference is the rule's doing. `after` is all that the later version says of the tenant. */
  readonly allows: (difference: Difference, after: Answers, left: Left) => boolean
}

const activeOf = (answers: Answers) => conversationsOf(answers).filter(({ status }) => status === "active")

const sum = (all: ReadonlyArray<Readonly<Record<string, unknown>>>, field: string): number =>
  all.reduce((total, fields) => total + Number(fields[field] ?? 0), 0)

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The instant at which a message stands in its conversation. */
const timeOf = ({ entities }: Answers, thread: string, id: unknown): unknown => {
  const message = entities[`message ${thread} / ${String(id)}`]
  return message?.["sent_at"] ?? message?.["received_at"] ?? message?.["created_at"]
}

const isLater = (is: unknown, was: unknown): boolean => Date.parse(String(is)) > Date.parse(String(was))

/** That version was told to end, and took events until it had, milliseconds. */
const stopping = 60_000

const timeFields = new Set(["last_message_at", "joined_at", "received_at", "last_seen", "first_seen", "last_read_at"])

/** In a chat of the tenant `rules`, or in one of its members or messages. */
const inChat = ({ tenant, entity }: Difference, ...chats: ReadonlyArray<string>): boolean =>
  tenant === "rules" && chats.includes(entity.split(" ")[1]!)

/** What counts the conversations of the tenant `rules` together; right when each of them is. */
const isListOfRules = ({ tenant, entity }: Difference): boolean => tenant === "rules" && kindOf(entity) === "list"

export const changedOnPurpose: ReadonlyArray<Purpose> = [
  {
    reason: "Totals count what the inbox lists: active conversations",
    allows: ({ entity, field, is }, after) => {
      if (entity !== "totals of the inbox") return false
      const active = activeOf(after)
      if (field === "unread_count") return is === sum(active, "unread_count")
      if (field === "conversations") return is === active.length
      return (
        field === "unread_conversations" && is === active.filter(({ unread_count }) => Number(unread_count) > 0).length
      )
    }
  },
  {
    reason: "Archived, spam and deleted are in no list of unread conversations unless asked for",
    allows: ({ entity, was, is }, after) => {
      if (entity !== "list unread=true" || !Array.isArray(was)) return false
      const active = new Set(activeOf(after).map(({ external_thread_id }) => external_thread_id))
      return isDeepStrictEqual(
        is,
        was.filter((thread) => active.has(thread))
      )
    }
  },
  {
    reason: "Messages of one instant stand in order of arrival; they stood in order of their ids",
    allows: ({ entity, was, is }, after) => {
      if (kindOf(entity) !== "order" || !Array.isArray(was) || !Array.isArray(is)) return false
      const thread = entity.slice("order of ".length)
      const times = (ids: ReadonlyArray<unknown>) => ids.map((id) => timeOf(after, thread, id))
      return isDeepStrictEqual(was.toSorted(), is.toSorted()) && isDeepStrictEqual(times(was), times(is))
    }
  },
  {
    reason: "Metadata gains the provider's hints as they were given (is_broadcast, is_channel, is_community)",
    allows: ({ field, was, is }) =>
      field === "metadata" &&
      isMap(is) &&
      Object.entries(isMap(was) ? was : {}).every(([name, value]) => isDeepStrictEqual(is[name], value))
  },
  {
    reason:
      "What a CRM user reads covers what had arrived: a message that came after the read is unread, whatever its time",
    allows: (difference) => {
      const { entity, field, was, is } = difference
      if (isListOfRules(difference)) return entity === "list unread=true"
      if (!inChat(difference, "late", "same-instant")) return false
      if (field === "readers") return isMap(is) && isMap(is["anna"]) && is["anna"]["unread_count"] === 1
      return field === "unread_count" && was === 0 && is === 1
    }
  },
  {
    reason: "A new inbound message brings an archived conversation back",
    allows: (difference) => {
      const { entity, field, was, is } = difference
      if (isListOfRules(difference)) return entity === "list status=archived" && was !== undefined && is === undefined
      return inChat(difference, "archived") && field === "status" && was === "archived" && is === "active"
    }
  },
  {
    reason: "No fact lies ahead: a time later than its arrival counts as its arrival",
    allows: (difference, _, { stopped }) => {
      const { tenant, entity, field, was, is } = difference
      if (tenant !== "rules") return false
      if (kindOf(entity) === "analytics") return true
      if (kindOf(entity) === "list") return ["list of conversations", "list of people"].includes(entity)
      return timeFields.has(field) && Date.parse(String(was)) > stopped && Date.parse(String(is)) <= stopped + stopping
    }
  },
  {
    reason: "A send that was confirmed without a message id is the echo that follows: counted once",
    allows: ({ tenant, entity, field, was, is }) => {
      if (tenant !== "rules" || !["connection wa-rules", "quota wa-rules"].includes(entity)) return false
      if (field.startsWith("messages_sent")) return was === 2 && is === 1
      return field.startsWith("remaining_") && Number(is) === Number(was) + 1
    }
  },
  {
    reason: "The first live message of a new account makes it active",
    allows: ({ tenant, entity, field, was, is }) => {
      if (tenant !== "young" || !entity.endsWith(" wa-young")) return false
      if (field === "account_status") return was === "pending" && is === "active"
      if (field === "auth_status") return was === "pending" && is === "authenticated"
      if (field === "can_send") return is === true
      return field === "needs_action" && is === undefined
    }
  },
  {
    reason: "A message's row is told by its conversation, and so is its id; rows that were written keep theirs",
    allows: ({ entity, field, was }, _, { written }) =>
      kindOf(entity) === "message" && field === "id" && !written.has(was)
  },
  {
    reason: "A connection remembers its first live message; that version remembered none",
    allows: ({ entity, field, was, is }, _, { stopped }) =>
      kindOf(entity) === "connection" &&
      field === "updated_at" &&
      isLater(is, was) &&
      Date.parse(String(is)) <= stopped + stopping
  },
  {
    reason: "A channel remembers the chats of its account by the network's ids, and which addresses it sends from",
    allows: ({ entity, field, was, is }, _, { stopped }) =>
      kindOf(entity) === "channel" &&
      field === "updated_at" &&
      isLater(is, was) &&
      Date.parse(String(is)) <= stopped + stopping
  },
  {
    reason: "A member's activity moves last_message_at, as the message that it stands for would",
    allows: ({ tenant, entity, field, was, is }) =>
      tenant === "acme" && entity.startsWith("member wa-crew ") && field === "last_message_at" && isLater(is, was)
  },
  {
    reason: "The first reset of a day's counters is the midnight before the registration",
    allows: ({ entity, field, was, is }) =>
      kindOf(entity) === "connection" &&
      field === "last_rate_limit_reset" &&
      was === undefined &&
      String(is).endsWith("T00:00:00.000Z")
  }
]
