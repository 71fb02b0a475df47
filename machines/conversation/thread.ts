/** What payloads say of the thread itself: subject, filing, type, priority, hints (CONTRACT 2.4). Newest by event time wins. */
import { later } from "../draft.ts"
import type {
  ConversationPrioritised,
  ConversationStatusSet,
  ConversationTypeDetected,
  ConversationTypeSet,
  MessageReceived
} from "../events.ts"
import type { ConversationStatus, ConversationType } from "../vocabulary.ts"
import type { ConversationContext } from "./context.ts"
import type { Decision } from "./decision.ts"
import { busyThread } from "./heat.ts"

const subjectLimit = 500

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

/** What payloads show, and what the provider reported beside them. */
export const metadataSettled = (d: Decision): void => {
  const { thread_metadata, reported } = d.context.facts
  d.set({
    metadata:
      reported === null ? thread_metadata : { ...thread_metadata, participant_count: reported.participant_count }
  })
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
const newer = (at: number, known_at: number | null, value: string, known: string | null): boolean =>
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
const filed = ({ facts }: ConversationContext): ConversationStatus => {
  if (facts.filed === null) return "active"
  const reopened = facts.filed.status === "archived" && facts.inbox_at !== null && facts.inbox_at > facts.filed.at
  return reopened ? "active" : facts.filed.status
}

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
