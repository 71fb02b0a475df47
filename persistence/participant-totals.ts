/** What a participant's totals say, and what the rows of the same cut say they should be (update_participant_stats). */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ParticipantCounters } from "../machines/events.ts"

export interface ParticipantTotals {
  readonly found: ParticipantCounters
  readonly right: ParticipantCounters
}

interface Row {
  readonly found_messages: number
  readonly found_conversations: number
  readonly right_messages: number
  readonly right_conversations: number
}

export class ParticipantCounts extends Context.Service<
  ParticipantCounts,
  {
    /** Both, from one statement, so from one cut; undefined when no cut holds the participant. */
    totals(tenant_id: string, participant_id: string): Effect.Effect<ParticipantTotals | undefined, SqlError>
  }
>()("switchboard/persistence/ParticipantCounts") {
  static readonly layer = Layer.effect(
    ParticipantCounts,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const totals = Effect.fn("ParticipantCounts.totals")(function* (tenant_id: string, participant_id: string) {
        const rows = yield* sql<Row>`
          select p.total_messages as found_messages, p.total_conversations as found_conversations,
            (select count(*)::integer from members m join messages s using (tenant_id, conversation_id)
              where m.tenant_id = p.tenant_id and m.participant_id = p.id and s.sender_participant_id = p.id
                and s.deleted_at is null and not s.is_event and not s.hidden and not s.is_local_only) as right_messages,
            (select count(*)::integer from members m
              where m.tenant_id = p.tenant_id and m.participant_id = p.id and m.is_active) as right_conversations
          from participants p where p.tenant_id = ${tenant_id} and p.id = ${participant_id}::uuid`
        return rows.map((row) => ({
          found: { total_messages: row.found_messages, total_conversations: row.found_conversations },
          right: { total_messages: row.right_messages, total_conversations: row.right_conversations }
        }))[0]
      })

      return ParticipantCounts.of({ totals })
    })
  )
}
