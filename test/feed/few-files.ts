/** A server of the one port, alone in a process whose open files the test limits; prints its port, answers every request. */
import * as Effect from "effect/Effect"
import type { AddressInfo } from "node:net"
import { FeedServer } from "../../src/feed/server.ts"
import { UpgradeServer } from "../../src/feed/upgrade-server.ts"

const noFeed = FeedServer.of({ handleUpgrade: () => {}, close: Effect.void, sockets: () => 0 })
const server = new UpgradeServer(noFeed)
server.on("request", (_request, response) => response.end("here"))
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port))
