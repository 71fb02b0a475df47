/** What only mails tell: roles, moves between folders, opens and clicks (CONTRACT 2.4, 2.5, 2.6). */
import { earlier, later } from "../instants.ts"
import type { Letter, MailTracked, MessageReceived } from "../events.ts"
import { strongerRole } from "../member/role.ts"
import type { Decision } from "./decision.ts"
import type { MessageRecord, Tracking } from "./message-window.ts"
import { findMail } from "./mail-names.ts"
import { find, namesOf, store } from "./message-window.ts"
import { movedTo } from "./thread.ts"
import { waitFor } from "./waiting.ts"
import { own } from "../own.ts"

/** The members' roles after a mail: a function of all mails, in whichever order they come (I3). */
export const rolesShown = (d: Decision, letter: Letter): void => {
  for (const key in letter.roles) {
    const present = own(d.context.facts.aliases, key) ?? key
    const mail_role = strongerRole(own(d.context.members, present)?.mail_role, own(letter.roles, key))
    if (own(d.context.members, present) !== undefined && mail_role !== undefined) d.member(present, { mail_role })
  }
  for (const key in d.context.members) {
    const { mail_role, role } = own(d.context.members, key)!
    const now = role === "owner" || key === d.context.facts.owner_key ? "owner" : (mail_role ?? "member")
    if (role !== now) d.member(key, { role: now })
  }
}

/**
 * Somebody moved a mail; its thread is filed where its last moved mail is. The same place once more is a repeat, and so is a move
 * under an id that the mail has lost since. `before`: what was known of it before this payload.
 */
export const mailMoved = (
  d: Decision,
  event: MessageReceived,
  letter: Letter,
  before: MessageRecord | undefined
): void => {
  const id = event.message.external_message_id
  const isNewId = before === undefined || !namesOf(before).includes(id)
  const moved = letter.moved ?? (isNewId && before?.moved !== undefined ? broughtBack(event) : null)
  if (moved === null) return
  const known = findMail(d.context.facts.window, event, letter)
  if (known === undefined) return
  const folders = moved.folders.toSorted().join()
  const last = known.moved
  if (last !== undefined) {
    const isFormerId = !isNewId && last.id !== undefined && last.id !== id
    if (isFormerId || last.folders === folders || last.at > moved.at) return
  }
  d.learn({ window: store(d.context.facts.window, { ...known, moved: { at: moved.at, folders, id } }) })
  movedTo(d, moved.folders, moved.at)
}

/** A moved mail that turns up in the inbox under another id was put there. */
const broughtBack = ({ received, thread: { folders } }: MessageReceived): Letter["moved"] =>
  folders.includes("INBOX") ? { at: received, folders } : null

/** Tracking events that are remembered by id, per mail (I8). */
const eventLimit = 256

export const untracked = (metadata: Tracking["metadata"]): Tracking => ({
  metadata,
  opens: 0,
  clicks: 0,
  first_opened_at: null,
  last_opened_at: null,
  last_clicked_at: null,
  events: []
})

/** An outbound mail was opened, or a link in it: whoever clicks has read. */
export const mailTracked = (d: Decision, event: MailTracked): void => {
  const known = find(d.context.facts.window, event.external_message_id, event.provider_message_id)
  if (known === undefined) return waitFor(d, event)
  const before = known.tracking ?? untracked({})
  if (!known.outbound || before.events.includes(event.event_id)) return
  const opened = event.action === "opened"
  const tracking: Tracking = {
    ...before,
    opens: before.opens + (opened ? 1 : 0),
    clicks: before.clicks + (opened ? 0 : 1),
    first_opened_at: opened ? earlier(before.first_opened_at, event.at) : before.first_opened_at,
    last_opened_at: opened ? later(before.last_opened_at, event.at) : before.last_opened_at,
    last_clicked_at: opened ? before.last_clicked_at : later(before.last_clicked_at, event.at),
    events: [...before.events, event.event_id].sort().slice(-eventLimit)
  }
  const read_at = earlier(known.read_at, event.at)
  const record: MessageRecord = { ...known, status: "read", read_at, tracking }
  d.learn({ window: store(d.context.facts.window, record) })
  d.tell({
    type: "row_changed",
    external_message_id: known.id,
    sender_key: null,
    fields: { status: "read", read_at, metadata: trackedMetadata(tracking), updated_at: event.received }
  })
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())

/** The metadata of a tracked mail's row. */
const trackedMetadata = ({ metadata, events, ...counts }: Tracking) => ({
  ...metadata,
  opens: counts.opens,
  clicks: counts.clicks,
  first_opened_at: iso(counts.first_opened_at),
  last_opened_at: iso(counts.last_opened_at),
  last_clicked_at: iso(counts.last_clicked_at),
  tracking_events: events
})

/** What a row's metadata says of tracking; undefined when it is no mail's. */
export const trackingOf = (metadata: Readonly<Record<string, unknown>>): Tracking | undefined => {
  if (!("opens" in metadata)) return "origin" in metadata || "message_id" in metadata ? untracked(metadata) : undefined
  const { opens, clicks, first_opened_at, last_opened_at, last_clicked_at, tracking_events, ...own } = metadata
  const instant = (text: unknown) => (typeof text === "string" ? Date.parse(text) : null)
  return {
    metadata: own,
    opens: Number(opens),
    clicks: Number(clicks),
    first_opened_at: instant(first_opened_at),
    last_opened_at: instant(last_opened_at),
    last_clicked_at: instant(last_clicked_at),
    events: Array.isArray(tracking_events) ? tracking_events.map(String) : []
  }
}
