/** Who a participant is: what payloads have shown of the person, the keys that they gave, and the fields that follow. */
import type { Draft } from "../draft.ts"
import { keysOf } from "../person/keys.ts"
import { isPictureAgain, learn } from "../person/shown.ts"
import type { RelationAdded } from "../events.ts"
import type { PersonShown } from "../told.ts"
import { claim } from "./claim.ts"
import type { ParticipantContext } from "./context.ts"
import { shownAs } from "./told.ts"
import { own } from "../own.ts"

/**
 * Conversations that a participant remembers, to tell them of a merge at once. Older ones hear of it when they next tell the
 * participant something (I8).
 */
const conversationLimit = 256

export const rememberedConversations = (
  known: ReadonlyArray<string>,
  more: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const news = more.filter((id) => !known.includes(id))
  return news.length === 0 ? known : [...known, ...news].slice(-conversationLimit)
}

/** A conversation showed the person; every key that is new here is claimed. */
export const personShown = (
  d: Draft<ParticipantContext>,
  { person, at, conversation_id, is_owner }: PersonShown,
  received: number
): void => {
  const { facts } = d.context
  const shown = learn(facts.shown, person, at)
  const conversations = rememberedConversations(facts.conversations, [conversation_id])
  const is_own = facts.is_own || is_owner
  if (shown === facts.shown && conversations === facts.conversations && is_own === facts.is_own) return
  d.set({ facts: { ...facts, conversations, is_own } })
  shownAs(d, shown, facts.corrected)
  claim(d, keysOf(person), received)
  if (isPictureAgain(facts.shown, shown)) return
  d.tell({ type: "participant_identified", key: facts.key, received })
}

/** Accounts of the tenant whose relation to one person is remembered; further ones are not (I8). */
const relationLimit = 64

/** A new relation on a network: it shows the person, and the earliest word of it stands, because most carry no time. */
export const relationAdded = (d: Draft<ParticipantContext>, event: RelationAdded): void => {
  const shown = learn(d.context.facts.shown, event.person, event.at)
  if (shown !== d.context.facts.shown) {
    shownAs(d, shown, d.context.facts.corrected)
    claim(d, keysOf(event.person), event.received)
    d.tell({ type: "participant_identified", key: d.context.facts.key, received: event.received })
  }
  const relations = (d.context.metadata["relations"] ?? {}) as Readonly<Record<string, { readonly since: string }>>
  if (!Object.hasOwn(relations, event.account_id) && Object.keys(relations).length >= relationLimit) return
  const since = new Date(event.at).toISOString()
  if ((own(relations, event.account_id)?.since ?? "~") <= since) return
  const relation = { ...event.metadata, since }
  d.set({ metadata: { ...d.context.metadata, relations: { ...relations, [event.account_id]: relation } } })
}
