/** The keys that a person goes by: what is shown of one is claimed, and whoever lives there hears of it (merging.ts). */
import type { Draft } from "../draft.ts"
import type { ParticipantContext } from "./context.ts"

/** Keys of one person; what is shown past that stays a participant of its own (I8). */
export const keyLimit = 64
/** Takes keys as the person's own; whoever lives at one of them hears of it. */
export const claim = (d: Draft<ParticipantContext>, keys: ReadonlyArray<string>, received: number): void => {
  const { facts } = d.context
  const news = keys.filter((key) => !facts.keys.includes(key)).slice(0, Math.max(0, keyLimit - facts.keys.length))
  if (news.length === 0) return
  d.set({ facts: { ...facts, keys: [...facts.keys, ...news] } })
  for (const key of news) d.tell({ type: "participant_claimed", key, by: facts.key, received })
}
