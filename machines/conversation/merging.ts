/**
 * Two keys of this conversation's people turn out to be one person (CONTRACT 2.7): the members become one, and what names the
 * former key names the present one from now on. The result is what it would be, had everybody always used the present key (I3).
 */
import { earlier, later } from "../instants.ts"
import type { Person } from "../events.ts"
import { strongerRole } from "../member/role.ts"
import { underPresentKeys } from "../person/keys.ts"
import { joinShown, valueOf } from "../person/shown.ts"
import type { PersonMerged } from "../told.ts"
import type { ConversationContext, Member } from "./context.ts"
import type { Decision } from "./decision.ts"
import { unnamedReader } from "./members.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, counts, countAfter, store } from "./message-window.ts"
import { reactionsChanged, supersedes } from "./revisions.ts"
import { own } from "../own.ts"

export const personMerged = (d: Decision, { from, into, received }: PersonMerged): void => {
  const { aliases } = d.context.facts
  if (from === into || own(aliases, from) === into) return
  const known = Object.entries(aliases).map(([key, present]) => [key, present === from ? into : present] as const)
  d.learn({ aliases: { ...Object.fromEntries(known), [from]: into } })
  const [loser, winner] = [own(d.context.members, from), own(d.context.members, into)]
  const joined = winner === undefined || loser === undefined ? null : join(d.context, loser, winner)
  renamed(d, from, into, received)
  if (loser === undefined) return
  const { [from]: _, ...others } = d.context.members
  d.set({ members: { ...others, [into]: joined ?? { ...loser, key: into } } })
  unnamedReader(d)
  if (joined === null) return
  const difference = Number(joined.is_active) - Number(loser.is_active) - Number(winner!.is_active)
  d.set({ participant_count: d.context.participant_count + difference })
  for (let n = difference; n < 0; n++) d.person(into, received, { type: "membership", by: -1 })
}

/** Everything but the members that names the person. */
const renamed = (d: Decision, from: string, into: string, received: number): void => {
  const { owner_key, own_keys, roster, waiting, window } = d.context.facts
  const present = <K extends string | null>(key: K): K | string => (key === from ? into : key)
  d.learn({
    owner_key: owner_key === null ? null : present(owner_key),
    ...(own_keys === undefined ? {} : { own_keys: [...new Set(own_keys.map(present))] }),
    roster: roster === null || !roster.keys.includes(from) ? roster : { ...roster, keys: roster.keys.map(present) },
    waiting: waiting.map((fact) => underPresentKeys(fact as typeof fact & { owner: Person }, { [from]: into }))
  })
  let next = window
  for (const record of all(window)) {
    const reacted = record.reactions.some((reaction) => reaction.key === from)
    if (record.sender !== from && !reacted) continue
    const changed: MessageRecord = {
      ...record,
      sender: present(record.sender),
      reactions: reacted
        ? oneEach(record.reactions.map((each) => ({ ...each, key: present(each.key) })))
        : record.reactions
    }
    next = store(next, changed)
    if (reacted) reactionsChanged(d, changed, received)
  }
  d.learn({ window: next })
}

const oneEach = (reactions: MessageRecord["reactions"]): MessageRecord["reactions"] =>
  reactions.reduce<MessageRecord["reactions"]>(
    (kept, each) => (supersedes(each, kept) ? [...kept.filter((other) => other.key !== each.key), each] : kept),
    []
  )

/** One member out of two. Sums add up, horizons and signs take the later, beginnings the earlier. */
const join = (context: ConversationContext, loser: Member, winner: Member): Member => {
  const seen_at = later(loser.seen_at, winner.seen_at)
  const gone_at = later(goneBeside(context, loser, winner), goneBeside(context, winner, loser))
  const is_active = seen_at !== null && (gone_at === null || seen_at > gone_at)
  const isOwner = loser.role === "owner" || winner.role === "owner"
  const shown = joinShown(winner.shown, loser.shown)
  const mail_role = strongerRole(winner.mail_role, loser.mail_role)
  return {
    ...winner,
    role: isOwner ? "owner" : (mail_role ?? winner.role),
    ...(mail_role === undefined ? {} : { mail_role }),
    shown,
    name: valueOf(shown, "name"),
    provider_participant_id: valueOf(shown, "provider_participant_id"),
    seen_at,
    gone_at,
    told_gone_at: later(loser.told_gone_at, winner.told_gone_at),
    is_active,
    left_at: is_active ? null : gone_at,
    joined_at: earlier(loser.joined_at, winner.joined_at),
    message_count: loser.message_count + winner.message_count,
    last_message_at: later(loser.last_message_at, winner.last_message_at),
    named_read_at: later(loser.named_read_at, winner.named_read_at),
    last_read_at: isOwner ? context.facts.owner_horizon : later(loser.last_read_at, winner.last_read_at),
    seen_count: seenBoth(context, seenOf(loser), seenOf(winner)) ?? 0,
    named_seen_count: seenBoth(context, namedSeenOf(loser), namedSeenOf(winner)),
    ...newerHints(loser, winner),
    created_at: earlier(loser.created_at, winner.created_at)
  }
}

/** The hints of the newer payload; at the same instant the greater text (members.ts). */
const newerHints = (a: Member, b: Member): Pick<Member, "metadata" | "hinted_at"> => {
  const [at, bt] = [a.hinted_at ?? -Infinity, b.hinted_at ?? -Infinity]
  const { metadata, hinted_at } =
    at > bt || (at === bt && JSON.stringify(a.metadata) > JSON.stringify(b.metadata)) ? a : b
  return hinted_at === undefined ? { metadata } : { metadata, hinted_at }
}

/** When the one was gone; a roster that left the one out but lists the other is no sign of absence. */
const goneBeside = ({ facts: { roster } }: ConversationContext, one: Member, other: Member): number | null =>
  roster !== null && roster.keys.includes(other.key) ? one.told_gone_at : one.gone_at

/** A reader's horizon and the messages of others up to it; null: they have not been counted. */
interface Seen {
  readonly key: string
  readonly message_count: number
  readonly to: number | null
  readonly seen: number | null
}
const seenOf = ({ key, message_count, last_read_at, seen_count }: Member): Seen => ({
  key,
  message_count,
  to: last_read_at,
  seen: seen_count
})
const namedSeenOf = ({ key, message_count, named_read_at, named_seen_count }: Member): Seen => ({
  key,
  message_count,
  to: named_read_at,
  seen: named_seen_count ?? null
})

/** Messages of others at or before the further horizon: those that the further reader had seen, without the other's own. */
const seenBoth = ({ facts: { window } }: ConversationContext, loser: Seen, winner: Seen): number | null => {
  const [further, other] = later(loser.to, winner.to) === winner.to ? [winner, loser] : [loser, winner]
  if (further.to === null || further.seen === null) return null
  const after = countAfter(window, further.to, (record) => counts(record) && record.sender === other.key)
  return Math.max(0, further.seen - (other.message_count - after))
}
