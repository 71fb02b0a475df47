/** The client library in a real browser: as plain modules without a bundler, and in the React example. */
import { readFile } from "node:fs/promises"
import { createServer as createHttpServer } from "node:http"
import type { Server as HttpServer } from "node:http"
import { stripTypeScriptTypes } from "node:module"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { createServer as createViteServer } from "vite"
import type { ViteDevServer } from "vite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { connect } from "../../src/client/index.ts"
import { databases } from "../support/databases.ts"
import { fixture } from "../support/fixtures.ts"
import type { Server } from "../support/server.ts"
import { startServer } from "../support/server.ts"
import { openBrowser } from "./browser.ts"
import { until } from "./house.ts"
import { openRelay } from "./relay.ts"
import type { Relay } from "./relay.ts"

const inbound = fixture("message_received.whatsapp_direct")

let server: Server
let relay: Relay
let demo: { readonly api_key: string; readonly webhook_secret: string }
let browser: Browser
let page: Page
/** What the page complained of. */
let complaints: Array<string>

beforeAll(async () => {
  server = await startServer(databases.find(({ name }) => name === "pglite")!)
  relay = await openRelay(() => server.url)
  demo = JSON.parse(await readFile(join(server.options.dataDir, "demo.json"), "utf8"))
  browser = await openBrowser()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await relay?.close()
  await server?.close()
})

const open = async (url: string) => {
  page = await browser.newPage()
  complaints = []
  page.on("pageerror", (error) => complaints.push(String(error)))
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()))
  await page.goto(url)
}

const token = async (user_id: string, name: string): Promise<string> => {
  const { json } = await server.call("POST", "/v1/tenants/demo/feed-tokens", demo.api_key, { user_id, name })
  return json.token
}
const post = (payload: unknown) =>
  server.webhook({ id: "demo", key: demo.api_key, secret: demo.webhook_secret }, payload)

describe("without a bundler", () => {
  const served: Array<string> = []
  let modules: HttpServer
  let url = ""
  beforeAll(async () => {
    modules = createHttpServer(async (request, response) => {
      const path = request.url!
      if (path === "/") {
        response.setHeader("content-type", "text/html")
        return response.end("<!doctype html><link rel=icon href=data:,><h1>plain</h1>")
      }
      served.push(path)
      response.setHeader("content-type", "text/javascript")
      response.end(stripTypeScriptTypes(await readFile(`.${path}`, "utf8")))
    })
    await new Promise<void>((resolve) => modules.listen(0, "127.0.0.1", resolve))
    url = `http://127.0.0.1:${(modules.address() as { readonly port: number }).port}`
  })
  afterAll(() => modules.close())

  it("its files run in a browser as they stand, types stripped, with no import map and nothing of the server's", async () => {
    await open(url)
    // Text, since the tests' own imports are not those of a browser.
    const status = await page.evaluate(`(async () => {
      const { connect } = await import("/src/client/index.ts")
      const client = connect(${JSON.stringify(server.url)}, ${JSON.stringify(await token("plain", "Plain"))})
      return new Promise((resolve) => client.inbox().subscribe((value) => value.status === "live" && resolve(value)))
    })()`)
    expect(status).toMatchObject({ status: "live", state: { totals: { unread_count: 0 } } })
    expect(complaints).toEqual([])
    expect(served.filter((path) => !path.startsWith("/src/client/")).sort()).toEqual([
      "/actors/feed/apply-patch.ts",
      "/actors/feed/frames.ts",
      "/src/feed/close-codes.ts"
    ])
    await page.close()
  })

  it("tries at once when the browser is online again, and when the page is seen again", async () => {
    await open(url)
    await page.evaluate(`(async () => {
      const { connect } = await import("/src/client/index.ts")
      window.client = connect(${JSON.stringify(relay.url)}, ${JSON.stringify(await token("plain", "Plain"))})
    })()`)
    const becomes = (status: string) => page.waitForFunction(`window.client.status.get().status === "${status}"`)
    await becomes("open")
    relay.down()
    for (const hint of [
      `window.dispatchEvent(new Event("online"))`,
      `document.dispatchEvent(new Event("visibilitychange"))`
    ]) {
      await becomes("waiting")
      // In one step of the page, so that no timer comes between.
      const statuses = await page.evaluate(`(() => {
        const before = window.client.status.get().status
        ${hint}
        return [before, window.client.status.get().status]
      })()`)
      // Unless the wait was over just then: it tries already.
      expect([
        ["waiting", "connecting"],
        ["connecting", "connecting"]
      ]).toContainEqual(statuses)
    }
    relay.up()
    await becomes("open")
    await page.close()
  })
})

describe("the React example", () => {
  let vite: ViteDevServer
  beforeAll(async () => {
    process.env["SWITCHBOARD_PUBLIC_URL"] = relay.url
    process.env["SWITCHBOARD_DATA_DIR"] = server.options.dataDir
    vite = await createViteServer({
      configFile: "examples/react/vite.config.ts",
      root: "examples/react",
      logLevel: "error",
      server: { host: "127.0.0.1", port: 0, strictPort: false },
      // A cache of its own: another run beside this one must not share it.
      cacheDir: join(server.options.dataDir, "vite")
    })
    await vite.listen()
    await open(vite.resolvedUrls!.local[0]!)
  }, 120_000)
  afterAll(async () => {
    await page?.close()
    await vite?.close()
  })

  const shows = (text: string | RegExp) => page.getByText(text).first().waitFor({ timeout: 20_000 })

  it("shows the inbox, and a badge that moves", async () => {
    await shows("Inbox: 0 unread")
    await post(inbound)
    await shows("Inbox: 1 unread")
  })

  it("shows a conversation, with who is typing in it, and is seen typing", async () => {
    const bo = connect(server.url, () => token("bo", "Bo"))
    try {
      await page.locator("li button").first().click()
      await shows(/Ben Okafor/)
      const his = bo.conversation(inbound.chat_id)
      his.typing(true)
      await shows("Bo is typing…")
      his.typing(false)
      await page.getByText("Bo is typing…").waitFor({ state: "detached" })
      await page.locator("textarea").pressSequentially("Hello")
      expect((await until(his, ({ typists }) => typists.length === 1)).typists).toMatchObject([{ name: "You" }])
      await page.locator("h1").click()
      await until(his, ({ typists }) => typists.length === 0)
    } finally {
      bo.close()
    }
  })

  it("is right again by itself after kill -9 and a restart", async () => {
    await server.kill()
    await shows(/the inbox is stale/)
    await server.restart()
    await post({ ...inbound, message_id: "later", provider_message_id: "LATER", timestamp: "2026-05-04T10:00:00.000Z" })
    await shows("Inbox: 2 unread")
    await shows("The line is open, the inbox is live.")
    await shows("2 messages, 2 unread")
  })

  it("complains of nothing but the server that was away", () => {
    expect(complaints.filter((text) => !/WebSocket connection|status of 502/.test(text))).toEqual([])
  })
})
