/**
 *   ● active    ─a► archived, spam, deleted  ─b► merged  stays c
 *     archived  ─a► active, spam, deleted  ─b► merged  stays c
 *     spam      ─a► active, archived, deleted  ─b► merged  stays c
 *     deleted   ─a► active, archived, spam  ─b► merged  stays c
 *     merged    final
 *
 *   a  message_received, message_deleted, message_timed, conversation_status_set, calendar_event_shown, series_settled,
 *      conversation_absorbed, deadline_passed
 *   b  thread_joined
 *   c  message_delivered, message_read, message_edited, message_reacted, message_subject_set, message_marked_local,
 *      mail_tracked, member_left, member_active, member_provider_id_set, person_merged, owner_replied, conversation_read,
 *      conversation_unread, conversation_accessed, conversation_prioritised, conversation_assigned, conversation_snoozed,
 *      conversation_labelled, conversation_type_set, conversation_type_detected, conversation_type_checked,
 *      conversation_heat_checked, conversation_heat_set, conversation_synced, conversation_reported,
 *      conversation_recounted
 *
 * A conversation with its members (CONTRACT 2.4, 2.5). Facts in, fields out: the decisions stand in the files beside this one.
 */
import { setup } from "xstate"
import type { Rules, StepTold } from "../chart.ts"
import { deciding, leads, stays } from "../chart.ts"
import { underPresentKeys } from "../person/keys.ts"
import type { ConversationContext, ConversationInput } from "./context.ts"
import { conversationCorrected } from "./ahead.ts"
import { changedAt } from "../ahead.ts"
import { freshConversation } from "./context.ts"
import { messageSubjectSet, messageTimed } from "./corrections.ts"
import { withinCrowd } from "./crowd.ts"
import { Decision } from "./decision.ts"
import { calendarEventShown, seriesSettled } from "./calendar.ts"
import { assigned, labelled, snoozed, snoozeOver } from "./handling.ts"
import { heatChecked, heatSet } from "./heat.ts"
import { conversationAbsorbed, threadJoined } from "./joining.ts"
import { lastMessageSettled } from "./last-message.ts"
import { mailTracked } from "./mail.ts"
import { messageMarkedLocal } from "./local.ts"
import { headsCounted, memberActive, memberGone, memberProviderIdSet, membersTouched } from "./members.ts"
import { personMerged } from "./merging.ts"
import { amongTwo, leaverAmongTwo } from "./peer.ts"
import { evicted, remember } from "./message-window.ts"
import { messageReceived } from "./messages.ts"
import { messageDelivered, messageRead } from "./receipts.ts"
import { countersRepaired } from "./repair.ts"
import { conversationReported } from "./reported.ts"
import { messageDeleted, messageEdited, messageReacted } from "./revisions.ts"
import { conversationSynced } from "./syncs.ts"
import { prioritised, statusSet, typeDetected, typeReleased, typeSet } from "./thread.ts"
import { conversationRead, conversationUnread, ownerRead } from "./unread.ts"
import type { ConversationEvent } from "./event.ts"

/** Every event is decided; a new one that is not does not compile. */
const rules: Rules<Decision, ConversationEvent> = {
  message_received: messageReceived,
  message_delivered: messageDelivered,
  message_read: messageRead,
  message_edited: messageEdited,
  message_deleted: messageDeleted,
  message_reacted: messageReacted,
  member_left: (d, event) => memberGone(d, leaverAmongTwo(d, event).person, event.at, event.received),
  conversation_read: conversationRead,
  conversation_unread: conversationUnread,
  conversation_assigned: assigned,
  conversation_snoozed: snoozed,
  conversation_labelled: labelled,
  deadline_passed: (d, event) => {
    conversationCorrected(d, event)
    snoozeOver(d, event)
  },
  conversation_accessed: (d, event) =>
    d.set({ last_accessed_at: Math.max(d.context.last_accessed_at ?? 0, event.received) }),
  conversation_prioritised: prioritised,
  conversation_status_set: statusSet,
  conversation_type_set: typeSet,
  conversation_heat_checked: heatChecked,
  mail_tracked: mailTracked,
  calendar_event_shown: calendarEventShown,
  series_settled: seriesSettled,
  thread_joined: threadJoined,
  conversation_absorbed: conversationAbsorbed,
  person_merged: personMerged,
  conversation_heat_set: heatSet,
  conversation_type_detected: typeReleased,
  conversation_synced: conversationSynced,
  conversation_reported: conversationReported,
  message_timed: messageTimed,
  message_subject_set: messageSubjectSet,
  message_marked_local: messageMarkedLocal,
  member_provider_id_set: memberProviderIdSet,
  member_active: memberActive,
  owner_replied: (d, event) => ownerRead(d, event.at, event.at),
  conversation_type_checked: headsCounted,
  conversation_recounted: countersRepaired
}

/** An event as the turn hands it on: with the place that it has in the tenant's journal. */
interface Arrived {
  readonly seq?: number
}

/** Applies one event to a context: the whole decision, without a machine around it. */
const decideConversation = (context: ConversationContext, heard: ConversationEvent): Decision => {
  const present = withOwner(underPresentKeys(heard, context.facts.aliases), context.facts.owner_key)
  const remembered = remembering(context, present)
  const d = new Decision(remembered, (heard as Arrived).seq)
  ownerShown(d, present)
  const event = withinCrowd(present.type === "message_received" ? amongTwo(d, present) : present, d.context)
  if (event === null) return new Decision(context)
  rules[event.type](d, event as never)
  typeDetected(d)
  // What was only remembered and made no difference is forgotten again: a repeat changes nothing.
  if (!d.changed) return d.before === context ? d : forgetting(context, d)
  lastMessageSettled(d)
  // Only now: rows that the event brought along are needed until everything is counted; then the window shrinks to its limit.
  const { window } = d.context.facts
  if (window !== remembered.facts.window) d.learn({ window: evicted(window) })
  d.set({ updated_at: changedAt(context.updated_at, event) })
  membersTouched(d, context.members, event.received)
  return d
}

/** A payload that shows no more of the owner than the account is about the owner who is known here: nobody joins by it. */
const withOwner = (event: ConversationEvent, known: string | null): ConversationEvent => {
  if (!("owner" in event) || known === null || known === event.owner.key) return event
  if (!event.owner.key.startsWith("account:")) return event
  const owner = { ...event.owner, key: known }
  const speaks = event.type === "message_received" || event.type === "message_reacted"
  return speaks && event.sender?.key === event.owner.key ? { ...event, owner, sender: owner } : { ...event, owner }
}

/** The first owner stands; of several addresses that mails were sent from, the least, in whichever order they come (I3). */
const ownerShown = (d: Decision, event: ConversationEvent): void => {
  if (!("owner" in event) || event.type === "mail_tracked") return
  const isMail = event.type === "message_received" && event.letter !== undefined
  if (isMail && !event.letter!.owner_known) return
  if (event.type === "calendar_event_shown" && !event.owner_known) return
  const known = d.context.facts.owner_key
  if (known === null || (isMail && event.owner.key < known)) d.learn({ owner_key: event.owner.key })
}

const forgetting = (context: ConversationContext, d: Decision): Decision => {
  const unchanged = new Decision(context)
  for (const told of d.told) unchanged.tell(told)
  return unchanged
}

/** The context with the messages in its window that the event had to bring along. */
const remembering = (context: ConversationContext, event: ConversationEvent): ConversationContext => {
  if (!("recalled" in event) || event.recalled === undefined || event.recalled.length === 0) return context
  return { ...context, facts: { ...context.facts, window: event.recalled.reduce(remember, context.facts.window) } }
}

/** What a filing depends on: messages of the other side, folders, the CRM's word, a calendar event that is over. */
const filing = [
  "message_received",
  "message_deleted",
  "message_timed",
  "conversation_status_set",
  "calendar_event_shown",
  "series_settled",
  "conversation_absorbed",
  "deadline_passed"
] as const

/** Filing hides a conversation and does not stop it: these happen wherever it is filed. */
const unfiled = stays(
  "message_delivered",
  "message_read",
  "message_edited",
  "message_reacted",
  "message_subject_set",
  "message_marked_local",
  "mail_tracked",
  "member_left",
  "member_active",
  "member_provider_id_set",
  "person_merged",
  "owner_replied",
  "conversation_read",
  "conversation_unread",
  "conversation_accessed",
  "conversation_prioritised",
  "conversation_assigned",
  "conversation_snoozed",
  "conversation_labelled",
  "conversation_type_set",
  "conversation_type_detected",
  "conversation_type_checked",
  "conversation_heat_checked",
  "conversation_heat_set",
  "conversation_synced",
  "conversation_reported",
  "conversation_recounted"
)

/** Where a conversation with these fields stands. */
export const conversationState = ({ merged_into, status }: Pick<ConversationContext, "merged_into" | "status">) =>
  merged_into === null ? status : "merged"

const { keep, tell, after } = deciding(decideConversation)
const becomes = (state: ReturnType<typeof conversationState>) =>
  after((context: ConversationContext) => conversationState(context) === state)

export const conversationMachine = setup({
  types: {} as { context: ConversationContext; input: ConversationInput; events: ConversationEvent; emitted: StepTold },
  actions: { keep, tell },
  guards: {
    active: becomes("active"),
    archived: becomes("archived"),
    spam: becomes("spam"),
    deleted: becomes("deleted"),
    merged: becomes("merged")
  }
}).createMachine({
  id: "conversation",
  context: ({ input }) => freshConversation(input),
  initial: "active",
  states: {
    active: {
      on: { ...unfiled, ...leads(filing, "archived", "spam", "deleted"), ...leads(["thread_joined"], "merged") }
    },
    archived: {
      on: { ...unfiled, ...leads(filing, "active", "spam", "deleted"), ...leads(["thread_joined"], "merged") }
    },
    spam: {
      on: { ...unfiled, ...leads(filing, "active", "archived", "deleted"), ...leads(["thread_joined"], "merged") }
    },
    deleted: {
      on: { ...unfiled, ...leads(filing, "active", "archived", "spam"), ...leads(["thread_joined"], "merged") }
    },
    merged: { type: "final" }
  }
})
