/**
 * The newest message that counts, as lists show it (CONTRACT 2.4 last_message). The window knows digests of texts alone, so the
 * beginnings of the newest texts are kept beside it: a message that is deleted gives way to the one before it. A function of facts
 * (I3), as the window is: which order they come in, and how often, makes no difference.
 */
import type { MessageFields } from "../message/fields.ts"
import { own } from "../own.ts"
import { shortened } from "../shortened.ts"
import type { ConversationContext } from "./context.ts"
import type { Decision } from "./decision.ts"
import type { LastMessage } from "./fields.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, counts, find } from "./message-window.ts"
import type { Preview } from "./preview.ts"
import { isSame } from "./preview.ts"
import { byPlace } from "./reading.ts"

/** Characters of a preview. */
export const previewLength = 160
/**
 * Messages whose texts' beginnings are kept (I8). Where so many of the newest are deleted one after the other, the one before them
 * is shown without a preview.
 */
export const previewLimit = 16

const begins = (text: string | null): string | null => {
  if (text === null) return null
  // Enough for the preview, whatever blanks are in it; a body may have a megabyte.
  const beginning = text.trimStart().slice(0, 8 * previewLength)
  const plain = shortened(beginning.replace(/\s+/gu, " ").trim(), previewLength)
  return plain === "" ? null : plain
}

type Shown = Partial<Pick<MessageFields, "content" | "attachments">>

const fileOf = ([first]: MessageFields["attachments"]): string | null => {
  const name = first?.["name"] ?? first?.["type"]
  return typeof name === "string" ? begins(name) : null
}

/** What is kept of a message; `shown`: what is news of its texts and files. */
const previewOf = (record: MessageRecord, shown: Shown, known: Preview | undefined): Preview => {
  const { id, at, arrival, outbound, sender, status, hidden } = record
  return {
    id,
    at,
    ...(arrival === undefined ? {} : { arrival }),
    outbound,
    sender,
    status,
    hidden,
    text: shown.content === undefined ? (known?.text ?? null) : begins(shown.content),
    file: shown.attachments === undefined ? (known?.file ?? null) : fileOf(shown.attachments)
  }
}

const isKept = ({ deleted_at, is_event }: MessageRecord): boolean => deleted_at === null && !is_event

const newestFirst = (previews: Iterable<Preview>): ReadonlyArray<Preview> =>
  [...previews].sort((a, b) => byPlace(b, a)).slice(0, previewLimit)

/** The previews of known messages, for a conversation that is made from its rows. */
export const previewsOf = (rows: Iterable<readonly [MessageRecord, Shown]>): ReadonlyArray<Preview> =>
  newestFirst([...rows].flatMap(([record, shown]) => (isKept(record) ? [previewOf(record, shown, undefined)] : [])))

/** What was kept by a version that knew no previews. */
const fromWindow = ({ facts: { window } }: ConversationContext): ReadonlyArray<Preview> =>
  previewsOf([...all(window)].map((record) => [record, {}] as const))

const sameList = (a: ReadonlyArray<Preview>, b: ReadonlyArray<Preview>): boolean =>
  a.length === b.length && a.every((preview, n) => preview === b[n])

/** The previews after what this decision told of rows. */
const previewsTold = (d: Decision): ReadonlyArray<Preview> => {
  const { previews = fromWindow(d.context), window } = d.context.facts
  const next = new Map(previews.map((preview) => [preview.id, preview]))
  for (const told of d.told) {
    if (told.type === "outbound_read") {
      // Of what left the window the rows alone hear.
      for (const preview of next.values())
        if (preview.outbound && preview.at <= told.at) next.set(preview.id, { ...preview, status: "read" })
    }
    if (told.type !== "row_changed") continue
    const { external_message_id: id, fields } = told
    const record = find(window, id)
    if (record?.id !== id) continue
    if (!isKept(record)) next.delete(id)
    else {
      const known = next.get(id)
      const preview = previewOf(record, fields, known)
      if (known === undefined || !isSame(preview, known)) next.set(id, preview)
    }
  }
  const newest = newestFirst(next.values())
  return sameList(newest, previews) ? previews : newest
}

/** The field's value, from the previews. */
const lastOf = ({ members, facts: { aliases, previews = [], window } }: ConversationContext): LastMessage | null => {
  const last = previews.find(({ hidden }) => !hidden) ?? unkept(window)
  if (last === undefined) return null
  const author = last.sender === null ? undefined : own(members, own(aliases, last.sender) ?? last.sender)
  return {
    id: last.id,
    direction: last.outbound ? "outbound" : "inbound",
    status: last.status,
    preview: last.text ?? last.file,
    sender: author?.name ?? null,
    at: last.at
  }
}

/** The newest that counts, where none of those that are kept does. */
const unkept = (window: ConversationContext["facts"]["window"]): Preview | undefined => {
  let newest: MessageRecord | undefined
  for (const record of all(window))
    if (counts(record) && (newest === undefined || byPlace(record, newest) > 0)) newest = record
  return newest === undefined ? undefined : previewOf(newest, {}, undefined)
}

/** Ends a decision: what was told of rows, and of whoever wrote them, shows in the newest message. */
export const lastMessageSettled = (d: Decision): void => {
  const { facts, members } = d.before
  const isUntouched = d.context.members === members && d.context.facts.window === facts.window
  if (isUntouched && d.context.facts.previews === facts.previews && !d.told.some(({ type }) => type === "row_changed"))
    return
  d.learn({ previews: previewsTold(d) })
  const [last, shown] = [lastOf(d.context), d.context.last_message]
  if (last === null || shown === null || !isSame(last, shown)) d.set({ last_message: last })
}

/** The same conversation with the field, where its previews come from elsewhere. */
export const withLastMessage = (context: ConversationContext): ConversationContext => ({
  ...context,
  last_message: lastOf(context)
})

/** A message of another part of the thread goes by `id` here: what was known of its text comes along. */
export const previewJoined = (d: Decision, was: ConversationContext, record: MessageRecord, id: string): void => {
  const told = was.facts.previews?.find((preview) => preview.id === record.id)
  if (told === undefined) return
  const { previews = fromWindow(d.context) } = d.context.facts
  d.learn({ previews: [...previews.filter((preview) => preview.id !== id), { ...told, id }] })
}
