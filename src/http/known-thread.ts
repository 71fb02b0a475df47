/**
 * What a conversation already knows, for facts that name only the conversation and a member: the account, the thread, and the
 * people with the keys under which they are members.
 */
import * as Effect from "effect/Effect"
import { RuleBroken } from "../../actors/errors.ts"
import { Identity } from "../../actors/memory/identity.ts"
import type { TenantOwner } from "../../actors/owner/owner.ts"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { Person } from "../../machines/events.ts"
import type { ChannelType } from "../../machines/vocabulary.ts"
import { own } from "../../machines/own.ts"
import type { View } from "../../actors/views/entities.ts"

interface MemberView {
  readonly participant_id: string
  readonly provider_participant_id: string | null
  readonly name: string | null
}

const notMember = new RuleBroken({ field: "participant", rule: "is not a member of the conversation" })
const noOwner = new RuleBroken({ field: "conversation", rule: "has shown no account owner yet" })

/** The member that a participant id, ours or the provider's, names. */
export const memberOf = (view: View, participant: string): Effect.Effect<MemberView, RuleBroken> => {
  const members = view["members"] as ReadonlyArray<MemberView>
  const found = members.find((one) => one.participant_id === participant || one.provider_participant_id === participant)
  return found === undefined ? Effect.fail(notMember) : Effect.succeed(found)
}

/** What every fact about the conversation carries; `person` is the named member, null when none is named. */
export const threadOf = Effect.fnUntraced(function* (
  owner: TenantOwner["Service"],
  tenant: string,
  conversation: string,
  participant: string | null
) {
  const view = yield* owner.view(tenant, "conversation", conversation)
  const connection = yield* owner.view(tenant, "connection", view["connection_id"] as string)
  const { context } = yield* owner.inspect(tenant, "conversation", view["id"] as string)
  const { members, facts } = context as unknown as ConversationContext
  const identity = new Identity(tenant)
  // A participant who became part of another one is named by either id.
  const named = (id: string) =>
    memberOf(view, id).pipe(
      Effect.catch(() =>
        Effect.flatMap(owner.resolve(tenant, "participant", id), (present) => memberOf(view, present))
      ),
      Effect.catch(() => Effect.fail(notMember))
    )
  const wanted = participant === null ? null : (yield* named(participant)).participant_id

  const personOf = (key: string): Person => ({
    key,
    provider_participant_id: own(members, key)?.provider_participant_id ?? null,
    name: own(members, key)?.name ?? null,
    avatar_url: null,
    identifiers: {}
  })

  if (facts.owner_key === null) return yield* noOwner
  const key = wanted === null ? undefined : Object.keys(members).find((one) => identity.participant(one) === wanted)
  if (wanted !== null && key === undefined) return yield* notMember
  return {
    account_id: connection["account_id"] as string,
    channel_type: connection["channel_type"] as ChannelType,
    external_thread_id: view["external_thread_id"] as string,
    owner: personOf(facts.owner_key),
    person: key === undefined ? null : personOf(key)
  }
})
