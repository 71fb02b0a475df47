/**
 * What a message that comes again adds to its row (CONTRACT 2.6): a text or a picture that was not there yet. Whoever knows more
 * wins, whichever comes first (I3); what is equal stands as it was shown first.
 */
import type { MessageReceived, Person } from "../events.ts"
import type { MessageFields } from "../message/fields.ts"
import type { MessageRecord } from "./message-window.ts"
import { digestOf, textsOf, textTold } from "./texts.ts"

type Attachments = ReadonlyArray<Readonly<Record<string, unknown>>>

/** One that can be fetched is worth more than any number of others. */
const available = 10_000

/** How much a list of attachments tells. */
const attachedBy = (attachments: Attachments): number =>
  attachments.reduce((sum, { unavailable, ...parts }) => {
    const told = Object.values(parts).filter((part) => part !== null && part !== undefined).length
    return sum + 1 + Math.min(told, 99) + (unavailable === true ? 0 : available)
  }, 0)

/** Parts of a row that stand as they were shown first, each with its bit. */
const bits = { subject: 1, contact_email: 2, contact_phone: 4, metadata: 8 } as const
type Part = keyof typeof bits

type Parts = Pick<MessageFields, Part>

const partsOf = (parts: Parts): number => {
  let shown = 0
  if (parts.subject !== null) shown |= bits.subject
  if (parts.contact_email !== null) shown |= bits.contact_email
  if (parts.contact_phone !== null) shown |= bits.contact_phone
  for (const _ in parts.metadata) return shown | bits.metadata
  return shown
}

/** What a record remembers of what its row holds. */
export const holdings = (
  row: Parts & { readonly content: string | null; readonly attachments: Attachments }
): Pick<MessageRecord, "text" | "attached" | "parts"> => {
  const [attached, parts] = [attachedBy(row.attachments), partsOf(row)]
  return {
    ...(row.content === null ? {} : { text: digestOf(row.content) }),
    ...(attached === 0 ? {} : { attached }),
    parts
  }
}

/** The parts that a payload shows. */
export const partsShown = ({
  message,
  sender
}: {
  message: MessageReceived["message"]
  sender: Person | null
}): Parts => ({
  subject: message.subject,
  contact_email: sender?.identifiers.email ?? null,
  contact_phone: sender?.identifiers.phone ?? null,
  metadata: message.metadata
})

export interface Filled {
  readonly record: MessageRecord
  /** The columns that it knows more of. */
  readonly fields: Partial<MessageFields>
}

/**
 * The known message with what this payload knows more of. A deleted one stays empty, and one of which an earlier version kept
 * nothing is taken for complete: its repeat is a repeat.
 */
export const filled = (known: MessageRecord, event: MessageReceived): Filled => {
  if (known.deleted_at !== null || known.parts === undefined) return { record: known, fields: {} }
  const { message } = event
  let record = known
  let fields: Filled["fields"] = {}
  const texts = textTold(textsOf(known), null, message.content)
  if (texts !== undefined) {
    const isFirst = known.texts === undefined && texts.heard.length === 1
    record = isFirst ? { ...record, text: texts.heard[0]! } : { ...record, texts }
    fields = { content: message.content, ...(isFirst ? {} : { heard_texts: texts }) }
  }
  const attachments = message.attachments
  const attached = attachedBy(attachments)
  if (attached > (known.attached ?? 0)) {
    record = { ...record, attached }
    fields = { ...fields, attachments }
  }
  const parts = partsShown(event)
  let shown = partsOf(parts) & ~known.parts
  // A command's subject stands, and so do the opens and clicks that a mail's metadata counts.
  if (known.subject_print !== undefined) shown &= ~bits.subject
  if (known.tracking !== undefined) shown &= ~bits.metadata
  if (shown === 0) return { record, fields }
  const more: Record<string, unknown> = {}
  for (const part in bits) if ((shown & bits[part as Part]) !== 0) more[part] = parts[part as Part]
  return { record: { ...record, parts: known.parts | shown }, fields: { ...fields, ...more } }
}
