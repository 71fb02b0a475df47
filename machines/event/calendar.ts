/** What happens to calendar events. */
import type { ConversationFact } from "./base.ts"
import type { Person } from "./person.ts"

/** A calendar event as it is after a change; the newest by `at` stands. */
export interface CalendarEventShown extends ConversationFact {
  readonly type: "calendar_event_shown"
  readonly title: string | null
  /** Gone, until a newer version comes; then nothing else is told. */
  readonly is_deleted: boolean
  /** Called off: a newer version may take that back. */
  readonly is_cancelled: boolean
  readonly people: ReadonlyArray<Person>
  /** Whether `people` is everybody. */
  readonly is_complete: boolean
  readonly owner_known: boolean
  readonly metadata: Readonly<Record<string, unknown>>
  /** The thread of the series that this is an instance of. */
  readonly series_id?: string | null
  /** Since when that series is over, as far as the channel knows; null: it is not. Set by the channel. */
  readonly series_over_since?: number | null
}
