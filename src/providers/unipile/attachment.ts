/** Files and media of a message, in either of the two key sets that are in use (unipile.md §2). */
import type { Attachment } from "../../../machines/events.ts"
import { addressLength } from "../bounds.ts"
import { identity, label, quantity, record, yesNo } from "../text.ts"

const shortText = 200
/** Attachments of one message that are kept (I8). */
const attachmentLimit = 100

/** The documented example shows its flags as text. */
const isTrue = (flag: unknown): boolean => yesNo(flag) === true || flag === "true" || flag === "1"

/** The attachments, given as an array or as one object; anything else has none. */
export const attachmentsOf = (value: unknown): ReadonlyArray<Attachment> => {
  if (typeof value !== "object" || value === null) return []
  const attachments: Array<Attachment> = []
  for (const one of Array.isArray(value) ? value : [value]) {
    if (attachments.length === attachmentLimit) break
    const raw = record(one)
    const attachment: Attachment = {
      id: identity(raw["id"]) ?? identity(raw["attachment_id"]),
      type: label(raw["type"], shortText) ?? label(raw["attachment_type"], shortText),
      name:
        label(raw["file_name"], shortText) ?? label(raw["name"], shortText) ?? label(raw["attachment_name"], shortText),
      mime:
        label(raw["mimetype"], shortText) ??
        label(raw["mime"], shortText) ??
        label(raw["attachment_mimetype"], shortText),
      // `size` is pixels for pictures; quantity() reads that object as absent.
      size: quantity(raw["file_size"]) ?? quantity(raw["attachment_size"]) ?? quantity(raw["size"]),
      url: label(raw["url"], addressLength) ?? label(raw["attachment_url"], addressLength)
    }
    if (Object.values(attachment).every((part) => part === null)) continue
    attachments.push(isTrue(raw["unavailable"]) ? { ...attachment, unavailable: true } : attachment)
  }
  return attachments
}
