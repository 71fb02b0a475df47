/** `npm run watch`: the demo tenant's inbox in a terminal, line by line, as its feed tells it. */
import * as Option from "effect/Option"
import { WebSocket } from "ws"
import { subprotocols } from "../actors/feed/frames.ts"
import { keptDemo } from "./demo-tenant.ts"
import { ownUrl } from "./own-url.ts"

const dataDir = process.env["SWITCHBOARD_DATA_DIR"] ?? "./data"
const url = ownUrl(process.env)

const demo = keptDemo(dataDir)
if (Option.isNone(demo)) {
  console.error(`There is no demo tenant in ${dataDir}. The very first start on 127.0.0.1 makes one: npm start`)
  process.exit(1)
}

const response = await fetch(`${url}/v1/tenants/demo/feed-tokens`, {
  method: "POST",
  headers: { authorization: `Bearer ${demo.value.api_key}`, "content-type": "application/json" },
  body: JSON.stringify({ user_id: "terminal" })
}).catch(() => null)
if (response === null || !response.ok) {
  console.error(
    `${url} gave no feed token${response === null ? "" : `: ${await response.text()}`}. Is the server running? npm start`
  )
  process.exit(1)
}
const { token } = (await response.json()) as { token: string }

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
