/**
 * What each client frame does. Frames of one socket are worked off one after the other; what has to wait for the journal
 * goes on beside them, so that the feed keeps flowing when the database does not (DESIGN §4).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ClientFrame } from "../../actors/feed/frames.ts"
import type { TenantOwner } from "../../actors/owner/owner.ts"
import { actorOf } from "../../actors/views/topics.ts"
import type { Event } from "../../machines/events.ts"
import { typingLasts } from "../../machines/presence/machine.ts"
import { viewingLasts } from "../../machines/presence/viewers.ts"
import { instantOf } from "../http/instant.ts"
import type { Accesses } from "./accesses.ts"
import { readFrame } from "./client-frames.ts"
import type { FeedLimits } from "./limits.ts"
import { locate, placeOf } from "./places.ts"
import { errorFrame, FrameRefused } from "./refusals.ts"
import type { Answered, Refusal, SubscriptionRefusal } from "./refusals.ts"
import type { Incoming, Session } from "./session.ts"
import { Subscription } from "./subscription.ts"
import type { FeedPass } from "./tokens.ts"

export interface Answering {
  readonly owner: TenantOwner["Service"]
  readonly limits: FeedLimits
  readonly accesses: Accesses
  /** Runs on, even when the socket closes meanwhile: what a viewer has done is done. */
  readonly background: (effect: Effect.Effect<void>) => void
}

/** Works off one incoming thing; whatever is wrong with it is told to the client. */
export const answer = (session: Session, incoming: Incoming, to: Answering): Effect.Effect<void> =>
  incoming.type === "refresh" ? refresh(session, incoming.subscription, to) : message(session, incoming.bytes, to)

const message = Effect.fnUntraced(
  function* (session: Session, bytes: Buffer, to: Answering) {
    const frame = yield* readFrame(bytes, session.encoding)
    yield* told(session, frame, act(session, frame, to))
  },
  (effect, session) =>
    Effect.catchTag(effect, "FrameRefused", (refusal) => tell(session, refusal, refusal.topic, refusal))
)

const act = (session: Session, frame: ClientFrame, to: Answering): Effect.Effect<void, Refusal> => {
  switch (frame.type) {
    case "ping":
      return Effect.sync(() => session.tell({ type: "pong" }))
    case "subscribe":
      return subscribe(session, frame, to)
    case "unsubscribe":
      return unsubscribe(session, frame.topic, to)
    case "typing":
      return typing(session, frame, to)
    case "viewing":
      return viewing(session, frame, to)
    case "read":
    case "unread":
    case "assign":
    case "snooze":
    case "label":
      return command(session, frame, to)
  }
}

const subscribe = Effect.fnUntraced(function* (
  session: Session,
  frame: Extract<ClientFrame, { readonly type: "subscribe" }>,
  { owner, limits, accesses, background }: Answering
): Effect.fn.Return<void, SubscriptionRefusal> {
  const count = session.subscriptions?.size ?? 0
  if (count >= limits.subscriptions && !session.subscriptions?.has(frame.topic)) {
    const detail = `A socket watches at most ${limits.subscriptions} topics. Unsubscribe from one first.`
    return yield* new FrameRefused({ code: "too_many_subscriptions", detail })
  }
  const place = yield* locate(owner, session.pass, placeOf(frame.topic))
  // The socket may have gone while the actor was woken.
  const subscriptions = session.subscriptions
  if (subscriptions === null) return
  const subscription = subscriptions.get(frame.topic) ?? new Subscription(frame.topic, session)
  // First into the session: the very first frame may be the one too much, and closes what it has.
  subscriptions.set(frame.topic, subscription)
  const opened = subscription.open(place.hub, place.topic, frame.since)
  if (opened !== "opened") return yield* notOpened(session, subscription, opened)
  const { conversation } = place
  if (conversation === null || !accesses.counts(session.pass.tenant, conversation, yield* Clock.currentTimeMillis))
    return
  background(access(session, owner, conversation))
})

/** A viewer that unsubscribes from a conversation no longer has it open. */
const unsubscribe = (session: Session, asked: string, to: Answering): Effect.Effect<void> =>
  Effect.suspend(() => {
    const subscription = session.subscriptions?.get(asked)
    if (subscription === undefined) return Effect.void
    subscription.close()
    session.subscriptions?.delete(asked)
    const actor = actorOf(subscription.topic)
    return actor?.kind === "conversation" ? leave(session, actor.id, to) : Effect.void
  })

/** Opens a subscription again whose socket was slow: a fresh snapshot, not the patches, which are more by now. */
const refresh = Effect.fnUntraced(
  function* (session: Session, subscription: Subscription, { owner }: Answering) {
    const { asked } = subscription
    if (session.subscriptions?.get(asked) !== subscription) return
    const place = yield* locate(owner, session.pass, placeOf(asked))
    if (session.subscriptions?.get(asked) !== subscription) return
    const opened = subscription.open(place.hub, place.topic)
    if (opened !== "opened") yield* notOpened(session, subscription, opened)
  },
  (effect, session, subscription) =>
    Effect.catch(effect, (refusal: SubscriptionRefusal) => {
      subscription.close()
      session.subscriptions?.delete(subscription.asked)
      return tell(session, refusal, subscription.asked, { answers: "subscribe" })
    })
)

/** The hub would not open it: nothing of it stays. */
const notOpened = (session: Session, { asked }: Subscription, why: "unknown_topic" | "too_many_topics" | "ended") => {
  session.subscriptions?.delete(asked)
  if (why === "ended") return Effect.sync(() => session.close("tenant_moved"))
  return why === "too_many_topics"
    ? new FrameRefused({ code: why, detail: "Too many topics of this tenant are watched. Subscribe again later." })
    : new FrameRefused({ code: "not_found", detail: `There is no "${asked}" in this tenant.` })
}

const typing = Effect.fnUntraced(function* (
  { pass }: Session,
  frame: Extract<ClientFrame, { readonly type: "typing" }>,
  { owner }: Answering
) {
  const { id } = yield* locate(owner, pass, { kind: "conversation", id: frame.conversation })
  yield* owner.signal(pass.tenant, {
    type: "typing_signalled",
    received: yield* Clock.currentTimeMillis,
    conversation_id: id,
    typist: { id: pass.user_id, name: pass.name },
    is_typing: frame.is_typing,
    lasts: typingLasts
  })
})

/**
 * The conversation is open in front of the user, or no longer. It says nothing about having read it, and a subscription says
 * nothing about looking: a list may follow conversations that nobody has in front of them.
 */
const viewing = Effect.fnUntraced(function* (
  session: Session,
  frame: Extract<ClientFrame, { readonly type: "viewing" }>,
  to: Answering
) {
  const { id } = yield* locate(to.owner, session.pass, { kind: "conversation", id: frame.conversation })
  if (frame.is_viewing === false) return yield* leave(session, id, to)
  // The socket may have gone meanwhile, and would never leave what it opens now.
  if (session.subscriptions === null) return
  session.viewed.delete(id)
  session.viewed.add(id)
  yield* look(session, id, true, to)
  const [longest] = session.viewed
  if (session.viewed.size > to.limits.viewed && longest !== undefined) yield* leave(session, longest, to)
})

const look = Effect.fnUntraced(function* (session: Session, id: string, is_viewing: boolean, { owner }: Answering) {
  const { pass } = session
  yield* owner.signal(pass.tenant, {
    type: "viewing_signalled",
    received: yield* Clock.currentTimeMillis,
    conversation_id: id,
    viewer: { id: pass.user_id, name: pass.name },
    window: session.id,
    is_viewing,
    lasts: viewingLasts
  })
})

/** A conversation that this socket had open is left. That it is gone meanwhile is no reason to complain. */
const leave = (session: Session, id: string, to: Answering): Effect.Effect<void> =>
  session.viewed.delete(id) ? Effect.ignore(look(session, id, false, to)) : Effect.void

/** The socket is gone: its user no longer looks through it at anything. */
export const leaveAll = (session: Session, to: Answering): Effect.Effect<void> =>
  Effect.forEach([...session.viewed], (id) => leave(session, id, to), { discard: true })

type Command = Extract<ClientFrame, { readonly type: "read" | "unread" | "assign" | "snooze" | "label" }>

/** The event of a command, for the user of the token. */
const eventOf = Effect.fnUntraced(function* (
  frame: Command,
  { user_id }: FeedPass,
  conversation_id: string
): Effect.fn.Return<Event, Refusal> {
  const received = yield* Clock.currentTimeMillis
  const base = { conversation_id, received, via: "api" } as const
  const by = `user:${user_id}`
  switch (frame.type) {
    case "read":
      return { type: "conversation_read", message_id: null, user_id, ...base }
    case "unread":
      return { type: "conversation_unread", user_id, ...base }
    case "assign":
      return { type: "conversation_assigned", assigned_to: frame.assigned_to, by, ...base }
    case "snooze":
      return {
        type: "conversation_snoozed",
        until: frame.until === null ? null : yield* instantOf(frame.until, "until"),
        by,
        ...base
      }
    case "label":
      return {
        type: "conversation_labelled",
        labels: null,
        add: frame.add ?? [],
        remove: frame.remove ?? [],
        by,
        ...base
      }
  }
})

/**
 * A command on a conversation. It is found in the frame's own turn, or one socket could have any number of look-ups under way; only
 * the journal is waited for beside it. Whoever named the command hears when it is durable, after what it changed.
 */
const command = Effect.fnUntraced(function* (session: Session, frame: Command, { owner, background }: Answering) {
  const { pass } = session
  const { id, hub } = yield* locate(owner, pass, { kind: "conversation", id: frame.conversation })
  const submitted = owner.submit(pass.tenant, yield* eventOf(frame, pass, id))
  const { ref } = frame
  const done = Effect.sync(() => {
    if (ref === undefined) return
    hub.flush()
    session.tell({ type: "done", ref })
  })
  background(told(session, frame, Effect.andThen(submitted, done)))
})

/** A viewer opened a conversation (CONTRACT 2.4 last_accessed_at). Its failure is not the viewer's business. */
const access = Effect.fnUntraced(
  function* (session: Session, owner: TenantOwner["Service"], conversation_id: string) {
    const received = yield* Clock.currentTimeMillis
    yield* owner.submit(session.pass.tenant, { type: "conversation_accessed", conversation_id, received, via: "api" })
  },
  (effect) => Effect.catch(effect, (error) => Effect.logWarning("an access was not counted", error))
)

/** Runs what a frame asks for and tells the client if it is refused. */
const told = (session: Session, frame: ClientFrame, effect: Effect.Effect<void, Refusal>): Effect.Effect<void> =>
  Effect.catch(effect, (refusal) =>
    tell(
      session,
      refusal,
      "topic" in frame ? frame.topic : "conversation" in frame ? `conversation:${frame.conversation}` : undefined,
      { answers: frame.type, ...(frame.ref !== undefined && { ref: frame.ref }) }
    )
  )

const tell = (session: Session, refusal: Refusal, topic: string | undefined, answered: Answered) =>
  Effect.sync(() => session.tell(errorFrame(refusal, topic, answered)))
