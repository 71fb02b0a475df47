/**
 * Messages that only the CRM knows so far (CONTRACT 2.6 is_local_only): a draft or an optimistic send is a row that counts
 * nowhere, until the provider shows the message and takes over the row. The two find each other by the message's id, once
 * the CRM has told it, or by the CRM's own key, where the echo carries it.
 */
import * as Hash from "effect/Hash"
import type { MessageMarkedLocal, MessageReceived } from "../events.ts"
import type { LocalMessage } from "./context.ts"
import type { Decision } from "./decision.ts"
import { draftSent } from "./drafts.ts"
import { mailNames, namedAnew } from "./mail-names.ts"
import type { MessageRecord } from "./message-window.ts"
import { find } from "./message-window.ts"
import { own } from "../own.ts"

/** Local messages remembered for their echo; the oldest are forgotten first (I8). */
const localLimit = 128

const prefix = "local:"

/** An object lists keys that are numbers first, so its order does not tell which one is the oldest. */
const remember = (d: Decision, client_key: string, local: LocalMessage): void => {
  const { [client_key]: _, ...others } = d.context.facts.locals
  const kept = Object.entries(others)
    .sort(([, a], [, b]) => (a.seq ?? 0) - (b.seq ?? 0))
    .slice(-(localLimit - 1))
  d.learn({ locals: Object.fromEntries([...kept, [client_key, { ...local, seq: d.seq }]]) })
}

/** mark_message_local_only: the CRM drafts or sends a message, changes it, or has learnt its id. */
export const messageMarkedLocal = (d: Decision, event: MessageMarkedLocal): void => {
  const { client_key, content, subject, failed, received } = event
  const { locals } = d.context.facts
  const known = Object.hasOwn(locals, client_key) ? own(locals, client_key) : undefined
  if (known !== undefined && known.print === null) return
  const message_id = event.message_id ?? known?.message_id ?? null
  if (message_id !== null && find(d.context.facts.window, message_id) !== undefined) {
    return shownBefore(d, client_key, message_id, known, received)
  }
  const row = known?.row ?? message_id ?? prefix + client_key
  const print = Hash.string(JSON.stringify([content, subject, failed]))
  if (known?.print === print && known.message_id === message_id) return
  remember(d, client_key, { row, message_id, print })
  d.tell({
    type: "row_changed",
    external_message_id: row,
    sender_key: known === undefined ? d.context.facts.owner_key : null,
    fields: {
      ...(known === undefined
        ? { direction: "outbound", is_local_only: true, metadata: { client_key }, created_at: received }
        : {}),
      ...(row === message_id ? {} : { provider_message_id: message_id }),
      content,
      subject,
      status: failed ? "failed" : "pending",
      sync_status: failed ? "failed" : "pending",
      updated_at: received
    }
  })
}

/** The echo was faster than the CRM's word of its id: the message has a row, and the local one has no use any more. */
const shownBefore = (
  d: Decision,
  client_key: string,
  message_id: string,
  known: LocalMessage | undefined,
  received: number
): void => {
  remember(d, client_key, { row: message_id, message_id, print: null })
  if (known === undefined) return
  d.tell({
    type: "row_changed",
    external_message_id: known.row,
    sender_key: null,
    fields: {
      hidden: true,
      is_local_only: false,
      content: null,
      deleted_at: received,
      sync_status: "synced",
      last_synced_at: received,
      metadata: { client_key, replaced_by: message_id },
      updated_at: received
    }
  })
}

/** The names under which a message is known from now on: its row's first, then the others. */
export interface Names extends Pick<MessageRecord, "id" | "alias" | "other" | "more" | "message_id"> {
  /** Whether a local row is taken over. */
  readonly wasLocal: boolean
}

/** The provider shows a message: it takes over the row of its local one, where there is one. */
export const namesFor = (d: Decision, event: MessageReceived): Names => {
  const { message, letter } = event
  const { external_message_id, provider_message_id } = message
  if (letter !== undefined) {
    const names = mailNames(message, letter)
    const draft = message.direction === "outbound" ? draftSent(d, names) : undefined
    const local = draft === undefined ? localRow(d, event) : undefined
    const row = draft?.row ?? local ?? external_message_id
    const all = [...names, ...(draft?.names ?? [])].filter((name) => name !== row)
    const { id, alias, more, message_id } = namedAnew(
      d.context.facts.window,
      { id: row, alias: null } as MessageRecord,
      all,
      letter.message_id
    )
    return {
      id,
      alias,
      ...(more === undefined ? {} : { more }),
      ...(message_id === undefined ? {} : { message_id }),
      wasLocal: draft !== undefined || local !== undefined
    }
  }
  const row = localRow(d, event)
  if (row === undefined) return { id: external_message_id, alias: provider_message_id, wasLocal: false }
  const [alias = null, other] = [external_message_id, provider_message_id].filter(
    (name) => name !== null && name !== row
  )
  return { id: row, alias, ...(other == null ? {} : { other }), wasLocal: true }
}

/** The row of the local message that this one is; from now on it is the message's. */
const localRow = (d: Decision, { message }: MessageReceived): string | undefined => {
  const { external_message_id, provider_message_id, direction, client_key } = message
  const isLocal = ([key, local]: [string, LocalMessage]) =>
    local.print !== null &&
    (key === client_key ||
      (local.message_id !== null &&
        (local.message_id === external_message_id || local.message_id === provider_message_id)))
  const found = direction === "outbound" ? Object.entries(d.context.facts.locals).find(isLocal) : undefined
  if (found === undefined) return undefined
  remember(d, found[0], { row: found[1].row, message_id: external_message_id, print: null })
  return found[1].row
}
