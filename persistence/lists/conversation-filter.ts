/** What a list of conversations may be narrowed by, and how that reads in SQL. */
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { holds } from "../cut/folded-columns.ts"
import { storableJson } from "../database/field-values.ts"
import type { ConversationStatus, ConversationType, Priority } from "../../machines/vocabulary.ts"

export interface ConversationFilter {
  /** True: those that wait in the inbox, which are active ones unless `status` says otherwise. */
  readonly unread?: boolean | undefined
  readonly priority?: Priority | undefined
  readonly status?: ConversationStatus | undefined
  /** CRM user; with `unassigned` either of the two will do. */
  readonly assigned?: string | undefined
  readonly unassigned?: boolean | undefined
  readonly label?: string | undefined
  /** Absent: where active ones are asked for, those that are not put off; else wherever they are. */
  readonly snoozed?: boolean | undefined
  readonly hot?: boolean | undefined
  /** Our id of the connection. */
  readonly connection?: string | undefined
  readonly type?: ConversationType | undefined
  /** Part of the subject, or of the name of somebody in the conversation; case, accents and Unicode forms do not matter. */
  readonly q?: string | undefined
}

/** A part of the inbox: the conversations of an account, by our id, or those that are assigned to a user, or to nobody. */
export type InboxPart =
  | { readonly by: "connection"; readonly id: string }
  | { readonly by: "user"; readonly id: string }
  | { readonly by: "nobody" }

/** The condition of a part; of the whole inbox where there is none. */
export const inPart = (sql: SqlClient, part: InboxPart | undefined): Fragment => {
  switch (part?.by) {
    case "connection":
      return sql`connection_id = ${part.id}::uuid`
    case "user":
      return sql`assigned_to = ${part.id}`
    case "nobody":
      return sql`assigned_to is null`
    case undefined:
      return sql`true`
  }
}

/** The conditions, over a table that is called `conversations` in the statement. */
export const conditionsOf = (
  sql: SqlClient,
  tenant_id: string,
  filter: ConversationFilter
): ReadonlyArray<Fragment> => {
  const conditions: Array<Fragment> = [sql`conversations.tenant_id = ${tenant_id}`, sql`merged_into is null`]
  if (filter.unread !== undefined) conditions.push(filter.unread ? sql`unread_count > 0` : sql`unread_count = 0`)
  if (filter.priority !== undefined) conditions.push(sql`priority = ${filter.priority}`)
  const status = filter.status ?? (filter.unread === true ? "active" : undefined)
  if (status !== undefined) conditions.push(sql`status = ${status}`)
  const snoozed = filter.snoozed ?? (status === "active" ? false : undefined)
  if (snoozed !== undefined) conditions.push(snoozed ? sql`snoozed_until is not null` : sql`snoozed_until is null`)
  const { assigned, unassigned, label } = filter
  if (assigned !== undefined && unassigned === true)
    conditions.push(sql`(assigned_to = ${assigned} or assigned_to is null)`)
  else if (assigned !== undefined) conditions.push(sql`assigned_to = ${assigned}`)
  else if (unassigned !== undefined)
    conditions.push(unassigned ? sql`assigned_to is null` : sql`assigned_to is not null`)
  if (label !== undefined) conditions.push(sql`labels @> ${storableJson([label])}::jsonb`)
  if (filter.hot !== undefined) conditions.push(filter.hot ? sql`is_hot` : sql`not is_hot`)
  if (filter.connection !== undefined) conditions.push(sql`connection_id = ${filter.connection}::uuid`)
  if (filter.type !== undefined) conditions.push(sql`conversation_type = ${filter.type}`)
  if (filter.q !== undefined) {
    const { q } = filter
    conditions.push(sql`(
      ${holds(sql, sql`subject_folded`, sql`subject`, q)} or exists (
        select from members
        left join participants on participants.tenant_id = members.tenant_id and participants.id = members.participant_id
        where members.tenant_id = conversations.tenant_id and members.conversation_id = conversations.id
          and (
            ${holds(sql, sql`members.name_folded`, sql`members.name`, q)}
            or ${holds(sql, sql`participants.name_folded`, sql`participants.name`, q)}
          )
      )
    )`)
  }
  return conditions
}
