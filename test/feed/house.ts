/** The real server of the feed over tenants in memory, on a port of its own. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { once } from "node:events"
import type { IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { WebSocket } from "ws"
import type { Encoding } from "../../actors/feed/frames.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { FeedLimits } from "../../src/feed/limits.ts"
import { FeedServer } from "../../src/feed/server.ts"
import { FeedTokens } from "../../src/feed/tokens.ts"
import type { FeedTokenRequest } from "../../src/feed/tokens.ts"
import { UpgradeServer } from "../../src/feed/upgrade-server.ts"
import { Client } from "./client.ts"
import { keepsItsToken } from "./keeps-its-token.ts"
import { ownerOf, TenantInMemory } from "./owner-in-memory.ts"

/** A server of the feed with two tenants, `acme` and `rival`, under the test's clock. */
export const startFeed = async (limits: FeedLimits) => {
  const tenants = { acme: new TenantInMemory(), rival: new TenantInMemory() }
  tenants.acme.states["conversation:c1"] = { chat: "chat-1", unread_count: 1 }
  tenants.acme.states["connection:k1"] = { status: "active" }
  tenants.acme.states["participant:p1"] = { name: "Ben" }
  tenants.acme.states["ops"] = { mailbox: 0 }
  tenants.rival.states["conversation:r1"] = {}
  const scope = await Effect.runPromise(Scope.make())
  const layer = FeedServer.layer(limits).pipe(
    Layer.provideMerge([
      Layer.succeed(TenantOwner, ownerOf(tenants)),
      FeedTokens.layer(Redacted.make("secret")),
      keepsItsToken
    ]),
    Layer.provideMerge(TestClock.layer({ warningDelay: "1 hour" }))
  )
  const context = await Effect.runPromise(Layer.buildWithScope(layer, scope))
  const run = Effect.runPromiseWith(context)
  const feed = await run(FeedServer)
  const server = new UpgradeServer(feed)
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const clients: Array<Client> = []
  const token = (request: Partial<FeedTokenRequest> & { readonly tenant?: string } = {}) =>
    run(FeedTokens.use((tokens) => tokens.issue({ tenant: "acme", user_id: "ann", ...request }))).then(
      (issued) => issued.token
    )
  return {
    ...tenants,
    run,
    feed,
    server,
    port,
    token,
    url: (token: string) => `ws://127.0.0.1:${port}/v1/feed?token=${token}`,
    async client(request: Parameters<typeof token>[0] = {}, encoding: Encoding = "json") {
      const client = new Client(this.url(await token(request)), encoding)
      clients.push(client)
      return client.opened()
    },
    async status(token: string, protocols: ReadonlyArray<string> = []): Promise<number> {
      return (await this.refusal(token, protocols)).statusCode!
    },
    /** What a handshake is answered. */
    async refusal(token: string, protocols: ReadonlyArray<string> = []): Promise<IncomingMessage> {
      const ws = new WebSocket(this.url(token), [...protocols])
      const [, response] = await once(ws, "unexpected-response")
      response.resume()
      return response
    },
    async stop() {
      for (const { ws } of clients) ws.terminate()
      const closed = once(server, "close")
      server.close()
      await Effect.runPromise(Scope.close(scope, Exit.void))
      await closed
    }
  }
}
export type FeedHouse = Awaited<ReturnType<typeof startFeed>>
