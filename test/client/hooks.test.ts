/** The hooks with real React in a real browser. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { createServer } from "vite"
import type { ViteDevServer } from "vite"
import { afterAll, beforeAll, expect, it } from "vitest"
import { openBrowser } from "./browser.ts"

let vite: ViteDevServer
let browser: Browser
let page: Page
let cacheDir: string
const complaints: Array<string> = []

beforeAll(async () => {
  cacheDir = await mkdtemp(join(tmpdir(), "switchboard-vite-"))
  vite = await createServer({
    configFile: false,
    root: "test/client/hooks",
    logLevel: "error",
    cacheDir,
    server: { host: "127.0.0.1", port: 0, fs: { allow: ["."] } }
  })
  await vite.listen()
  browser = await openBrowser()
  page = await browser.newPage()
  page.on("pageerror", (error) => complaints.push(String(error)))
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()))
  await page.goto(vite.resolvedUrls!.local[0]!)
  await page.locator("i").waitFor({ state: "attached" })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await vite?.close()
  await rm(cacheDir, { recursive: true, force: true })
})

const shows = (text: string) =>
  page
    .locator("i", { hasText: new RegExp(`^${text}$`) })
    .first()
    .waitFor()

it("a component is drawn once for each change of what it reads, and for nothing else", async () => {
  const before = await page.evaluate<number>("page.draws()")
  await page.evaluate("page.unwatched.set({ n: 5 }); page.watched.set(page.watched.get())")
  await page.evaluate("page.watched.set({ n: 1 })")
  await shows("1")
  expect(await page.evaluate("page.draws()")).toBe(before + 1)
})

it("readers of one store never show different values, however a change comes between their drawings", async () => {
  const { shown, texts, n } = await page.evaluate<any>("page.interrupted()")
  expect(n).toBeGreaterThan(1)
  for (const values of shown) expect(new Set(values).size).toBeLessThanOrEqual(1)
  expect(new Set(texts)).toEqual(new Set([String(n)]))
})

it("a store that no component reads any more has no listener", async () => {
  expect(await page.evaluate("page.watched.isListened")).toBe(true)
  await page.evaluate(`page.show("nothing")`)
  await page.locator("i").first().waitFor({ state: "detached" })
  expect(await page.evaluate("page.watched.isListened")).toBe(false)
})

it("React has nothing to complain of", () => {
  expect(complaints).toEqual([])
})
