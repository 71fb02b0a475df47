/** The newest message, as lists show it (CONTRACT 2.4 last_message). */
import type { Sighting } from "./members.ts"
import type { Known } from "./messages.ts"
import { min } from "./said.ts"

/** Names by time, where anybody knows a better one than a number; of one instant the lesser. */
const nameOf = (key: string | null, sightings: ReadonlyArray<Sighting>): string | null => {
  const calls = sightings.filter(({ person }) => person.key === key && person.name !== null)
  const named = calls.filter(({ person }) => /\p{L}/u.test(person.name!))
  const names = named.length === 0 ? calls : named
  const first = min(names.map(({ at }) => at))
  return (
    names
      .filter(({ at }) => at === first)
      .map(({ person }) => person.name!)
      .sort()[0] ?? null
  )
}

/** The newest message that counts, of one instant the one that arrived last, as lists show it. */
export const lastOf = (messages: ReadonlyArray<Known>, sightings: ReadonlyArray<Sighting>) => {
  const last = messages
    .filter((message) => message.counts)
    .sort((a, b) => a.at - b.at || a.arrival - b.arrival)
    .at(-1)
  if (last === undefined) return null
  const { content, attachments, status } = last.row
  const text = content?.trim() ?? ""
  const [file] = attachments
  return {
    names: last.names,
    direction: last.outbound ? "outbound" : "inbound",
    status,
    preview: text === "" ? (file?.name ?? file?.type ?? null) : text,
    sender: nameOf(last.sender, sightings),
    at: last.at
  }
}
