/** Which thread a mail says it is in: the provider's thread id, and the chain that it answers (CONTRACT 2.4). */
import type { Whereabouts } from "../../../machines/events.ts"
import type { Mail } from "./mail-payload.ts"
import { identity, record } from "./text.ts"

/** Ancestors that are looked at; the first is the root, the last are the nearest. */
const referenceLimit = 64

export const whereaboutsOf = (mail: Mail): Whereabouts => {
  const names = present([mail.message_id, mail.email_id ?? mail.id, mail.provider_id, mail.deprecated_id])
  const answered = answeredBy(mail.in_reply_to)
  const references = referencesOf(mail.references)
  const root = references[0]
  const isAnswered = root === undefined || answered.includes(root)
  return {
    thread_id: identity(mail.thread_id),
    names,
    roots: present(isAnswered ? [...answered, root] : [root]),
    answers: present([...references.slice(1), ...(isAnswered ? [] : answered)])
  }
}

const present = (values: ReadonlyArray<unknown>): ReadonlyArray<string> => [
  ...new Set(values.map(identity).filter((name) => name !== null))
]

/** The mail that is answered, under each of its names. */
const answeredBy = (value: unknown): ReadonlyArray<string> => {
  const { message_id, id } = record(value)
  return present(typeof value === "string" ? [value] : [message_id, id])
}

const referencesOf = (value: unknown): ReadonlyArray<string> => {
  const all = present(typeof value === "string" ? value.split(/\s+/) : Array.isArray(value) ? value : [])
  return all.length <= referenceLimit ? all : [all[0]!, ...all.slice(1 - referenceLimit)]
}
