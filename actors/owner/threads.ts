/** What is asked of a tenant about a thread and its people, for facts and commands that name only a conversation and a member. */
import * as Effect from "effect/Effect"
import type { ConversationContext, Member } from "../../machines/conversation/context.ts"
import type { ActorKind, Person } from "../../machines/events.ts"
import { own } from "../../machines/own.ts"
import { ActorUnknown, RuleBroken } from "../errors.ts"
import type { Identity } from "../memory/identity.ts"
import type { Living } from "../memory/living.ts"
import { contextOf } from "../memory/living.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import type { KnownMember, KnownThread, Unreached } from "./owner.ts"

/** Finds an actor by our id or the provider's, woken if need be. */
type Find = (
  tenant: string,
  kind: ActorKind,
  id: string
) => Effect.Effect<{ readonly runtime: TenantRuntime; readonly living: Living }, Unreached | ActorUnknown>

const notMember = new RuleBroken({ field: "participant", rule: "is not a member of the conversation" })
const noOwner = new RuleBroken({ field: "conversation", rule: "has shown no account owner yet" })

/** The member that a participant id, ours or the provider's, names. */
const memberNamed = ({ members }: ConversationContext, identity: Identity, participant: string): Member | undefined =>
  Object.values(members).find(
    ({ key, provider_participant_id }) =>
      identity.participant(key) === participant || provider_participant_id === participant
  )

const personIn = ({ members }: ConversationContext, key: string): Person => ({
  key,
  provider_participant_id: own(members, key)?.provider_participant_id ?? null,
  name: own(members, key)?.name ?? null,
  avatar_url: null,
  identifiers: {}
})

const keysByProviderId = ({ members }: ConversationContext): ReadonlyMap<string, string> =>
  new Map(
    Object.values(members).flatMap(({ provider_participant_id, key }) =>
      provider_participant_id === null ? [] : [[provider_participant_id, key]]
    )
  )

export const threadQuestions = (find: Find) => {
  const conversationNamed = Effect.fnUntraced(function* (tenant: string, conversation: string) {
    const { runtime, living } = yield* find(tenant, "conversation", conversation)
    return { identity: runtime.identity, context: contextOf(living, "conversation") }
  })

  const memberIn = Effect.fnUntraced(function* (
    tenant: string,
    context: ConversationContext,
    identity: Identity,
    participant: string
  ): Effect.fn.Return<KnownMember, Unreached | RuleBroken> {
    let member = memberNamed(context, identity, participant)
    if (member === undefined) {
      // A participant who became part of another one is named by either id.
      const { living } = yield* find(tenant, "participant", participant).pipe(
        Effect.catchTag("ActorUnknown", () => Effect.fail(notMember))
      )
      member = memberNamed(context, identity, living.id)
    }
    if (member === undefined) return yield* notMember
    const { key } = member
    const former = Object.entries(context.facts.aliases).flatMap(([before, present]) =>
      present === key ? [before] : []
    )
    return { participant_id: identity.participant(key), person: personIn(context, key), keys: [key, ...former] }
  })

  return {
    thread: Effect.fnUntraced(function* (
      tenant: string,
      conversation: string
    ): Effect.fn.Return<KnownThread, Unreached | ActorUnknown | RuleBroken> {
      const { context } = yield* conversationNamed(tenant, conversation)
      const { living } = yield* find(tenant, "connection", context.connection_id)
      const { account_id, channel_type } = contextOf(living, "connection")
      const { owner_key } = context.facts
      if (owner_key === null) return yield* noOwner
      return {
        id: context.id,
        thread: {
          account_id,
          channel_type,
          external_thread_id: context.external_thread_id,
          owner: personIn(context, owner_key)
        },
        memberKeys: keysByProviderId(context)
      }
    }),
    member: Effect.fnUntraced(function* (tenant: string, conversation: string, participant: string) {
      const { context, identity } = yield* conversationNamed(tenant, conversation)
      return yield* memberIn(tenant, context, identity, participant)
    }),
    keysOf: (tenant: string, participant: string) =>
      Effect.map(find(tenant, "participant", participant), ({ living }) => {
        const { key, keys = [key] } = contextOf(living, "participant").facts as {
          readonly key: string
          readonly keys?: ReadonlyArray<string>
        }
        return keys
      }),
    ownerKey: (tenant: string, channel: string) =>
      Effect.map(find(tenant, "channel", channel), ({ living }) => contextOf(living, "channel").facts.owner_key)
  }
}
