/** What payloads say of the thread itself: subject, filing, type, priority, hints (CONTRACT 2.4). Newest by event time wins. */
import { later } from "../instants.ts"
import { shortened } from "../shortened.ts"
import type {
  ConversationPrioritised,
  ConversationStatusSet,
  ConversationTypeDetected,
  ConversationTypeSet,
  MessageReceived,
  Thread
} from "../events.ts"
import type { ConversationStatus, ConversationType } from "../vocabulary.ts"
import { isOver } from "./calendar-end.ts"
import type { ConversationContext, Filing } from "./context.ts"
import type { Decision } from "./decision.ts"
import { handlingJoined, snoozeHears, snoozeHearsAgain } from "./handling.ts"
import { busyThread } from "./heat.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, isNews } from "./message-window.ts"
import { arrivalOf } from "./reading.ts"

export const subjectLimit = 500

/** Hints that stand in `metadata` as they were last given, also where newer payloads do not mention them. */
const lastingHints = ["is_broadcast", "is_channel", "is_community"] as const

const hintsGiven = (d: Decision, metadata: Thread["metadata"], at: number): void => {
  const { given_hints = {} } = d.context.facts
  let next = given_hints
  for (const name of lastingHints) {
    const value = metadata[name]
    const known = given_hints[name]
    if (typeof value !== "boolean") continue
    if (known === undefined || at > known.at || (at === known.at && value && !known.value))
      next = { ...next, [name]: { value, at } }
  }
  if (next === given_hints) return
  d.learn({ given_hints: next })
  metadataSettled(d)
}

export const threadShown = (d: Decision, event: MessageReceived): void => {
  const { thread, at } = event
  if (thread.subject !== null) subjectShown(d, thread.subject, at)
  const { metadata_at, thread_metadata } = d.context.facts
  const shown = JSON.stringify(thread.metadata)
  const known = JSON.stringify(thread_metadata)
  if (newer(at, metadata_at, shown, known)) {
    d.learn({ metadata_at: at })
    if (shown !== known) {
      d.learn({ thread_metadata: thread.metadata })
      metadataSettled(d)
    }
  }
  hintsGiven(d, thread.metadata, at)
  hintsShown(d, {
    group: thread.is_group,
    broadcast: thread.is_broadcast,
    channel: thread.is_channel || thread.is_community
  })
  foldersShown(d, event)
  if (thread.is_urgent) urgencyShown(d, at)
  busyThread(d, thread.message_count, event)
  typeDetected(d)
}

/** What payloads show, the hints that last, and what the provider reported beside them. */
export const metadataSettled = (d: Decision): void => {
  const { thread_metadata, given_hints = {}, reported } = d.context.facts
  const hints = Object.entries(given_hints).map(([name, { value }]) => [name, value] as const)
  if (hints.length === 0 && reported === null) return d.set({ metadata: thread_metadata })
  const metadata = { ...thread_metadata, ...Object.fromEntries(hints) }
  const settled = reported === null ? metadata : { ...metadata, participant_count: reported.participant_count }
  if (JSON.stringify(settled) !== JSON.stringify(d.context.metadata)) d.set({ metadata: settled })
}

/** A subject or group name was shown at `at`. */
export const subjectShown = (d: Decision, subject: string, at: number): void => {
  if (!newer(at, d.context.facts.subject_at, subject, d.context.subject)) return
  d.learn({ subject_at: at })
  d.set({ subject: shortened(subject, subjectLimit) })
}

/** Hints add up: a thread that was called a group once stays one. */
export const hintsShown = (d: Decision, shown: ConversationContext["facts"]["hints"]): void => {
  const { hints } = d.context.facts
  const learnt = {
    ...hints,
    group: hints.group || shown.group,
    broadcast: hints.broadcast || shown.broadcast,
    channel: hints.channel || shown.channel
  }
  if (learnt.group !== hints.group || learnt.broadcast !== hints.broadcast || learnt.channel !== hints.channel) {
    d.learn({ hints: learnt })
  }
}

/** A payload called the thread urgent at `at`. */
export const urgencyShown = (d: Decision, at: number): void => {
  d.learn({ urgent_at: later(d.context.facts.urgent_at, at) })
  weighPriority(d)
}

/** At the same instant the greater text wins, so that order does not matter (I3). */
export const newer = (at: number, known_at: number | null, value: string, known: string | null): boolean =>
  known_at === null || at > known_at || (at === known_at && value > (known ?? ""))

/** Detects the type from hints and membership; a manual type and a calendar event stay as they are. */
export const typeDetected = (d: Decision): void => {
  if (d.context.facts.type_is_manual || d.context.conversation_type === "calendar_event") return
  d.set({ conversation_type: detect(d.context) })
}

const detect = (c: ConversationContext): ConversationType => {
  const { hints } = c.facts
  if (hints.broadcast) return "broadcast"
  if (hints.channel) return "channel"
  if (hints.group) return "group"
  return c.participant_count > 2 && hints.direct !== true ? "group" : "direct"
}

const filings: ReadonlyMap<string, ConversationStatus> = new Map([
  ["SPAM", "spam"],
  ["TRASH", "deleted"],
  ["ARCHIVE", "archived"],
  // As earlier versions journaled what they had not shortened yet.
  ["JUNK", "spam"],
  ["ARCHIVED", "archived"]
])

const statusIn = (folders: ReadonlyArray<string>): ConversationStatus | undefined =>
  folders.map((folder) => filings.get(folder)).find((status) => status !== undefined)

/** Somebody put a message there: the inbox too is a place to put something, so it brings back what was filed away. */
export const movedTo = (d: Decision, folders: ReadonlyArray<string>, at: number): void => {
  const status = statusIn(folders) ?? (folders.includes("INBOX") ? "active" : undefined)
  if (status !== undefined) filedByHand(d, status, at)
}

export const statusSet = (d: Decision, event: ConversationStatusSet): void =>
  filedByHand(d, event.status, event.received)

/** A person files the conversation with everything that has arrived; from then on what folders say counts anew. */
const filedByHand = (d: Decision, status: ConversationStatus, at: number): void => {
  const came_filed = status === "active" ? null : "over"
  d.learn({ filed: { status, at, arrived: d.seq }, came_filed, news_since: null })
  refiled(d)
}

/**
 * A payload shows the folders that its message is in. Spam is spam, and what shows no new message of the other side (our own, a
 * system line) tells how the thread is filed. A folder in which a new message came in files the conversation only if nothing had
 * been filed away before: else the message brings it back, whatever its folder.
 */
const foldersShown = (d: Decision, { thread, message, at }: MessageReceived): void => {
  const status = statusIn(thread.folders)
  // What is in the inbox is not filed away, whatever else it is labelled with.
  if (status === undefined || thread.folders.includes("INBOX")) return
  const { filed, came_filed = null } = d.context.facts
  const isNew = message.direction === "inbound" && !message.is_event && !message.hidden && message.is_story !== true
  if (status === "spam" || !isNew) {
    if (!isNewer({ status, at }, filed)) return
    d.learn({ filed: { status, at } })
  } else {
    const isOld = filed?.arrived !== undefined && at < filed.at
    if (came_filed === "over" || isOld || !isEarlier({ status, at }, came_filed)) return
    d.learn({ came_filed: { status, at } })
  }
  refiled(d)
}

/** At one instant the greater word, so that order does not matter (I3); a person's word stands until a later one. */
const isNewer = ({ status, at }: Filing, known: Filing | null): boolean =>
  known === null || at > known.at || (at === known.at && (known.arrived !== undefined || status > known.status))

const isEarlier = ({ status, at }: Filing, known: Filing | null): boolean =>
  known === null || at < known.at || (at === known.at && status > known.status)

const isHidden = (filing: Filing): boolean => filing.status === "archived" || filing.status === "deleted"

/** The filing that stands, and whether a new message of the other side has brought the conversation back since (spam stays). */
const filed = (context: ConversationContext): ConversationStatus => {
  if (isOver(context)) return "deleted"
  const { facts } = context
  const { filed: explicit, came_filed = null, newest_inbound, news_since = null, inbox_at } = facts
  const isExplicit = explicit !== null && explicit.status !== "active"
  const filing = isExplicit || came_filed === "over" ? explicit : (came_filed ?? explicit)
  if (filing === null) return "active"
  if (!isHidden(filing)) return filing.status
  const isBack =
    filing.arrived === undefined
      ? (later(newest_inbound, inbox_at) ?? -Infinity) > filing.at
      : news_since !== null && (filing.status === "archived" || news_since >= filing.at - onItsWay)
  return isBack ? "active" : filing.status
}

/** A message may have been on its way for so long while somebody deleted the conversation; an older one is of what was deleted. */
const onItsWay = 30 * 60_000

/** The other side has written: news since the conversation was filed brings it back. */
export const newsAppeared = (d: Decision, record: MessageRecord): void => {
  const { newest_inbound, news_since = null, filed: last } = d.context.facts
  const isSince = last?.arrived !== undefined && arrivalOf(record) > last.arrived
  d.learn({
    newest_inbound: later(newest_inbound, record.at),
    ...(isSince ? { news_since: later(news_since, record.at) } : {})
  })
  snoozeHears(d, record)
  refiled(d)
}

/** The same from the window, after news has gone or the filing has changed. What left the window was older than what is in it. */
export const newsAgain = (d: Decision): void => {
  const { window, filed: last } = d.context.facts
  let [newest_inbound, news_since] = [window.floor, null as number | null]
  for (const record of all(window)) {
    if (!isNews(record)) continue
    newest_inbound = later(newest_inbound, record.at)
    if (last?.arrived !== undefined && arrivalOf(record) > last.arrived) news_since = later(news_since, record.at)
  }
  d.learn({ newest_inbound, news_since })
  snoozeHearsAgain(d)
  refiled(d)
}

/** The status, decided again after a fact that it depends on has changed. */
export const refiled = (d: Decision): void => {
  if (d.context.merged_into === null) d.set({ status: filed(d.context) })
}

export const prioritised = (d: Decision, event: ConversationPrioritised): void => {
  const { prioritised: known } = d.context.facts
  if (known?.priority === event.priority && known.at >= event.received) return
  d.learn({ prioritised: { priority: event.priority, at: event.received } })
  weighPriority(d)
}

/** The CRM's word stands until a newer payload calls the thread urgent; a repeat of an older one does not undo it. */
const weighPriority = (d: Decision): void => {
  const { prioritised: said, urgent_at } = d.context.facts
  const raised = urgent_at !== null && (said === null || urgent_at > said.at)
  const word = said?.priority ?? "normal"
  d.set({ priority: raised && word !== "urgent" ? "high" : word })
}

/** detect_conversation_type: nothing but giving up what was set by hand; detecting ends every decision. */
export const typeReleased = (d: Decision, event: ConversationTypeDetected): void => {
  if (event.release) d.learn({ type_is_manual: false })
}

export const typeSet = (d: Decision, event: ConversationTypeSet): void => {
  d.learn({ type_is_manual: true })
  d.set({ conversation_type: event.conversation_type })
}

/** The newer filing of two parts of a thread stands; a person's word on the one silences what folders say of both. */
const filingJoined = (d: Decision, { filed, came_filed = null }: ConversationContext["facts"]): void => {
  const { filed: known, came_filed: first = null } = d.context.facts
  if (filed !== null && isNewer(filed, known)) d.learn({ filed })
  if (came_filed === "over" || (first !== "over" && came_filed !== null && isEarlier(came_filed, first)))
    d.learn({ came_filed })
}

/** What another part of the thread was told of it. */
export const joinedThread = (d: Decision, was: ConversationContext): void => {
  const { facts } = was
  const here = d.context.facts
  if (facts.subject_at !== null && newer(facts.subject_at, here.subject_at, was.subject ?? "", d.context.subject)) {
    d.learn({ subject_at: facts.subject_at })
    d.set({ subject: was.subject })
  }
  const text = JSON.stringify(was.metadata)
  if (
    facts.metadata_at !== null &&
    newer(facts.metadata_at, here.metadata_at, text, JSON.stringify(d.context.metadata))
  ) {
    d.learn({ metadata_at: facts.metadata_at })
    d.set({ metadata: was.metadata })
  }
  d.learn({
    hints: {
      ...(here.hints.direct === true || facts.hints.direct === true ? { direct: true } : {}),
      group: here.hints.group || facts.hints.group,
      broadcast: here.hints.broadcast || facts.hints.broadcast,
      channel: here.hints.channel || facts.hints.channel
    },
    inbox_at: later(here.inbox_at, facts.inbox_at),
    urgent_at: later(here.urgent_at, facts.urgent_at),
    busy_at: later(here.busy_at, facts.busy_at)
  })
  filingJoined(d, facts)
  handlingJoined(d, was)
  newsAgain(d)
  if (facts.prioritised !== null && facts.prioritised.at > (d.context.facts.prioritised?.at ?? -Infinity)) {
    d.learn({ prioritised: facts.prioritised })
  }
  if (facts.type_is_manual && !d.context.facts.type_is_manual) {
    d.learn({ type_is_manual: true })
    d.set({ conversation_type: was.conversation_type })
  }
  if (was.is_hot) d.set({ is_hot: true })
  weighPriority(d)
  refiled(d)
}
