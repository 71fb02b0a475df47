/** `npm run watch`: the demo tenant's inbox in a terminal, line by line, as its feed tells it. */
import * as CliError from "effect/cli/CliError"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { WebSocket } from "ws"
import { subprotocols } from "../actors/feed/frames.ts"
import { FeedToken } from "./cli/answers.ts"
import { ask } from "./cli/ask.ts"
import { demoTenant, keptDemo } from "./demo-tenant.ts"
import { ownUrl } from "./own-url.ts"

const dataDir = process.env["SWITCHBOARD_DATA_DIR"] ?? "./data"
const url = ownUrl(process.env)

const demo = keptDemo(dataDir)
if (Option.isNone(demo)) {
  console.error(`There is no demo tenant in ${dataDir}. The very first start on 127.0.0.1 makes one: npm start`)
  process.exit(1)
}

const fail = (text: string): never => {
  console.error(text)
  process.exit(1)
}
const target = { url, tenant: demoTenant, key: Redacted.make(demo.value.api_key) }
const { token } = await Effect.runPromise(
  ask(target, "POST", "feed-tokens", FeedToken, {}, { user_id: "terminal" }).pipe(
    Effect.provide(FetchHttpClient.layer),
    Effect.catch((error) => Effect.sync(() => fail(error[CliError.userMessage])))
  )
)

const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/feed?token=${token}`, subprotocols.json)
socket.on("open", () => socket.send(JSON.stringify({ type: "subscribe", topic: "inbox" })))
socket.on("message", (data) => {
  const frame = JSON.parse(String(data))
  const { type, offset, state, changes, ...rest } = frame
  console.log(`${new Date().toISOString()}  ${type} ${offset ?? ""}  ${JSON.stringify(state ?? changes ?? rest)}`)
})
socket.on("close", (code) => {
  console.error(`The feed ended (${code}).`)
  process.exit(code === 1000 ? 0 : 1)
})
socket.on("error", (error) => console.error(error.message))
process.once("SIGINT", () => socket.close(1000))
