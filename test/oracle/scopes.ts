/**
 * In which chat each message belongs, by what the payloads named alone (CONTRACT, preamble: an id is worth what its scope is worth).
 * A chat message belongs to the chat that its payload names, under either name of it. Mails belong together that a chain of real
 * Message-IDs or a thread id of the provider ties together; nothing else does.
 */

/** A message of a chat, however often and in whichever version it was told. */
export interface ToldInChat {
  readonly chat: number
  readonly version: 1 | 2
  /** What tells it from all others. */
  readonly text: string
}

/** A mail, and what its payload ties it to. */
export interface ToldMail {
  readonly text: string
  /** Its own Message-ID where it is real and nobody else's, those that it answers, and its thread. */
  readonly ties: ReadonlyArray<string>
}

/** A chat's messages and the thread that they stand in: v1's name of the chat, once v1 has shown it. */
export const chatsTold = (told: ReadonlyArray<ToldInChat>, threadOf: (chat: number, version: 1 | 2) => string) => {
  const threads = new Map<string, ReadonlyArray<string>>()
  for (const chat of new Set(told.map((one) => one.chat))) {
    const mine = told.filter((one) => one.chat === chat)
    const version = mine.some((one) => one.version === 1) ? 1 : 2
    threads.set(threadOf(chat, version), [...new Set(mine.map(({ text }) => text))].sort())
  }
  return threads
}

/** The sets of mails that are one thread each. */
export const mailsTied = (told: ReadonlyArray<ToldMail>): ReadonlyArray<ReadonlyArray<string>> => {
  let threads: ReadonlyArray<{ readonly texts: ReadonlyArray<string>; readonly ties: ReadonlyArray<string> }> = []
  for (const { text, ties } of told) {
    const same = threads.filter(
      (thread) => thread.texts.includes(text) || thread.ties.some((tie) => ties.includes(tie))
    )
    const texts = [text, ...same.flatMap((thread) => thread.texts)]
    const one = { texts, ties: [...ties, ...same.flatMap((thread) => thread.ties)] }
    threads = [...threads.filter((thread) => !same.includes(thread)), one]
  }
  return threads.map(({ texts }) => [...new Set(texts)].sort()).sort((a, b) => (a[0]! < b[0]! ? -1 : 1))
}
