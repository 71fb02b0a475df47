/** A real server behind a network that keeps its address, and real browsers that look at its dashboard. */
import { mkdir, readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { expect } from "vitest"
import { openBrowser } from "../client/browser.ts"
import { openRelay } from "../client/relay.ts"
import { databases } from "../support/databases.ts"
import { startServer } from "../support/server.ts"

/** Where screenshots are kept, for whoever wants to see what a test saw. */
const artefacts = "test-artifacts"

export interface Look {
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: "light" | "dark"
}

/** One window, signed in or not, with what it complained of and asked for. */
export interface Window {
  readonly page: Page
  readonly complaints: Array<string>
  readonly requests: Array<string>
}

export const startHouse = async () => {
  const server = await startServer(databases.find(({ name }) => name === "pglite")!)
  const relay = await openRelay(() => server.url)
  const demo = JSON.parse(await readFile(join(server.options.dataDir, "demo.json"), "utf8")) as {
    readonly api_key: string
    readonly webhook_secret: string
  }
  const browser: Browser = await openBrowser()
  await mkdir(artefacts, { recursive: true })

  /** A window of a browser of its own, at an address behind the server's. */
  const open = async (
    path: string,
    { width = 1440, height = 900, colorScheme = "light" }: Look = {}
  ): Promise<Window> => {
    // The bare browser's own language is no tag that Intl takes.
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, locale: "en-GB" })
    const page = await context.newPage()
    const complaints: Array<string> = []
    const requests: Array<string> = []
    page.on("pageerror", (error) => complaints.push(String(error)))
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()))
    page.on("request", (request) => requests.push(request.url()))
    await page.goto(relay.url + path)
    return { page, complaints, requests }
  }

  return {
    server,
    relay,
    demo,
    open,
    /** Signed in to the demo by the address that the start prints. */
    enter: (look?: Look) => open(`/#key=${demo.api_key}`, look),
    post: (payload: unknown) => server.webhook({ id: "demo", key: demo.api_key, secret: demo.webhook_secret }, payload),
    api: (method: string, path: string, body?: unknown) =>
      server.call(method, `/v1/tenants/demo${path}`, demo.api_key, body),
    shot: async ({ page }: Window, name: string) => {
      await page.screenshot({ path: join(artefacts, `${name}.png`) })
    },
    close: async () => {
      await browser.close()
      await relay.close()
      await server.close()
    }
  }
}
export type House = Awaited<ReturnType<typeof startHouse>>

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

/** What axe finds that keeps people out: serious and critical violations. */
export const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
    readonly violations: ReadonlyArray<{
      readonly id: string
      readonly impact: string
      readonly nodes: ReadonlyArray<{ readonly html: string; readonly failureSummary: string }>
    }>
  }
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`))
}

/** The number on the badge of the inbox; 0 when it has none. */
export const badge = (page: Page) =>
  expect.poll(
    async () => Number((await page.locator('nav a[href="#/inbox"] .count').allInnerTexts())[0]?.match(/\d+/)?.[0] ?? 0),
    { timeout: 30_000 }
  )
