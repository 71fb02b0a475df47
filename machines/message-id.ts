/**
 * Message-IDs of mails in their one normal form, `<local@domain>`: the only names of mails that are unique everywhere, and so
 * the only ones that say which mails are one thread (CONTRACT, preamble). A header that is spelled badly is read as it was meant.
 */

/** Longer ones are no Message-ID: RFC 5322 allows a line of 998 characters, and no index of ours takes more than this. */
const lengthLimit = 512

const normalForm = /^<[^<>\s]+@[^<>\s@]+>$/

/** Whether a name has the form that `messageIdsIn` makes. */
export const isMessageId = (name: string): boolean => normalForm.test(name)

/** The normal form of what stands between the brackets; null when it is no id. The local part keeps its case. */
const normalised = (text: string): string | null => {
  if (text.length > lengthLimit) return null
  const at = text.lastIndexOf("@")
  const domain = text
    .slice(at + 1)
    .toLowerCase()
    .replace(/\.+$/, "")
  const id = `<${text.slice(0, Math.max(at, 0))}@${domain}>`
  return isMessageId(id) ? id : null
}

/** What stands between two brackets: one id, folded perhaps, or several with blanks between them. */
const bracketed = (inner: string): ReadonlyArray<string> => {
  const pieces = inner.split(/[\s,;]+/).filter((piece) => piece !== "")
  return pieces.length > 1 && pieces.every((piece) => piece.includes("@")) ? pieces : [pieces.join("")]
}

/** Quotes and brackets around an id that stands without angle brackets. */
const bare = (text: string): string =>
  text.length > lengthLimit ? text : text.replace(/^["'[\]().:]+|["'[\]().:]+$/g, "")

/**
 * The ids of a header (Message-ID, In-Reply-To, References), in order: in angle brackets or without, folded, run together, with
 * commas. Words beside ids in brackets are no ids ("Your message of Monday <id>"), and an address there is none either.
 */
export const messageIdsIn = (header: string): ReadonlyArray<string> => {
  const text = header.replaceAll(/&lt;/gi, "<").replaceAll(/&gt;/gi, ">").replaceAll("\0", "")
  const found: Array<{ readonly id: string | null; readonly isBare: boolean }> = []
  for (const [token, inner] of text.matchAll(/<([^<>]*)>|\([^()<>]*\)|[^<>\s,;]+/g)) {
    if (inner !== undefined) for (const piece of bracketed(inner)) found.push({ id: normalised(piece), isBare: false })
    else if (!token.startsWith("(")) found.push({ id: normalised(bare(token)), isBare: true })
  }
  const hasWords = found.some(({ id, isBare }) => isBare && id === null)
  return [...new Set(found.flatMap(({ id, isBare }) => (id === null || (isBare && hasWords) ? [] : [id])))]
}
