/** Which entity kind lives in which table, with which fields: the one place that ties machines to SQL. */
import { analyticsFields } from "../../machines/analytics/fields.ts"
import { channelFields } from "../../machines/channel/fields.ts"
import { connectionFields } from "../../machines/connection/fields.ts"
import { conversationFields } from "../../machines/conversation/fields.ts"
import type { ActorKind } from "../../machines/events.ts"
import type { Fields } from "../../machines/field.ts"
import { memberFields } from "../../machines/member/fields.ts"
import { messageFields } from "../../machines/message/fields.ts"
import { participantFields } from "../../machines/participant/fields.ts"
import { recordFields } from "../../machines/record/fields.ts"
import { schedulerFields } from "../../machines/scheduler/fields.ts"
import { syncJobFields } from "../../machines/sync-job/fields.ts"
import { tenantFields } from "../../machines/tenant/fields.ts"

/** A table whose columns are a set of fields, beside its own key columns. */
export interface FieldTable {
  readonly table: string
  readonly fields: Fields
  /** Columns beside them that searches look into, each with the fields that it holds folded (folded-columns.ts). */
  readonly folded?: Readonly<Record<string, ReadonlyArray<string>>>
}

/** A table with such columns; `key` are the columns beside tenant_id that make a row's key. */
export interface FoldedTable extends FieldTable {
  readonly folded: NonNullable<FieldTable["folded"]>
  readonly key: ReadonlyArray<string>
}

/** A table of actors. */
export interface EntityTable extends FieldTable {
  /** A tenant's id is its name; all other ids are derived UUIDs. */
  readonly id: "uuid" | "text"
}

/** One table per kind of actor (DESIGN §4). */
export const entityTables: Readonly<Record<ActorKind, EntityTable>> = {
  tenant: { table: "tenants", id: "text", fields: tenantFields },
  connection: { table: "connections", id: "uuid", fields: connectionFields },
  channel: { table: "channels", id: "uuid", fields: channelFields },
  conversation: {
    table: "conversations",
    id: "uuid",
    fields: conversationFields,
    folded: { subject_folded: ["subject"] }
  },
  participant: {
    table: "participants",
    id: "uuid",
    fields: participantFields,
    folded: {
      name_folded: ["name"],
      search_folded: ["name", "email", "phone", "instagram_username", "twitter_handle", "linkedin_member_urn"]
    }
  },
  scheduler: { table: "schedulers", id: "uuid", fields: schedulerFields },
  record: { table: "record_profiles", id: "uuid", fields: recordFields },
  sync_job: { table: "sync_jobs", id: "uuid", fields: syncJobFields }
}

export const memberTable = {
  table: "members",
  fields: memberFields,
  folded: { name_folded: ["name"] }
} satisfies FieldTable
export const messageTable = { table: "messages", fields: messageFields } satisfies FieldTable

const analyticsTable = { table: "analytics", fields: analyticsFields } satisfies FieldTable

/** Every entity that has fields: what docs/fields.md, `GET …/fields` and the population metric go through. */
export const fieldEntities: Readonly<Record<string, FieldTable>> = {
  ...entityTables,
  member: memberTable,
  message: messageTable,
  analytics: analyticsTable
}

/** Every table that has field columns. */
export const fieldTables: ReadonlyArray<FieldTable> = Object.values(fieldEntities)

/** Every table that is searched. */
export const foldedTables: ReadonlyArray<FoldedTable> = [
  { ...entityTables.conversation, folded: entityTables.conversation.folded!, key: ["id"] },
  { ...entityTables.participant, folded: entityTables.participant.folded!, key: ["id"] },
  { ...memberTable, key: ["conversation_id", "participant_id"] }
]
