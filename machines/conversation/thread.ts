/** What payloads say of the thread itself: subject, filing, type, priority, hints (CONTRACT 2.4). Newest by event time wins. */
import { later } from "../draft.ts"
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
import type { ConversationContext } from "./context.ts"
import type { Decision } from "./decision.ts"
import { busyThread } from "./heat.ts"

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
  for (const folder of thread.folders) folderShown(d, folder, at)
  if (thread.is_urgent) urgencyShown(d, at)
  busyThread(d, thread.message_count, at)
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
  d.set({ subject: subject.slice(0, subjectLimit) })
}

/** Hints add up: a thread that was called a group once stays one. */
export const hintsShown = (d: Decision, shown: ConversationContext["facts"]["hints"]): void => {
  const { hints } = d.context.facts
  const learnt = {
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
  return hints.group || c.participant_count > 2 ? "group" : "direct"
}

const filings: Record<string, ConversationStatus> = {
  SPAM: "spam",
  JUNK: "spam",
  TRASH: "deleted",
  ARCHIVE: "archived",
  ARCHIVED: "archived"
}

/** Somebody put a message there: the inbox too is a place to put something, so it brings back what was filed away. */
export const movedTo = (d: Decision, folders: ReadonlyArray<string>, at: number): void => {
  const found = folders.map((folder) => filings[folder]).find((status) => status !== undefined)
  if (found !== undefined) file(d, found, at)
  else if (folders.includes("INBOX")) file(d, "active", at)
}

const folderShown = (d: Decision, folder: string, at: number): void => {
  const status = filings[folder]
  if (status !== undefined) file(d, status, at)
  else if (folder === "INBOX" && (d.context.facts.inbox_at === null || at > d.context.facts.inbox_at)) {
    d.learn({ inbox_at: at })
    d.set({ status: filed(d.context) })
  }
}

const file = (d: Decision, status: ConversationStatus, at: number): void => {
  const last = d.context.facts.filed
  if (last !== null && (last.at > at || (last.at === at && last.status >= status))) return
  d.learn({ filed: { status, at } })
  d.set({ status: filed(d.context) })
}

/** The newest filing stands; a later message in the inbox brings back what was archived, and nothing else. */
const filed = (context: ConversationContext): ConversationStatus => {
  const { facts } = context
  if (isOver(context)) return "deleted"
  if (facts.filed === null) return "active"
  const reopened = facts.filed.status === "archived" && facts.inbox_at !== null && facts.inbox_at > facts.filed.at
  return reopened ? "active" : facts.filed.status
}

/** The status, decided again after a fact that it depends on has changed. */
export const refiled = (d: Decision): void => d.set({ status: filed(d.context) })

export const statusSet = (d: Decision, event: ConversationStatusSet): void => file(d, event.status, event.received)

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
      group: here.hints.group || facts.hints.group,
      broadcast: here.hints.broadcast || facts.hints.broadcast,
      channel: here.hints.channel || facts.hints.channel
    },
    inbox_at: later(here.inbox_at, facts.inbox_at),
    urgent_at: later(here.urgent_at, facts.urgent_at),
    busy_at: later(here.busy_at, facts.busy_at)
  })
  if (facts.filed !== null) file(d, facts.filed.status, facts.filed.at)
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
