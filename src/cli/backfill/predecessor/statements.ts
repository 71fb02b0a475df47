/** What is asked of the predecessor's tables: each stage in the order of a key, so that a later run goes on behind it. */
import type { Names } from "./database.ts"
import { tables } from "./tables.ts"

/** One stage; `statement` takes as many parameters as a key has parts, or none at the beginning. */
export interface Statements {
  readonly count: string
  readonly rows: (isFirst: boolean) => string
}

const ordered = (keys: ReadonlyArray<string>): string => keys.map((key) => `${key} collate "C"`).join(", ")
const behind = (keys: ReadonlyArray<string>, isFirst: boolean): string =>
  isFirst ? "" : `where (${ordered(keys)}) > (${keys.map((_, n) => `$${n + 1}`).join(", ")})`

export const statementsOf = ({ table, column, fields }: Names) => {
  const id = (entity: Parameters<typeof table>[0], alias: string) => `${column(entity, alias, "id")}::text`
  const eq = (a: string, b: string): string => `${a}::text = ${b}::text`
  const time = (alias: string): string =>
    `coalesce(${["sent_at", "received_at", "created_at"].map((field) => `(${column("message", alias, field)})::timestamptz`).join(", ")})`
  /** As text it sorts as the time does. */
  const moment = (alias: string): string =>
    `coalesce(to_char(${time(alias)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '')`
  const stands = (alias: string): string => `${column("message", alias, "deleted_at")} is null`
  const plain = (entity: "connection" | "participant", more = ""): Statements => ({
    count: `select count(*)::text as count from ${table(entity)}`,
    rows: (isFirst) =>
      `select ${fields(entity, "t")}, ${id(entity, "t")} as key_0${more} from ${table(entity)} t
       ${behind([id(entity, "t")], isFirst)} order by ${ordered([id(entity, "t")])}`
  })
  const written = `, (select count(*)::text from ${table("message")} m
    where ${column("message", "m", "sender_participant_id")} = ${column("participant", "t", "id")} and ${stands("m")}) as counted`
  /** The chat and the account of a conversation, by its alias. */
  const placed = `
    (${column("channel", "ch", "account_id")})::text as channel_account,
    (${column("channel", "ch", "channel_type")})::text as channel_type,
    (${id("channel", "ch")}) as channel_there`
  const channelOf = `left join ${table("channel")} ch on ${eq(column("channel", "ch", "id"), column("conversation", "c", "channel_id"))}`
  const conversationOf = (of: string): string =>
    `left join ${table("conversation")} c on ${eq(column("conversation", "c", "id"), of)} ${channelOf}`
  const personOf = (alias: string, of: string): string =>
    `left join ${table("participant")} ${alias} on ${eq(column("participant", alias, "id"), of)}`
  const isInbound = (alias: string): string => `(${column("message", alias, "direction")})::text = 'inbound'`
  /** How far the owner of a conversation has read. */
  const horizonOf = (conversation: string): string => `
    (select max((${column("member", "om", "last_read_at")})::timestamptz) from ${table("member")} om
      where ${eq(column("member", "om", "conversation_id"), conversation)} and (${column("member", "om", "role")})::text = 'owner')`
  const messageKeys = ["s.key_0", "s.key_1", "s.key_2"]
  const messages: Statements = {
    count: `select count(*)::text as count from ${table("message")}`,
    rows: (isFirst) => `
      select s.*, ${column("participant", "p", "name")}::text as sender_name,
        ${fields("participant", "p", "sender_", ["id", "name"])},
        (${column("member", "sm", "provider_participant_id")})::text as member_provider_participant_id,
        c_there, channel_there, channel_account, channel_type, external_thread_id, conversation_type, conversation_unread, owner_read_at
      from (
        select ${fields("message", "m")},
          (${column("message", "m", "conversation_id")})::text as key_0, ${moment("m")} as key_1, ${id("message", "m")} as key_2,
          row_number() over (partition by ${column("message", "m", "conversation_id")} order by ${moment("m")} collate "C", ${id("message", "m")} collate "C") as nth,
          count(*) filter (where ${isInbound("m")} and ${stands("m")}) over (
            partition by ${column("message", "m", "conversation_id")}
            order by ${moment("m")} collate "C" desc, ${id("message", "m")} collate "C" desc) as newer_inbound
        from ${table("message")} m
      ) s
      left join lateral (
        select ${id("conversation", "c")} as c_there, (${column("conversation", "c", "external_thread_id")})::text as external_thread_id,
          (${column("conversation", "c", "conversation_type")})::text as conversation_type,
          (${column("conversation", "c", "unread_count")})::text as conversation_unread, ${placed},
          ${horizonOf("s.conversation_id")}::text as owner_read_at
        from ${table("conversation")} c ${channelOf} where ${eq(column("conversation", "c", "id"), "s.conversation_id")}
      ) c on true
      ${personOf("p", "s.sender_participant_id")}
      left join lateral (
        select * from ${table("member")} sm0
        where ${eq(column("member", "sm0", "conversation_id"), "s.conversation_id")} and ${eq(column("member", "sm0", "participant_id"), "s.sender_participant_id")}
        limit 1
      ) sm on true
      ${behind(messageKeys, isFirst)} order by ${ordered(messageKeys)}`
  }
  const people = `
    select (${column("member", "pm", "role")})::text as role, (${column("member", "pm", "provider_participant_id")})::text as provider_participant_id,
      ${fields("participant", "pp", "person_", ["id"])}
    from ${table("member")} pm join ${table("participant")} pp on ${eq(column("participant", "pp", "id"), column("member", "pm", "participant_id"))}
    where (${column("member", "pm", "conversation_id")})::text = $1 order by ${ordered([id("member", "pm")])} limit 1000`
  const memberId = id("member", "mm")
  const members: Statements = {
    count: `select count(*)::text as count from ${table("member")}`,
    rows: (isFirst) => `
      select ${fields("member", "mm")}, ${memberId} as key_0, ${fields("participant", "p", "person_", ["id"])}, ${id("participant", "p")} as person_there,
        ${id("conversation", "c")} as c_there, (${column("conversation", "c", "external_thread_id")})::text as external_thread_id, ${placed},
        row_number() over (partition by ${column("member", "mm", "conversation_id")}, ${column("member", "mm", "participant_id")} order by ${memberId} collate "C") as nth,
        (select (${column("message", "m", "external_message_id")})::text from ${table("message")} m
          where ${eq(column("message", "m", "conversation_id"), column("member", "mm", "conversation_id"))}
            and (${column("message", "m", "direction")})::text = 'outbound' and ${time("m")} <= (${column("member", "mm", "last_read_at")})::timestamptz
          order by ${moment("m")} collate "C" desc limit 1) as read_message
      from ${table("member")} mm ${conversationOf(column("member", "mm", "conversation_id"))} ${personOf("p", column("member", "mm", "participant_id"))}
      ${behind([memberId], isFirst)} order by ${ordered([memberId])}`
  }
  const conversationId = id("conversation", "c")
  const conversations: Statements = {
    count: `select count(*)::text as count from ${table("conversation")}`,
    rows: (isFirst) => `
      select ${fields("conversation", "c")}, ${conversationId} as key_0, ${placed},
        (select count(*)::text from ${table("message")} m
          where ${eq(column("message", "m", "conversation_id"), column("conversation", "c", "id"))} and ${stands("m")}) as counted,
        (select count(*)::text from ${table("message")} m
          where ${eq(column("message", "m", "conversation_id"), column("conversation", "c", "id"))} and ${stands("m")} and ${isInbound("m")}
            and ${time("m")} > ${horizonOf(column("conversation", "c", "id"))}) as counted_unread,
        ${horizonOf(column("conversation", "c", "id"))}::text as owner_read_at
      from ${table("conversation")} c ${channelOf}
      ${behind([conversationId], isFirst)} order by ${ordered([conversationId])}`
  }
  const channels = `
    select ${fields("channel", "ch")}, count(${id("message", "m")})::text as counted
    from ${table("channel")} ch
    left join ${table("conversation")} c on ${eq(column("conversation", "c", "channel_id"), column("channel", "ch", "id"))}
    left join ${table("message")} m on ${eq(column("message", "m", "conversation_id"), column("conversation", "c", "id"))} and ${stands("m")}
    group by ${tables.channel.fields
      .map((field) => column("channel", "ch", field))
      .filter((name) => name !== "null")
      .join(", ")}`
  return {
    channels,
    connections: plain("connection"),
    participants: plain("participant", written),
    messages,
    members,
    conversations,
    people
  }
}
