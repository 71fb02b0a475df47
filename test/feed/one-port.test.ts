import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { once } from "node:events"
import { expect, test } from "vitest"
import { WebSocket } from "ws"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { closeCodes } from "../../src/feed/close-codes.ts"
import { feedLimits } from "../../src/feed/limits.ts"
import { FeedServer } from "../../src/feed/server.ts"
import { FeedTokens } from "../../src/feed/tokens.ts"
import { UpgradeServer } from "../../src/feed/upgrade-server.ts"
import { Client } from "./client.ts"
import { ownerOf, TenantInMemory } from "./owner-in-memory.ts"
import { keepsItsToken } from "./keeps-its-token.ts"

test("the feed and NodeHttpServer live on one port, and closing it does not wait for viewers to leave", async () => {
  const http = Layer.unwrap(
    Effect.map(FeedServer, (feed) =>
      NodeHttpServer.layer(() => new UpgradeServer(feed), { port: 0, host: "127.0.0.1" })
    )
  )
  const app = HttpRouter.serve(HttpRouter.add("GET", "/hello", HttpServerResponse.text("hello")), {
    disableLogger: true,
    disableListenLog: true
  }).pipe(
    Layer.provideMerge(http),
    Layer.provideMerge(FeedServer.layer(feedLimits)),
    Layer.provideMerge([
      Layer.succeed(TenantOwner, ownerOf({ acme: new TenantInMemory() })),
      FeedTokens.layer(Redacted.make("s")),
      keepsItsToken
    ])
  )
  const scope = await Effect.runPromise(Scope.make())
  const context = await Effect.runPromise(Layer.buildWithScope(app, scope))
  const run = Effect.runPromiseWith(context)
  const { address } = await run(HttpServer.HttpServer)
  const port = "port" in address ? address.port : expect.unreachable("it listens on TCP")
  const { token } = await run(FeedTokens.use((tokens) => tokens.issue({ tenant: "acme", user_id: "ann" })))

  expect(await (await fetch(`http://127.0.0.1:${port}/hello`)).text()).toBe("hello")
  const client = await new Client(`ws://127.0.0.1:${port}/v1/feed?token=${token}`).opened()
  expect(await client.ask({ type: "subscribe", topic: "inbox" })).toMatchObject({ type: "snapshot" })
  const other = new WebSocket(`ws://127.0.0.1:${port}/hello`)
  const [, response] = await once(other, "unexpected-response")
  response.resume()
  expect(response.statusCode).toBe(200)
  other.on("error", () => {}).terminate()

  await Effect.runPromise(Scope.close(scope, Exit.void))
  expect(await client.closed).toBe(closeCodes.restarting.code)
})
