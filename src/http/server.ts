/**
 * The HTTP edge, whole: every route, refusals as problems, figures. What it needs of the actors, persistence, secrets and the
 * feed stands in the type of `routes`; the socket it listens on is main's business.
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as OpenApi from "effect/http-api/OpenApi"
import * as HttpRouter from "effect/http/HttpRouter"
import { HttpServerError } from "effect/http/HttpServerError"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { Player } from "../demo/player.ts"
import { Tokens } from "../secrets/tokens.ts"
import { Enrolment } from "../tenants/enrolment.ts"
import { TenantKeys } from "../tenants/tenant-keys.ts"
import { Rotation } from "../tenants/rotation.ts"
import { Application } from "../webhooks/application.ts"
import { Deletion } from "../kept/deletion.ts"
import { RawBodies } from "../webhooks/raw-bodies.ts"
import { Reception } from "../webhooks/reception.ts"
import { Replay } from "../kept/replay.ts"
import { Rooms } from "../webhooks/rooms.ts"
import { WaitingRoom } from "../kept/waiting-room.ts"
import { waitingUpkeep } from "../kept/waiting-upkeep.ts"
import { Access } from "./access.ts"
import { documented, served } from "./api/api.ts"
import { dashboard } from "./dashboard/routes.ts"
import { readableDocs } from "./readable-docs.ts"
import { GenericEvents } from "./generic-events.ts"
import { auditHandlers } from "./handlers/audit.ts"
import { accountHandlers } from "./handlers/accounts.ts"
import { analyticsHandlers } from "./handlers/analytics.ts"
import { connectionHandlers } from "./handlers/connections.ts"
import { conversationHandlers } from "./handlers/conversations.ts"
import { demoHandlers } from "./handlers/demo.ts"
import { eventHandlers } from "./handlers/events.ts"
import { feedTokenHandlers } from "./handlers/feed-tokens.ts"
import { fieldHandlers } from "./handlers/fields.ts"
import { historyHandlers } from "./handlers/history.ts"
import { healthHandlers } from "./handlers/health.ts"
import { inspectionHandlers } from "./handlers/inspection.ts"
import { keyHandlers } from "./handlers/keys.ts"
import { secretHandlers } from "./handlers/secrets.ts"
import { recordProfileHandlers } from "./handlers/record-profiles.ts"
import { outgoingHandlers } from "./handlers/outgoing.ts"
import { peopleHandlers } from "./handlers/people.ts"
import { quarantineHandlers } from "./handlers/quarantine.ts"
import { settingsHandlers } from "./handlers/settings.ts"
import { syncJobHandlers } from "./handlers/sync-jobs.ts"
import { tenantHandlers } from "./handlers/tenants.ts"
import { threadHandlers } from "./handlers/threads.ts"
import { waitingHandlers } from "./handlers/waiting.ts"
import { providerWebhooks } from "./handlers/webhooks.ts"
import { answered } from "./metrics.ts"
import { defectResponse, problemResponse } from "./problem.ts"
import { Repeats } from "./repeats.ts"
import { Refusing } from "./refusing.ts"
import { unrouted } from "./routes-known.ts"
import { WebhookBodies } from "./webhook-body.ts"
import { webhookFront } from "./webhook-front.ts"
import { WebhookGate } from "./webhook-gate.ts"

const api = HttpApiBuilder.layer(served).pipe(
  Layer.provide([
    tenantHandlers,
    keyHandlers,
    secretHandlers,
    auditHandlers,
    connectionHandlers,
    conversationHandlers,
    eventHandlers,
    historyHandlers,
    analyticsHandlers,
    inspectionHandlers,
    peopleHandlers,
    outgoingHandlers,
    feedTokenHandlers,
    healthHandlers,
    settingsHandlers,
    accountHandlers,
    threadHandlers,
    fieldHandlers,
    recordProfileHandlers,
    syncJobHandlers,
    quarantineHandlers,
    waitingHandlers,
    demoHandlers
  ]),
  Layer.provide([Access.layer, Refusing.layer])
)

/** Made once; all answers share its bytes. */
const openapi = HttpRouter.add(
  "GET",
  "/openapi.json",
  Effect.cached(
    Effect.sync(() =>
      HttpServerResponse.uint8Array(Buffer.from(JSON.stringify(OpenApi.fromApi(documented))), {
        contentType: "application/json"
      })
    )
  ).pipe(Effect.flatten)
)

/** Around every route: what no route took gets its problem, every answer is counted. */
const around = HttpRouter.middleware(
  (route) =>
    route.pipe(
      Effect.catchIf(
        (error): error is never => error instanceof HttpServerError,
        (error: unknown) =>
          Effect.map(HttpServerRequest, (request) =>
            (error as HttpServerError).reason._tag === "RouteNotFound"
              ? problemResponse(unrouted(request))
              : defectResponse()
          )
      ),
      Effect.tap((response) => answered(String(response.status)))
    ),
  { global: true }
)

/** A provider's chat id in a path may be long. Past node's limit for headers nothing arrives; what is too long, the schemas say. */
const router = Layer.succeed(HttpRouter.RouterConfig, { maxParamLength: 16_384 })

/** What stands between the routes and the services of the outer folders. */
const edge = Layer.mergeAll(
  Enrolment.layer,
  TenantKeys.layer,
  Rotation.layer,
  GenericEvents.layer.pipe(Layer.provideMerge(Tokens.layer)),
  Repeats.layer,
  WebhookGate.layer,
  WebhookBodies.layer,
  Reception.layer.pipe(Layer.provide(Rooms.layer)),
  Replay.layer.pipe(Layer.provideMerge(WaitingRoom.layer)),
  Deletion.layer,
  waitingUpkeep.pipe(Layer.provide(WaitingRoom.layer)),
  Player.layer.pipe(Layer.provide(Reception.layer.pipe(Layer.provide(Rooms.layer))))
).pipe(Layer.provideMerge(Layer.mergeAll(Application.layer, RawBodies.layer)))

/** Every route of the public surface. */
export const routes = Layer.mergeAll(
  api,
  providerWebhooks,
  webhookFront,
  openapi,
  readableDocs,
  dashboard,
  around
).pipe(Layer.provide(edge))

/** The routes on the HttpServer that is in the context. */
export const serve = HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true }).pipe(
  Layer.provide(router)
)

/**
 * Headers within 10 s and a whole request within 30 s: sixteen megabytes need less, and a sender that trickles holds a socket no
 * longer. An idle connection is kept for 65 s, longer than common load balancers keep theirs.
 */
export const serverTimeouts = {
  /** An answer of which nothing is read for so long is given up, with its connection; longer than an answer waits for a slow database. */
  silence: 120_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5_000
} as const
