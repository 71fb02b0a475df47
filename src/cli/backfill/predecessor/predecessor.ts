/** The predecessor as a source: connections, people, messages, members, conversations, in this order, with what is wrong in them. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { SqlError } from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import { describe } from "../../../../persistence/database/sql-state.ts"
import { ChannelType } from "../../../../machines/vocabulary.ts"
import { SourceUnreadable } from "../../faults.ts"
import type { Finding, Item, Source, Told } from "../source.ts"
import { connectionSteps } from "./connections.ts"
import { predecessorAt } from "./database.ts"
import { conversationEvent, messageEvent, type Where } from "./messages.ts"
import { memberEvents, participantEvent } from "./people.ts"
import { Row, type Values } from "./row.ts"
import { statementsOf } from "./statements.ts"
import type { Entity } from "./tables.ts"

const stages = ["connections", "participants", "messages", "members", "conversations"] as const
type Stage = (typeof stages)[number]
const entities: Record<Stage, Entity> = {
  connections: "connection",
  participants: "participant",
  messages: "message",
  members: "member",
  conversations: "conversation"
}

/** Behind which row of which stage a run goes on. */
const Cursor = Schema.Struct({ stage: Schema.Literals(stages), key: Schema.Array(Schema.String) })
const cursorIn = Schema.decodeUnknownOption(Cursor)

export interface Wish {
  readonly url: Redacted.Redacted
  /** What stands before the names of its tables, `communications_` say. */
  readonly prefix: string
  /** Fernet keys, each tried. */
  readonly keys: ReadonlyArray<string>
  /** Into which tenant. */
  readonly tenant: string
  /** How its database is called without credentials. */
  readonly name: string
}

const value = (values: Values, name: string): string | null => new Map(Object.entries(values)).get(name) ?? null
const keyOf = (values: Values): ReadonlyArray<string> =>
  ["key_0", "key_1", "key_2"].flatMap((name) => value(values, name) ?? [])
const isChannelType = Schema.is(ChannelType)

export const predecessor = Effect.fnUntraced(function* ({ url, prefix, keys, tenant, name }: Wish) {
  const database = yield* predecessorAt(url, prefix)
  const statements = statementsOf(database.names)
  const now = yield* Clock.currentTimeMillis
  const findings: Array<Finding> = database.absent.map((place) => ({
    place,
    what: "is not there: nothing is known of it"
  }))
  const find = (finding: Finding): void => void findings.push(finding)
  const unreadable = (place: string) => (error: SqlError) => new SourceUnreadable({ place, reason: describe(error) })

  let total = 0
  for (const stage of stages) {
    const [row] = yield* database.all(statements[stage].count).pipe(Effect.mapError(unreadable(stage)))
    total += Number(value(row!, "count"))
  }

  /** A counter that is kept, beside what is there. */
  const recounted = (row: Row, field: string, counted: string | null): void => {
    const kept = row.count(field)
    if (kept !== null && counted !== null && kept !== Number(counted))
      row.found(`says ${kept}, and ${counted} are there`, field)
  }
  for (const values of yield* database.all(statements.channels).pipe(Effect.mapError(unreadable("channels"))))
    recounted(new Row("channel", values, find), "message_count", value(values, "counted"))

  /** Where a row of a conversation stands; null: one of those that it hangs on is not there, which is a finding. */
  const whereOf = (row: Row, values: Values): Where | null => {
    if (value(values, "c_there") === null && value(values, "channel_there") === null)
      return row.found("is an orphan: its conversation is not there", "conversation_id") ?? null
    const [account, conversation] = [value(values, "channel_account"), value(values, "external_thread_id")?.trim()]
    if (account === null) return row.found("is an orphan: its channel is not there, or of no account") ?? null
    if (conversation === undefined || conversation === "")
      return row.found("is left out: its conversation has no external_thread_id") ?? null
    return { account, conversation: conversation.slice(0, 500) }
  }

  const personIn = (row: Row) => {
    const person = row.text("person_name", 200)
    const provider_participant_id = row.text("provider_participant_id", 200)
    const identifiers = row.identifiers("person_")
    if (Object.keys(identifiers).length === 0 && provider_participant_id === null) return null
    return {
      ...(person === null ? {} : { name: person }),
      ...(provider_participant_id === null ? {} : { provider_participant_id }),
      identifiers
    }
  }

  const tellMessage = Effect.fnUntraced(function* (row: Row, values: Values) {
    const where = whereOf(row, values)
    if (where === null) return []
    const conversation_id = value(values, "conversation_id")!
    // The first message brings everybody who was ever there; who left has left since.
    const isFirst = value(values, "nth") === "1"
    const persons = isFirst
      ? yield* database
          .rows(statements.people, [conversation_id])
          .pipe(Stream.runCollect, Effect.mapError(unreadable(row.place)))
      : []
    const shown = [...persons].map((each) => ({
      isOwner: value(each, "role") === "owner",
      person: personIn(new Row("member", each, find))
    }))
    const owner = shown.find(({ isOwner }) => isOwner)?.person ?? null
    const people = shown.flatMap(({ isOwner, person }) => (isOwner || person === null ? [] : [person]))
    return messageEvent(
      row,
      where,
      unreadOf(row, values),
      people,
      owner,
      value(values, "conversation_type") === "group"
    )
  })

  const tell = (stage: Stage, values: Values): Effect.Effect<ReadonlyArray<Told>, SourceUnreadable> => {
    const row = new Row(entities[stage], values, find)
    switch (stage) {
      case "connections":
        return Effect.succeed(connectionSteps(row, keys, now))
      case "participants":
        recounted(row, "total_messages", value(values, "counted"))
        return Effect.succeed(participantEvent(row))
      case "messages":
        return tellMessage(row, values)
      case "members": {
        if (Number(value(values, "nth")) > 1) {
          row.found("is a member twice: the first row counts", "participant_id")
          return Effect.succeed([])
        }
        if (value(values, "person_there") === null) {
          row.found("is an orphan: its participant is not there", "participant_id")
          return Effect.succeed([])
        }
        const where = whereOf(row, values)
        if (where === null || value(values, "role") === "owner") return Effect.succeed([])
        const type = value(values, "channel_type")
        const channel_type = isChannelType(type) ? type : null
        return Effect.succeed(memberEvents(row, tenant, { ...where, channel_type }, value(values, "read_message")))
      }
      case "conversations": {
        if (row.required("external_thread_id") === null) return Effect.succeed([])
        const where = whereOf(row, { ...values, c_there: value(values, "id") })
        recounted(row, "message_count", value(values, "counted"))
        if (value(values, "owner_read_at") !== null) recounted(row, "unread_count", value(values, "counted_unread"))
        return Effect.succeed(where === null ? [] : conversationEvent(row, where))
      }
    }
  }

  const items = (from: unknown): Stream.Stream<Item, SourceUnreadable> => {
    const cursor = cursorIn(from)
    const start = cursor._tag === "Some" ? stages.indexOf(cursor.value.stage) : 0
    let done = 0
    /** Of the row before: what a row tells in several steps is done with the last of them. */
    let before: unknown = from
    return Stream.fromIterable(stages.slice(start)).pipe(
      Stream.flatMap((stage) => {
        const key = cursor._tag === "Some" && cursor.value.stage === stage ? cursor.value.key : []
        let last = "its first row"
        return database.rows(statements[stage].rows(key.length === 0), key).pipe(
          Stream.mapError((error) => unreadable(`${stage}, behind ${last}`)(error)),
          Stream.mapEffect((values) =>
            Effect.map(tell(stage, values), (told): ReadonlyArray<Item> => {
              done++
              const { place } = new Row(entities[stage], values, find)
              last = place
              const cursor = { stage, key: keyOf(values) }
              const steps = told.map((one, n) => ({
                told: one,
                place,
                cursor: n === told.length - 1 ? cursor : before,
                done
              }))
              before = cursor
              return steps
            })
          ),
          Stream.flattenIterable
        )
      })
    )
  }
  return { name, total, items, findings: () => findings } satisfies Source
})

/** Whether the owner has still to read an inbound message: by the owner's horizon, else the newest that the conversation counts. */
const unreadOf = (row: Row, values: Values): boolean | null => {
  const horizon = row.instant("owner_read_at")
  const at = row.instant("received_at") ?? row.instant("created_at")
  if (horizon !== null && at !== null) return at > horizon
  const count = Number(value(values, "conversation_unread") ?? NaN)
  if (!Number.isInteger(count) || count < 0) return null
  return Number(value(values, "newer_inbound")) <= count
}
