/** Who a participant is: what payloads have shown of the person, the keys that they gave, and the fields that follow. */
import type { Draft } from "../draft.ts"
import { keysOf } from "../person/keys.ts"
import { learn, valueOf } from "../person/shown.ts"
import type { PersonShown } from "../told.ts"
import type { ParticipantContext } from "./context.ts"

/** Keys of one person; what is shown past that stays a participant of its own (I8). */
export const keyLimit = 64
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

/** The fields that say who the person is. */
export const identified = (d: Draft<ParticipantContext>): void => {
  const { shown } = d.context.facts
  // A resolved contact's name is the CRM's business, unless there is none yet.
  const keepsName = d.context.contact_record !== null && d.context.name !== null
  d.set({
    name: keepsName ? d.context.name : valueOf(shown, "name"),
    avatar_url: valueOf(shown, "avatar_url"),
    email: valueOf(shown, "email"),
    phone: valueOf(shown, "phone"),
    linkedin_member_urn: valueOf(shown, "linkedin_member_urn"),
    instagram_username: valueOf(shown, "instagram_username"),
    facebook_id: valueOf(shown, "facebook_id"),
    telegram_id: valueOf(shown, "telegram_id"),
    twitter_handle: valueOf(shown, "twitter_handle")
  })
}

/** A conversation showed the person; every key that is new here is claimed. */
export const personShown = (d: Draft<ParticipantContext>, event: PersonShown): void => {
  const { facts } = d.context
  const shown = learn(facts.shown, event.person, event.at)
  const conversations = rememberedConversations(facts.conversations, [event.conversation_id])
  const is_own = facts.is_own || event.is_owner
  if (shown === facts.shown && conversations === facts.conversations && is_own === facts.is_own) return
  d.set({ facts: { ...facts, shown, conversations, is_own } })
  identified(d)
  claim(d, keysOf(event.person), event.received)
  if (shown !== facts.shown) d.tell({ type: "participant_identified", key: facts.key, received: event.received })
}

/** Takes keys as the person's own; whoever lives at one of them hears of it. */
export const claim = (d: Draft<ParticipantContext>, keys: ReadonlyArray<string>, received: number): void => {
  const { facts } = d.context
  const news = keys.filter((key) => !facts.keys.includes(key)).slice(0, Math.max(0, keyLimit - facts.keys.length))
  if (news.length === 0) return
  d.set({ facts: { ...facts, keys: [...facts.keys, ...news] } })
  for (const key of news) d.tell({ type: "participant_claimed", key, by: facts.key, received })
}
