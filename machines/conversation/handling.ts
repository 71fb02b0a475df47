/** Who looks after a conversation, until when it is put off, and its labels (CONTRACT 2.4, §8): what people in an inbox decide. */
import { earlier } from "../instants.ts"
import type { ConversationAssigned, ConversationLabelled, ConversationSnoozed, DeadlinePassed } from "../events.ts"
import type { ConversationContext } from "./context.ts"
import type { Decision } from "./decision.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, isNews } from "./message-window.ts"
import { arrivalOf } from "./reading.ts"

/** Labels of a conversation, and characters of one (I8). */
export const labelLimit = 32
export const labelLength = 50

/** assign_conversation. */
export const assigned = (d: Decision, { assigned_to, received }: ConversationAssigned): void => {
  if (assigned_to === d.context.assigned_to) return
  d.learn({ assigned_at: received })
  d.set({ assigned_to })
}

/** label_conversation. */
export const labelled = (d: Decision, { labels, add, remove }: ConversationLabelled): void => {
  const kept = (labels ?? d.context.labels).filter((label) => !remove.includes(label))
  const next = [...new Set([...kept, ...add])].sort()
  if (next.length > labelLimit)
    return d.tell({ type: "command_refused", field: "labels", rule: `are at most ${labelLimit} in a conversation` })
  labelsBecome(d, next)
}

const labelsBecome = (d: Decision, labels: ReadonlyArray<string>): void => {
  const known = d.context.labels
  if (labels.length !== known.length || labels.some((label, n) => label !== known[n])) d.set({ labels })
}

/** snooze_conversation. Once more until the same instant begins anew: it covers what has arrived meanwhile. */
export const snoozed = (d: Decision, { until, received }: ConversationSnoozed): void => {
  if (until !== null && until <= received)
    return d.tell({ type: "command_refused", field: "until", rule: "must lie ahead" })
  d.learn({ snooze: until === null ? null : { until, arrived: d.seq, ended: false } })
  snoozeShown(d)
}

const snoozeShown = (d: Decision): void => {
  const { snooze } = d.context.facts
  d.set({ snoozed_until: snooze == null || snooze.ended ? null : snooze.until })
}

/** Its time has come. */
export const snoozeOver = (d: Decision, { received }: DeadlinePassed): void => {
  const { snooze } = d.context.facts
  if (snooze == null || snooze.until > received) return
  d.learn({ snooze: null })
  snoozeShown(d)
}

/** The other side has written: what arrived since it was put off brings it back. */
export const snoozeHears = (d: Decision, record: MessageRecord): void => {
  const { snooze } = d.context.facts
  if (snooze == null || snooze.ended || arrivalOf(record) <= snooze.arrived) return
  d.learn({ snooze: { ...snooze, ended: true } })
  snoozeShown(d)
}

/** The same from the window, after news has gone: deleted before anybody saw it, it was no news. What left the window stands. */
export const snoozeHearsAgain = (d: Decision): void => {
  const { snooze, window } = d.context.facts
  if (snooze == null || (snooze.ended && window.floor !== null)) return
  const ended = [...all(window)].some((record) => isNews(record) && arrivalOf(record) > snooze.arrived)
  if (ended !== snooze.ended) d.learn({ snooze: { ...snooze, ended } })
  snoozeShown(d)
}

/**
 * Another part of the thread comes in: the last assignment of the two stands, labels of both; it is put off only where both are, and
 * then until the earlier of the two instants.
 */
export const handlingJoined = (d: Decision, was: ConversationContext): void => {
  const { facts } = d.context
  const isLater = (was.facts.assigned_at ?? -Infinity) > (facts.assigned_at ?? -Infinity)
  if (isLater) {
    d.learn({ assigned_at: was.facts.assigned_at! })
    d.set({ assigned_to: was.assigned_to })
  }
  const labels = [...new Set([...d.context.labels, ...was.labels])].sort().slice(0, labelLimit)
  labelsBecome(d, labels)
  const [here, there] = [facts.snooze ?? null, was.facts.snooze ?? null]
  if (here === null) return
  const isBoth = there !== null && !there.ended
  d.learn({ snooze: isBoth ? { ...here, until: earlier(here.until, there.until)! } : null })
  snoozeShown(d)
}
