/**
 * Drafts that a mailbox saves while somebody writes (CONTRACT 2.6): each is a row that is local only and counts nowhere, however
 * often it is saved and under how many ids. When the mail is sent, it takes over the row.
 */
import * as Hash from "effect/Hash"
import type { Letter, MessageReceived } from "../events.ts"
import type { ConversationContext, SavedDraft } from "./context.ts"
import { erased } from "./counting.ts"
import type { Decision } from "./decision.ts"
import { find, secondId } from "./message-window.ts"
import { mailNames } from "./mail-names.ts"
import { subjectShown } from "./thread.ts"

/** Drafts of a conversation that are remembered, and saves of one instant and names of each; the oldest are forgotten first (I8). */
const draftLimit = 64
const saveLimit = 16
const nameLimit = 32

const draftsOf = (d: Decision): ReadonlyArray<SavedDraft> => d.context.facts.drafts ?? []

const draftNamed = (d: Decision, names: ReadonlyArray<string>): SavedDraft | undefined =>
  draftsOf(d).find((draft) => names.some((name) => draft.names.includes(name)))

const remember = (d: Decision, draft: SavedDraft): void =>
  d.learn({ drafts: [...draftsOf(d).filter(({ row }) => row !== draft.row), draft].slice(-draftLimit) })

/** Whether the mail is no message yet: a draft, or a known one of which nothing tells that it was sent. */
export const isUnsent = (d: Decision, event: MessageReceived, letter: Letter): boolean => {
  if (letter.stage !== undefined) return letter.stage === "draft"
  // What lies in an inbox has been on its way.
  if (letter.moved === null && event.thread.folders.includes("INBOX")) return false
  return draftNamed(d, mailNames(event.message, letter)) !== undefined
}

/** A mail that is no message: it was saved, or a saved one was put elsewhere. What is sent already was saved before. */
export const draftShown = (d: Decision, event: MessageReceived, letter: Letter, isSent: boolean): void => {
  if (isSent) return
  const { message, received, at } = event
  const names = mailNames(message, letter)
  const known = draftNamed(d, names)
  if (letter.stage !== "draft") return known === undefined ? undefined : draftMoved(d, known, names, letter, received)
  // The draft's subject stands for the thread as long as nothing was written in it.
  if (message.subject !== null) subjectShown(d, message.subject, 0)
  const print = Hash.string(JSON.stringify([message.content, message.subject, message.attachments]))
  const isOld = known !== undefined && (at < known.at || (at === known.at && known.heard.includes(print)))
  const before = known !== undefined && at <= known.at ? known.heard : []
  const heard = isOld ? before : [...before, print].slice(-saveLimit)
  const draft: SavedDraft = {
    row: known?.row ?? message.external_message_id,
    names: withNames(known?.names ?? [], names),
    at: isOld ? known.at : at,
    heard,
    deleted: isOld && known.deleted
  }
  if (isOld && draft.names === known.names) return
  remember(d, draft)
  if (isOld) return
  d.tell({
    type: "row_changed",
    external_message_id: draft.row,
    sender_key: event.sender?.key ?? null,
    fields: {
      ...(known === undefined ? { created_at: received } : {}),
      provider_message_id: message.provider_message_id,
      direction: "outbound",
      content: message.content,
      subject: message.subject,
      contact_email: event.sender?.identifiers.email ?? null,
      attachments: message.attachments,
      status: "pending",
      sync_status: "pending",
      deleted_at: null,
      is_local_only: true,
      metadata: message.metadata,
      updated_at: received
    }
  })
}

/** The very same list when it has them all. */
const withNames = (known: ReadonlyArray<string>, names: ReadonlyArray<string>): ReadonlyArray<string> => {
  const fresh = names.filter((name) => !known.includes(name))
  return fresh.length === 0 ? known : [...known, ...fresh].slice(-nameLimit)
}

const draftMoved = (
  d: Decision,
  known: SavedDraft,
  names: ReadonlyArray<string>,
  { moved }: Letter,
  received: number
): void => {
  const deleted = known.deleted || moved?.folders.includes("TRASH") === true
  const draft = { ...known, names: withNames(known.names, names), deleted }
  if (draft.names === known.names && deleted === known.deleted) return
  remember(d, draft)
  if (deleted === known.deleted) return
  d.tell({
    type: "row_changed",
    external_message_id: known.row,
    sender_key: null,
    fields: { ...erased(received), updated_at: received }
  })
}

/** The mail is sent: its draft is one no more. What it was known by, and its row; undefined when there was none. */
export const draftSent = (d: Decision, names: ReadonlyArray<string>): SavedDraft | undefined => {
  const draft = draftNamed(d, names)
  if (draft !== undefined) d.learn({ drafts: draftsOf(d).filter((other) => other !== draft) })
  return draft
}

/** What another part of the thread knew of drafts. One that was sent, in whichever part, is one no more. */
export const draftsJoined = (d: Decision, was: ConversationContext, received: number): void => {
  const { window } = d.context.facts
  const isSent = ({ names }: SavedDraft) => names.some((name) => find(window, name)?.outbound === true)
  const over = (row: string) =>
    d.tell({
      type: "row_changed",
      external_message_id: row,
      sender_key: null,
      fields: { hidden: true, is_local_only: false, updated_at: received }
    })
  for (const draft of draftsOf(d).filter(isSent)) {
    draftSent(d, draft.names)
    over(draft.row)
  }
  for (const draft of was.facts.drafts ?? []) {
    const isTaken = find(window, draft.row)?.id === draft.row || draftsOf(d).some(({ row }) => row === draft.row)
    const row = isTaken ? secondId(draft.row, was.id) : draft.row
    // Its row has come along; where the draft is known or sent, it shows nowhere.
    if (isSent(draft) || draftNamed(d, draft.names) !== undefined) over(row)
    else remember(d, { ...draft, row })
  }
}
