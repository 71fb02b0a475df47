/** One port for everything: requests go to the front and the routes, upgrades of /v1/feed to the feed (DESIGN §5). */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { FeedServer } from "../feed/server.ts"
import { UpgradeServer } from "../feed/upgrade-server.ts"
import { Front } from "./front.ts"
import { serverTimeouts } from "./server.ts"

/**
 * Connections that may wait to be accepted; the system's own bound (somaxconn) may be lower. With Node's 511 a crowd of viewers that
 * comes back at once overflows the queue, and who is dropped there tries again only after seconds, then twice as many.
 */
const backlog = 4_096
/** What is open for longer when the process ends waits for a database that is away; it was not acknowledged, and comes again. */
const openRequests = "5 seconds"

/** The server on an address; closing its scope lets open requests end first. */
export const onePort = (address: { readonly host: string; readonly port: number }) =>
  Layer.unwrap(
    Effect.map(Effect.all([FeedServer, Front]), ([feed, front]) =>
      NodeHttpServer.layer(() => new UpgradeServer(feed, serverTimeouts, front.take), {
        host: address.host,
        port: address.port,
        backlog,
        gracefulShutdownTimeout: openRequests
      })
    )
  )
