/**
 * What a client's topic name means. A conversation or connection may be named by our id or by the provider's; the hub has
 * one topic for both, and each subscriber gets its frames under the name that it used.
 */
import * as Effect from "effect/Effect"
import type { Hub } from "../../actors/feed/hub.ts"
import type { TenantOwner } from "../../actors/tenant-owner.ts"
import { FrameRefused } from "./refusals.ts"
import type { FeedPass } from "./tokens.ts"

/** A topic name taken apart; null when it names no topic that exists. */
export type Place =
  | { readonly kind: "inbox" }
  | { readonly kind: "conversation" | "connection"; readonly id: string }
  | { readonly kind: "unknown"; readonly name: string }

export const placeOf = (name: string): Place => {
  if (name === "inbox") return { kind: "inbox" }
  const [, kind, id] = /^(conversation|connection):(.+)$/s.exec(name) ?? []
  return id === undefined ? { kind: "unknown", name } : { kind: kind as "conversation" | "connection", id }
}

export interface Located {
  readonly hub: Hub
  /** As the hub names it. */
  readonly topic: string
  /** Our id; empty for the inbox. */
  readonly id: string
  /** Our id if it is a conversation. */
  readonly conversation: string | null
}

const notAllowed = (name: string) =>
  new FrameRefused({ code: "topic_not_allowed", detail: `The token does not open "${name}". Ask for one that does.` })

/** Finds the place, wakes the actor behind it, and checks that the token opens it. Fails if there is no such thing. */
export const locate = Effect.fnUntraced(function* (owner: TenantOwner["Service"], pass: FeedPass, place: Place) {
  const { tenant, topics } = pass
  if (place.kind === "unknown") {
    const detail = `There is no topic "${place.name.slice(0, 100)}". Topics are inbox, conversation:{id}, connection:{id}.`
    return yield* new FrameRefused({ code: "unknown_topic", detail })
  }
  if (place.kind === "inbox") {
    if (topics !== null && !topics.includes("inbox")) return yield* notAllowed("inbox")
    return { hub: yield* owner.hub(tenant), topic: "inbox", id: "", conversation: null } satisfies Located
  }
  const { kind } = place
  const id = yield* owner.resolve(tenant, kind, place.id)
  const topic = `${kind}:${id}`
  // A token may name the topic by either id, and so may the frame.
  const asked = `${kind}:${place.id}`
  if (topics !== null && !topics.includes(topic) && !topics.includes(asked)) return yield* notAllowed(asked)
  yield* owner.view(tenant, kind, id)
  return {
    hub: yield* owner.hub(tenant),
    topic,
    id,
    conversation: kind === "conversation" ? id : null
  } satisfies Located
})
