/**
 * The WebSocket edge of the feed: opens sockets, keeps their heartbeat, closes them when their token ends or the server
 * does. It listens on nothing by itself; upgrade-server.ts hands it the upgrades of the one port.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Random from "effect/Random"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"
import { subprotocols } from "../../actors/feed/frames.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { Accesses } from "./accesses.ts"
import { Crowd } from "./crowd.ts"
import { answer, leaveAll } from "./answers.ts"
import type { Answering } from "./answers.ts"
import { negotiate, offeredBy, refuse, tokenOf } from "./handshake.ts"
import type { Refused } from "./handshake.ts"
import type { FeedLimits } from "./limits.ts"
import { PassGuard } from "./pass-guard.ts"
import { Session } from "./session.ts"
import type { Incoming } from "./session.ts"
import { FeedTokens } from "./tokens.ts"

const openSockets = Metric.gauge("switchboard_feed_sockets", { description: "Sockets of the feed that are open" })

/** How long closing waits for the peers' answers before it cuts them off. */
const closingTime = "1 second"

const tokenRefused: Refused = {
  status: 401,
  code: "invalid_token",
  detail: "Open the feed with ?token= and a token from POST /v1/tenants/{tenant}/feed-tokens that has not expired."
}
const unknownSubprotocol: Refused = {
  status: 400,
  code: "unknown_subprotocol",
  detail: `Offer one of ${Object.values(subprotocols).join(", ")}, or none for json.`
}
const notNow: Refused = { status: 503, code: "unavailable", detail: "The feed cannot take this socket now. Try again." }

export class FeedServer extends Context.Service<
  FeedServer,
  {
    /** Takes an `upgrade` event of an http.Server whose path is the feed's. */
    handleUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void
    /** Says goodbye to all sockets, and takes no more. Done when they are gone. Also runs when the scope closes. */
    readonly close: Effect.Effect<void>
    /** Sockets that are open. */
    readonly sockets: () => number
  }
>()("switchboard/feed/FeedServer") {
  static layer(limits: FeedLimits): Layer.Layer<FeedServer, never, TenantOwner | FeedTokens | PassGuard> {
    return Layer.effect(FeedServer, makeFeedServer(limits))
  }
}

const makeFeedServer = Effect.fn("makeFeedServer")(function* (limits: FeedLimits) {
  const owner = yield* TenantOwner
  const tokens = yield* FeedTokens
  const guard = yield* PassGuard
  const random = yield* Random.Random
  const run = yield* FiberSet.makeRuntime()
  const sessions = new Map<Session, WebSocket>()
  const crowd = new Crowd(limits)
  const answering: Answering = {
    owner,
    limits,
    accesses: new Accesses(),
    background: (effect) =>
      run(Effect.catchDefect(effect, (defect) => Effect.logError("a command of a viewer broke", defect)))
  }
  let isClosing = false

  const counted = Effect.suspend(() => Metric.update(openSockets, sessions.size))

  const wss = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    autoPong: false,
    perMessageDeflate: false,
    maxPayload: limits.frameBytes,
    handleProtocols: (offered) =>
      Option.match(negotiate(offered), { onNone: () => false, onSome: (e) => subprotocols[e] })
  })

  const admit = Effect.fnUntraced(function* (request: IncomingMessage) {
    const encoding = Option.getOrUndefined(negotiate(offeredBy(request)))
    if (encoding === undefined) return yield* Effect.fail(unknownSubprotocol)
    const pass = yield* tokens.verify(tokenOf(request)).pipe(Effect.mapError(() => tokenRefused))
    if (!(yield* guard.holds(pass))) return yield* Effect.fail(tokenRefused)
    // Wakes the tenant. That it does not exist is not told to who has no right to know.
    yield* owner.hub(pass.tenant).pipe(
      Effect.mapError(({ _tag }) => (_tag === "TenantUnknown" ? tokenRefused : notNow)),
      Effect.timeoutOrElse({ duration: limits.handshake, orElse: () => Effect.fail(notNow) })
    )
    if (isClosing || !crowd.hasRoomFor(pass)) return yield* Effect.fail(notNow)
    return { encoding, pass }
  })

  const untilExpiry = Effect.fnUntraced(function* (session: Session) {
    yield* Effect.sleep(Math.max(0, session.pass.expires_at - (yield* Clock.currentTimeMillis)))
    session.close("token_expired")
  })

  const frames = (session: Session) =>
    session.next.pipe(
      Effect.flatMap((incoming) => answer(session, incoming, answering)),
      Effect.andThen(Effect.sync(() => session.handled())),
      Effect.forever
    )

  const live = (session: Session) =>
    Effect.raceFirst(frames(session), untilExpiry(session)).pipe(
      Effect.catchDefect((defect) => {
        session.close("fault")
        return Effect.logError("a feed session broke", defect)
      })
    )

  const open = Effect.fnUntraced(
    function* (request: IncomingMessage, stream: Duplex, head: Buffer) {
      const { encoding, pass } = yield* admit(request)
      const inbox = yield* Queue.unbounded<Incoming>()
      wss.handleUpgrade(request, stream, head, (ws) => {
        const session = new Session({
          ws,
          stream,
          encoding,
          pass,
          limits,
          inbox,
          random: () => random.nextDoubleUnsafe()
        })
        sessions.set(session, ws)
        crowd.add(pass)
        run(counted)
        const fiber = run(live(session))
        ws.once("close", () => {
          sessions.delete(session)
          crowd.remove(pass)
          run(counted)
          fiber.interruptUnsafe()
          if (session.viewed.size > 0) answering.background(leaveAll(session, answering))
        })
      })
    },
    (effect, _request, stream) =>
      effect.pipe(
        Effect.catchDefect((defect) =>
          Effect.logError("a handshake of the feed broke", defect).pipe(Effect.andThen(Effect.fail(notNow)))
        ),
        Effect.catch((refused) => Effect.sync(() => refuse(stream, refused)))
      )
  )

  const close = Effect.gen(function* () {
    isClosing = true
    for (const session of sessions.keys()) session.close("restarting")
    yield* Effect.callback<void>((resume) => {
      let left = sessions.size
      if (left === 0) return resume(Effect.void)
      for (const ws of sessions.values()) ws.once("close", () => --left === 0 && resume(Effect.void))
    }).pipe(Effect.timeoutOption(closingTime))
    for (const ws of sessions.values()) ws.terminate()
  })

  /** Each token once, however many sockets it has opened. */
  const guarded = Effect.suspend(() => {
    const byToken = Map.groupBy(sessions.keys(), ({ pass }) => `${pass.key ?? ""} ${pass.tenant}`)
    return Effect.forEach(
      byToken.values(),
      (group) =>
        Effect.map(guard.holds(group[0]!.pass), (holds) => {
          if (!holds) for (const session of group) session.close("token_expired")
        }),
      { discard: true }
    )
  })

  yield* Effect.addFinalizer(() => close)
  yield* guarded.pipe(Effect.delay(limits.guard), Effect.forever, Effect.forkScoped)
  yield* Effect.sync(() => [...sessions.keys()].forEach((session) => session.beat())).pipe(
    Effect.delay(limits.heartbeat),
    Effect.forever,
    Effect.forkScoped
  )

  return FeedServer.of({
    handleUpgrade: (request, stream, head) => {
      // Until the WebSocket layer takes over, a peer that hangs up must not end the process.
      stream.on("error", () => stream.destroy())
      run(open(request, stream, head))
    },
    close,
    sockets: () => sessions.size
  })
})
