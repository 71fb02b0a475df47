/**
 * What a client's topic name means. A conversation or connection may be named by our id or by the provider's; the hub has
 * one topic for both, and each subscriber gets its frames under the name that it used.
 */
import * as Effect from "effect/Effect"
import type { Hub } from "../../actors/feed/hub.ts"
import type { TenantOwner } from "../../actors/owner/owner.ts"
import type { Watchable } from "../../actors/views/topics.ts"
import type { Scope } from "../../actors/tenant/scopes.ts"
import { scopeTopic } from "../../actors/tenant/scopes.ts"
import { actorOf, messagesOf } from "../../actors/views/topics.ts"
import { FrameRefused } from "./refusals.ts"
import type { FeedPass } from "./tokens.ts"
import { opens } from "./tokens.ts"

/** A topic name taken apart; null when it names no topic that exists. */
export type Place =
  | { readonly kind: "inbox" | "ops" }
  /** The part of the inbox that is the token's user's, or nobody's. */
  | { readonly kind: "mine" }
  /** The part of the inbox that runs through one account. */
  | { readonly kind: "account"; readonly id: string }
  | { readonly kind: Watchable | "messages"; readonly id: string }
  | { readonly kind: "unknown"; readonly name: string }

const mine = "inbox:mine"
const inbox = "inbox:"

export const placeOf = (name: string): Place => {
  if (name === "inbox" || name === "ops") return { kind: name }
  if (name === mine) return { kind: "mine" }
  if (name.startsWith(inbox) && name.length > inbox.length) return { kind: "account", id: name.slice(inbox.length) }
  const conversation = messagesOf(name)
  if (conversation !== null) return { kind: "messages", id: conversation }
  return actorOf(name) ?? { kind: "unknown", name }
}

export interface Located {
  readonly hub: Hub
  /** As the hub names it. */
  readonly topic: string
  /** Our id; empty for a topic without an actor. */
  readonly id: string
  /** Our id if it is a conversation. */
  readonly conversation: string | null
}

const notAllowed = (name: string) =>
  new FrameRefused({ code: "topic_not_allowed", detail: `The token does not open "${name}". Ask for one that does.` })

const scoped = Effect.fnUntraced(function* (owner: TenantOwner["Service"], tenant: string, scope: Scope) {
  yield* owner.watchScope(tenant, scope)
  return { hub: yield* owner.hub(tenant), topic: scopeTopic(scope), id: "", conversation: null } satisfies Located
})

/** Finds the place, wakes the actor behind it, and checks that the token opens it. Fails if there is no such thing. */
export const locate = Effect.fnUntraced(function* (owner: TenantOwner["Service"], pass: FeedPass, place: Place) {
  const { tenant } = pass
  if (place.kind === "unknown") {
    const detail = `There is no topic "${place.name.slice(0, 100)}". Topics are inbox, inbox:mine, inbox:{connection}, conversation:{id}, messages:{conversation}, connection:{id}, participant:{id}, sync_job:{id}, ops.`
    return yield* new FrameRefused({ code: "unknown_topic", detail })
  }
  if (place.kind === "mine") {
    if (!opens(pass, [mine])) return yield* notAllowed(mine)
    return yield* scoped(owner, tenant, { user: pass.user_id })
  }
  if (place.kind === "account") {
    const asked = inbox + place.id
    const id = yield* owner
      .resolve(tenant, "connection", place.id)
      .pipe(Effect.mapError((unknown) => (opens(pass, [asked]) ? unknown : notAllowed(asked))))
    if (!opens(pass, [inbox + id, asked])) return yield* notAllowed(asked)
    return yield* scoped(owner, tenant, { connection: id })
  }
  if (!("id" in place)) {
    const topic = place.kind
    if (!opens(pass, [topic])) return yield* notAllowed(topic)
    return { hub: yield* owner.hub(tenant), topic, id: "", conversation: null } satisfies Located
  }
  const { kind } = place
  // A token may name the topic by either id, and so may the frame.
  const asked = `${kind}:${place.id}`
  const id = yield* owner.resolve(tenant, kind === "messages" ? "conversation" : kind, place.id).pipe(
    // What a token does not open, it does not tell the existence of either.
    Effect.mapError((unknown) => (opens(pass, [asked]) ? unknown : notAllowed(asked)))
  )
  const topic = `${kind}:${id}`
  if (!opens(pass, [topic, asked])) return yield* notAllowed(asked)
  if (kind === "messages") yield* owner.watchMessages(tenant, id)
  return {
    hub: yield* owner.hub(tenant),
    topic,
    id,
    conversation: kind === "conversation" ? id : null
  } satisfies Located
})
