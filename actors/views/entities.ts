/** Actors as JSON on the wire: the contract's fields without ⚿, plus id and what is derived on reading. Pure. */
import type { ConnectionContext } from "../../machines/connection/context.ts"
import { derivedOf } from "../../machines/connection/derived.ts"
import { connectionFields } from "../../machines/connection/fields.ts"
import type { ConversationContext, Member } from "../../machines/conversation/context.ts"
import { conversationFields } from "../../machines/conversation/fields.ts"
import { memberUnread } from "../../machines/conversation/members.ts"
import type { ActorKind } from "../../machines/events.ts"
import { wireOf } from "../../machines/field.ts"
import { memberFields } from "../../machines/member/fields.ts"
import type { MemberFields } from "../../machines/member/fields.ts"
import type { Present } from "../feed/topic.ts"
import type { Identity } from "../memory/identity.ts"
import { kinds } from "../memory/kinds.ts"
import type { PresenceContext } from "../../machines/presence/context.ts"
import type { Contexts } from "../memory/kinds.ts"

/** An entity as JSON on the wire: its fields without ⚿, its id, and what is derived on reading. */
export type View = Readonly<Record<string, unknown>>

/** A member's fields as the contract has them; `unread_count` is computed here, when it is shown. */
export const memberRecord = (conversation: ConversationContext, member: Member): MemberFields => ({
  ...member,
  unread_count: memberUnread(conversation, member)
})

const membersView = (conversation: ConversationContext, identity: Identity): ReadonlyArray<View> =>
  Object.values(conversation.members).map((member) => ({
    participant_id: identity.participant(member.key),
    ...wireOf(memberFields, memberRecord(conversation, member))
  }))

/** The state of a conversation, members included (DESIGN §6). */
const conversationView = (context: ConversationContext, identity: Identity): View => ({
  id: context.id,
  ...wireOf(conversationFields, context),
  members: membersView(context, identity)
})

/** Names of people that the inbox shows of a conversation: a chat of two has no subject. */
const peopleShown = 3

/**
 * Names of the people in a conversation besides the owner, by when they joined, then by name. The same order as in
 * persistence/lists/conversations.ts.
 */
export const peopleOf = (members: ConversationContext["members"]): ReadonlyArray<string> => {
  const first: Array<Member> = []
  for (const member of Object.values(members)) {
    if (!member.is_active || member.role === "owner" || !member.name) continue
    const place = first.findIndex((other) => comesBefore(member, other))
    if (place < 0 && first.length === peopleShown) continue
    first.splice(place < 0 ? first.length : place, 0, member)
    first.length = Math.min(first.length, peopleShown)
  }
  return first.map(({ name }) => name!)
}

const comesBefore = (a: Member, b: Member): boolean => {
  const [one, other] = [a.joined_at ?? Infinity, b.joined_at ?? Infinity]
  return one === other ? a.name! < b.name! : one < other
}

const connectionView = (context: ConnectionContext, now: number): View => ({
  id: context.id,
  ...wireOf(connectionFields, context),
  ...derivedOf(context, now)
})

/** Any actor's view at an instant. */
export const viewOf = <K extends ActorKind>(kind: K, context: Contexts[K], identity: Identity, now: number): View => {
  switch (kind) {
    case "conversation":
      return conversationView(context as ConversationContext, identity)
    case "connection":
      return connectionView(context as ConnectionContext, now)
    default:
      return { id: context.id, ...wireOf(kinds[kind].fields, { ...context }) }
  }
}

/** Who types in a conversation and who looks at it, as the feed shows them. */
export const presentView = ({ typists, viewers }: PresenceContext): Present => ({
  typists: Object.values(typists).map(({ id, name, until }) => ({ id, name, until: new Date(until).toISOString() })),
  viewers: Object.values(viewers).map(({ id, name }) => ({ id, name }))
})
