/**
 * By which names a mail is known (CONTRACT §1, 2.6): the account's own id, those that it had before it was moved, its Message-ID and
 * the provider's id. The first two are unique. A Message-ID may be a constant that a broken mailer puts on every mail, and a
 * provider's id a number that each folder counts for itself: those two name a mail only if it is the same mail otherwise.
 */
import type { Letter, MessageBody, MessageReceived } from "../events.ts"
import type { MessageRecord, MessageWindow } from "./message-window.ts"
import { find, namesOf } from "./message-window.ts"
import { digestOf, textsOf } from "./texts.ts"

/** Names of a mail that are kept beside the first two; what it is called after that, its Message-ID tells (I8). */
const moreLimit = 16
/** Two copies of one mail may be dated when it left and when it arrived. */
const underway = 2 * 60_000

/** All that a payload calls the mail, each once. */
export const mailNames = (message: MessageBody, letter: Letter): ReadonlyArray<string> => {
  const { external_message_id, provider_message_id } = message
  const names = [external_message_id, ...(letter.former_ids ?? []), letter.message_id, provider_message_id]
  return [...new Set(names.filter((name) => name != null))]
}

/** The known mail that a payload shows. */
export const findMail = (window: MessageWindow, event: MessageReceived, letter: Letter): MessageRecord | undefined => {
  for (const name of [event.message.external_message_id, ...(letter.former_ids ?? [])]) {
    const known = find(window, name)
    if (known !== undefined) return known
  }
  for (const name of [letter.message_id, event.message.provider_message_id]) {
    const known = name == null ? undefined : find(window, name)
    if (known !== undefined && isSameMail(known, event, letter)) return known
  }
  return undefined
}

const isSameMail = (known: MessageRecord, { at, message, sender }: MessageReceived, letter: Letter): boolean => {
  if (known.sender !== (sender?.key ?? null)) return false
  if (known.message_id !== undefined && letter.message_id !== undefined && known.message_id !== letter.message_id)
    return false
  // The mail of a draft is dated anew with each save, and then once more when it is sent.
  if (known.at === at || letter.stage === "draft") return true
  const text = message.content
  const hasText = text !== null && text.trim() !== "" && textsOf(known).heard.includes(digestOf(text))
  return hasText && Math.abs(known.at - at) <= underway
}

/** The record of the same mail as another part of the thread knew it. */
export const sameMail = (
  window: MessageWindow,
  { message_id, sender, at }: MessageRecord
): MessageRecord | undefined => {
  const known = message_id === undefined ? undefined : find(window, message_id)
  return known?.sender === sender && known.at === at ? known : undefined
}

/** The known mail under all of its names. A name that another one has stays that one's. */
export const namedAnew = (
  window: MessageWindow,
  known: MessageRecord,
  names: ReadonlyArray<string>,
  message_id: string | undefined
): MessageRecord => {
  const own = namesOf(known)
  const room = moreLimit - (known.more?.length ?? 0)
  const isWithoutAlias = known.alias === null || known.alias === known.id
  const fresh = names
    .filter((name) => name !== message_id && !own.includes(name) && find(window, name) === undefined)
    .slice(0, room + (isWithoutAlias ? 1 : 0))
  const isWithoutId = known.message_id === undefined && message_id !== undefined
  if (fresh.length === 0 && !isWithoutId) return known
  const [alias, more] = isWithoutAlias ? [fresh[0] ?? known.alias, fresh.slice(1)] : [known.alias, fresh]
  return {
    ...known,
    alias,
    ...(more.length === 0 ? {} : { more: [...(known.more ?? []), ...more] }),
    ...(isWithoutId ? { message_id } : {})
  }
}
