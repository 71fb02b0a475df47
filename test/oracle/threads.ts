/**
 * Which mails are one thread (CONTRACT 2.4): those that the provider gives one thread id, and those of one reply chain, whether
 * or not the mails between them were ever seen. It is named by the provider's id, else by the chain's root.
 */
import type { FactArrived, Whereabouts } from "../../machines/events.ts"
import type { Fact } from "./said.ts"
import { unique } from "./said.ts"

interface Thread {
  readonly names: ReadonlyArray<string>
  readonly told: ReadonlyArray<Whereabouts>
}
const namesIn = ({ thread_id, names, roots, answers }: Whereabouts) => [
  ...(thread_id === null ? [] : [`thread ${thread_id}`]),
  ...names,
  ...roots,
  ...answers
]

const threadsOf = (arrived: ReadonlyArray<FactArrived>): ReadonlyArray<Thread> => {
  let threads: ReadonlyArray<Thread> = []
  for (const { where, fact } of arrived) {
    if (fact.type !== "message_received") continue
    const names = namesIn(where)
    const same = threads.filter((thread) => thread.names.some((name) => names.includes(name)))
    const one = {
      names: unique([...names, ...same.flatMap((thread) => thread.names)]),
      told: [where, ...same.flatMap((thread) => thread.told)]
    }
    threads = [...threads.filter((thread) => !same.includes(thread)), one]
  }
  return threads
}

const nameOf = ({ told }: Thread): string => {
  const given = told.flatMap(({ thread_id }) => thread_id ?? []).sort()
  if (given.length > 0) return given[0]!
  // Message-IDs of what answers nothing, as far as anybody said; where the root was never seen, whoever answers names it.
  const answers = told.flatMap(({ names, roots, answers }) => [...(roots.length > 0 ? names : []), ...answers])
  return told
    .flatMap(({ names, roots }) => [...names, ...roots])
    .filter((name) => name.startsWith("<") && !answers.includes(name))
    .sort()[0]!
}

/** Facts with their threads. What is about a mail that nobody has seen belongs nowhere and does nothing. */
export const factsInThreads = (arrived: ReadonlyArray<FactArrived>): ReadonlyArray<Fact> => {
  const threads = threadsOf(arrived)
  return arrived.flatMap(({ fact, where, account_id, channel_type, received, via }) => {
    const thread = threads.find(({ names }) => where.names.some((name) => names.includes(name)))
    if (thread === undefined) return []
    const place = { account_id, channel_type: channel_type!, received, via, external_thread_id: nameOf(thread) }
    return [{ ...fact, ...place } as Fact]
  })
}
