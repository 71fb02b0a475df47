/** The conversation that an event names: one that is there, or one that an account's chat id will make. */
import * as Effect from "effect/Effect"
import { ActorUnknown, RuleBroken } from "../../../actors/errors.ts"
import { Identity, isUuid } from "../../../actors/memory/identity.ts"
import type { TenantOwner } from "../../../actors/owner/owner.ts"
import type { Person } from "../../../machines/events.ts"
import type { ChannelType } from "../../../machines/vocabulary.ts"

type Owner = TenantOwner["Service"]

/** The account's own person, as long as no payload has shown who that is. */
const accountPerson = (account_id: string, name: string): Person => ({
  key: `account:${account_id}`,
  provider_participant_id: null,
  name: name === "" ? null : name,
  avatar_url: null,
  identifiers: {}
})

const nobody: ReadonlyMap<string, string> = new Map()

/** What every fact about the conversation carries, its id, and the keys of its members by the provider's id. */
export const threadNamed = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  account: string | undefined,
  conversation: string
) {
  const id =
    account === undefined
      ? yield* owner.resolve(tenant, "conversation", conversation)
      : yield* inAccount(owner, tenant, account, conversation)
  const known = yield* owner
    .thread(tenant, id)
    .pipe(
      Effect.catch((error) =>
        account !== undefined && (error instanceof ActorUnknown || error instanceof RuleBroken)
          ? Effect.succeed(null)
          : Effect.fail(error)
      )
    )
  if (known !== null) return { id, thread: known.thread, members: known.memberKeys, isNew: false }
  const connection = yield* owner.view(tenant, "connection", account!)
  const account_id = connection["account_id"] as string
  const thread = {
    account_id,
    channel_type: connection["channel_type"] as ChannelType,
    external_thread_id: conversation,
    owner: accountPerson(account_id, connection["account_name"] as string)
  }
  return { id, thread, members: nobody, isNew: true }
})

/** Our id of an account's conversation, whether it is there or not. One of ours that is there is taken as it is. */
const inAccount = Effect.fnUntraced(function* (owner: Owner, tenant: string, account: string, conversation: string) {
  const connection = yield* owner.view(tenant, "connection", account)
  if (isUuid(conversation)) {
    const ours = yield* owner
      .view(tenant, "conversation", conversation)
      .pipe(Effect.catchTag("ActorUnknown", () => Effect.succeed(null)))
    if (ours !== null && ours["connection_id"] === connection["id"]) return conversation
  }
  return new Identity(tenant).conversation(
    connection["channel_type"] as ChannelType,
    connection["account_id"] as string,
    conversation
  )
})
