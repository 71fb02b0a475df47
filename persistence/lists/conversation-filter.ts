/** What a list of conversations may be narrowed by, and how that reads in SQL. */
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { holds } from "../cut/folded-columns.ts"
import type { ConversationStatus, ConversationType, Priority } from "../../machines/vocabulary.ts"

export interface ConversationFilter {
  /** True: those that wait in the inbox, which are active ones unless `status` says otherwise. */
  readonly unread?: boolean | undefined
  readonly priority?: Priority | undefined
  readonly status?: ConversationStatus | undefined
  readonly hot?: boolean | undefined
  /** Our id of the connection. */
  readonly connection?: string | undefined
  readonly type?: ConversationType | undefined
  /** Part of the subject, or of the name of somebody in the conversation; case, accents and Unicode forms do not matter. */
  readonly q?: string | undefined
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
