/** Calendar events as conversations of their own (unipile.md §4). The newest version counts, a deletion until a newer one. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { CalendarEventShown, FactArrived, Person } from "../../../machines/events.ts"
import { shortened } from "../../../machines/shortened.ts"
import { nobodyOf, personAt } from "./correspondent.ts"
import { subjectLength } from "../bounds.ts"
import { instantIn, instantShown } from "../instant.ts"
import { Hint, reader, RequiredId } from "./payload.ts"
import { hints, identity, label, record, requiredIdentity, yesNo } from "../text.ts"
import type { Unreadable } from "../unreadable.ts"

const Calendar = Schema.Struct({
  account_id: RequiredId,
  id: RequiredId,
  calendar_id: Hint,
  master_event_id: Hint,
  created_at: Hint,
  updated_at: Hint,
  title: Hint,
  body: Hint,
  location: Hint,
  is_cancelled: Hint,
  is_all_day: Hint,
  is_attendees_list_hidden: Hint,
  attendees: Hint,
  organizer: Hint,
  start: Hint,
  end: Hint,
  recurrence: Hint,
  conference: Hint,
  visibility: Hint
})
type Calendar = typeof Calendar.Type
const readCalendar = reader(Calendar)

const kinds: ReadonlySet<string> = new Set([
  "calendar_event_created",
  "calendar_event_updated",
  "calendar_event_deleted"
])
export const isCalendarKind = (kind: string): boolean => kinds.has(kind)

/**
 * The event of a calendar payload. `kind` is one that `isCalendarKind` knows; `told` is when the provider said it, where an
 * envelope around the payload tells.
 */
export const calendarEventOf = (
  body: unknown,
  kind: string,
  received: number,
  told: unknown = null
): Result.Result<FactArrived, Unreadable> => {
  const read = readCalendar(body)
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const calendar = read.success
  const is_deleted = kind === "calendar_event_deleted"
  const at = changedAt(calendar, is_deleted, received, told)
  const account_id = requiredIdentity(calendar.account_id)
  return Result.succeed({
    type: "fact_arrived",
    received,
    via: "webhook",
    account_id,
    channel_type: null,
    own_email: null,
    at,
    where: { thread_id: threadIdOf(calendar.id), names: [], roots: [], answers: [] },
    fact: { ...shown(calendar, is_deleted), at, owner: nobodyOf(account_id) }
  })
}

/**
 * When it changed. A deletion may repeat the times of the version that it ends, so it counts from its own telling where that is
 * known. No fact lies ahead.
 */
const changedAt = (
  { created_at, updated_at }: Calendar,
  is_deleted: boolean,
  received: number,
  told: unknown
): number => {
  const said = is_deleted ? [told, updated_at] : [updated_at, told, created_at]
  return instantIn(
    said.find((value) => instantShown(value) !== null),
    received
  )
}

const threadIdOf = (id: string | number): string => `calendar:${requiredIdentity(id)}`

const shown = (
  calendar: Calendar,
  is_deleted: boolean
): Omit<
  CalendarEventShown,
  "account_id" | "channel_type" | "external_thread_id" | "received" | "via" | "at" | "owner"
> => ({
  type: "calendar_event_shown",
  title: label(calendar.title, subjectLength),
  is_deleted,
  is_cancelled: yesNo(calendar.is_cancelled) === true,
  people: is_deleted ? [] : peopleOf(calendar),
  is_complete:
    Array.isArray(calendar.attendees) &&
    calendar.attendees.length <= attendeeLimit &&
    yesNo(calendar.is_attendees_list_hidden) !== true,
  owner_known: false,
  series_id: seriesIdOf(calendar),
  metadata: is_deleted ? {} : metadataOf(calendar)
})

/** People of one event that are looked at (I8). */
const attendeeLimit = 1_024

/** The attendees; one that stands alone needs no list. */
const attendeesOf = ({ attendees }: Calendar): ReadonlyArray<unknown> =>
  (Array.isArray(attendees) ? attendees : [attendees]).slice(0, attendeeLimit)

/** The thread of the series that an instance belongs to. */
const seriesIdOf = ({ id, master_event_id }: Calendar): string | null => {
  const master = identity(master_event_id)
  return master === null || master === requiredIdentity(id) ? null : threadIdOf(master)
}

/** The organiser and everybody invited, each once; rooms and other resources are not people. */
const peopleOf = (calendar: Calendar): ReadonlyArray<Person> => {
  const people = new Map<string, Person>()
  for (const one of [calendar.organizer, ...attendeesOf(calendar)]) {
    const { email, display_name, is_resource, type } = record(one)
    const person = yesNo(is_resource) === true || type === "resource" ? null : personAt(email, display_name)
    if (person === null) continue
    const known = people.get(person.key)
    people.set(person.key, { ...person, name: known?.name ?? person.name })
  }
  return [...people.values()]
}

/** Characters of a description that are kept. */
const descriptionLength = 10_000
const shortText = 500

const metadataOf = (calendar: Calendar) => {
  const attendees = attendeesOf(calendar).map(record)
  return hints({
    start: calendar.start,
    end: calendar.end,
    location: label(calendar.location, shortText),
    is_all_day: yesNo(calendar.is_all_day),
    is_cancelled: yesNo(calendar.is_cancelled),
    description: typeof calendar.body === "string" ? shortened(calendar.body, descriptionLength) : null,
    organizer: label(record(calendar.organizer)["email"], shortText)?.toLowerCase(),
    responses: Object.fromEntries(
      attendees.flatMap(({ email, response_status }) => {
        const address = label(email, shortText)?.toLowerCase()
        return address === undefined ? [] : [[address, label(response_status, 40)]]
      })
    ),
    recurrence: calendar.recurrence,
    conference: calendar.conference,
    visibility: calendar.visibility,
    calendar_id: calendar.calendar_id,
    master_event_id: calendar.master_event_id
  })
}
