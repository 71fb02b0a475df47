/** The dashboard in a real browser, on a real server. Screenshots of what was seen are kept in test-artifacts/. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { fixture } from "../support/fixtures.ts"
import type { House, Window } from "./house.ts"
import { badge, startHouse, violations } from "./house.ts"

const inbound = fixture("message_received.whatsapp_direct")
const later = (id: string, timestamp: string) => ({
  ...inbound,
  message_id: id,
  provider_message_id: `P-${id}`,
  timestamp
})

let house: House
beforeAll(async () => {
  house = await startHouse()
}, 120_000)
afterAll(() => house?.close())

const patience = { timeout: 30_000 }

describe("signing in", () => {
  it("whoever merely reaches the port sees a question for a key, and nothing of a tenant", async () => {
    const { page, requests } = await house.open("/")
    await page.getByLabel("Tenant key").waitFor(patience)
    expect(requests.filter((url) => url.includes("/v1/"))).toEqual([])
    expect(await page.content()).not.toContain("sb_demo_" + house.demo.api_key.slice(8))
    await page.context().close()
  })

  it("a wrong key is refused in words, a right one lets in and stays in this tab", async () => {
    const window = await house.open("/")
    const { page } = window
    await house.shot(window, "sign-in")
    await page.getByLabel("Tenant key").fill(`sb_demo_${"x".repeat(43)}`)
    await page.getByRole("button", { name: "Sign in" }).click()
    await page.getByText("The server does not know this key.").waitFor(patience)
    await page.getByLabel("Tenant key").fill(house.demo.api_key)
    await page.getByRole("button", { name: "Sign in" }).click()
    await page.getByText("live", { exact: true }).waitFor(patience)
    await page.reload()
    await page.getByText("live", { exact: true }).waitFor(patience)
    await page.getByRole("button", { name: "Sign out" }).click()
    await page.getByLabel("Tenant key").waitFor(patience)
    await page.context().close()
  })

  it("the printed address signs in to the demo, and the key is out of the address at once", async () => {
    expect(house.server.output).toContain(`${house.server.url}/#key=${house.demo.api_key}`)
    const { page } = await house.enter()
    await page.getByText("live", { exact: true }).waitFor(patience)
    expect(page.url()).not.toContain("key=")
    await page.context().close()
  })

  it("an address does not sign anybody in to another tenant", async () => {
    // A good key: only the page can say no.
    const { key } = await house.server.tenant("acme", "account-of-acme")
    const { page, requests } = await house.open(`/#key=${key}`)
    await page.getByLabel("Tenant key").waitFor(patience)
    expect(requests.filter((url) => url.includes("/v1/"))).toEqual([])
    await page.context().close()
  })
})

describe("the inbox", () => {
  let ann: Window
  beforeAll(async () => {
    ann = await house.enter()
  })
  afterAll(() => ann?.page.context().close())

  it("when nothing has come, it tells the first step", async () => {
    await ann.page.getByRole("heading", { name: "Nothing has come yet" }).waitFor(patience)
    await ann.page.getByRole("button", { name: "Play the demo" }).waitFor(patience)
    expect(await violations(ann.page)).toEqual([])
    await house.shot(ann, "empty")
  })

  it("a webhook arrives and the badge moves", async () => {
    await badge(ann.page).toBe(0)
    await house.post(inbound)
    await badge(ann.page).toBe(1)
    await ann.page.locator(".row", { hasText: "Ben Okafor" }).waitFor(patience)
    expect(await ann.page.title()).toBe("(1) Switchboard")
  })

  it("two look at a conversation: one types, the other sees it and sees it end; each sees that the other looks", async () => {
    const bo = await house.enter()
    for (const { page } of [ann, bo]) await page.locator(".row").first().click()
    await ann.page.locator(".viewers .avatar").nth(1).waitFor(patience)
    await bo.page.getByLabel("Type, and others see it").pressSequentially("Hello")
    const line = ann.page.locator(".typing-line")
    await expect.poll(() => line.innerText(), patience).toMatch(/^Guest .* types…$/)
    await expect.poll(() => ann.page.locator(".row").first().innerText(), patience).toContain("types…")
    await house.shot(ann, "typing")
    await bo.page.getByRole("tab", { name: "People" }).click()
    await expect.poll(() => line.innerText(), patience).toBe("")
    await bo.page.context().close()
    await expect.poll(() => ann.page.locator(".viewers .avatar").count(), patience).toBe(1)
  })

  it("an open conversation shows its messages, its people with their horizons, its timeline and its statechart", async () => {
    const { page } = ann
    await page.locator(".bubble", { hasText: inbound.message }).waitFor(patience)
    await page.getByRole("tab", { name: "People" }).click()
    await page.locator(".people li", { hasText: "Ben Okafor" }).waitFor(patience)
    await page.getByRole("tab", { name: "Timeline" }).click()
    await page.locator(".timeline .gist", { hasText: inbound.message }).waitFor(patience)
    await page.getByRole("tab", { name: "State" }).click()
    await page.getByRole("img", { name: /^conversation is active; it can become/ }).waitFor(patience)
    await page.getByRole("button", { name: "Mark read" }).click()
    await badge(page).toBe(0)
    await page.getByRole("button", { name: "Mark unread" }).click()
    await badge(page).toBe(1)
    await page.getByRole("tab", { name: "Messages" }).click()
  })

  it("the server is killed with -9 and started again while the page is open: the page says so, and is right again by itself", async () => {
    const { page } = ann
    await house.server.kill()
    await page.getByText(/^away, again in/).waitFor(patience)
    await page.getByText("The server does not answer. What you see is as of").waitFor(patience)
    await page.locator(".inbox.stale").waitFor(patience)
    await page.locator(".bubble", { hasText: inbound.message }).waitFor(patience)
    await house.shot(ann, "disconnected")
    await house.server.restart()
    await house.post(later("second", "2026-05-04T10:00:00.000Z"))
    await page.getByText("live", { exact: true }).waitFor(patience)
    await badge(page).toBe(2)
    await page.locator(".away").waitFor({ ...patience, state: "detached" })
    await expect.poll(() => page.locator(".bubble").count(), patience).toBe(2)
    const { json } = await house.api("GET", `/conversations/${inbound.chat_id}`)
    expect(await page.locator(".conversation-title .count").innerText()).toContain(String(json.unread_count))
  })

  it("asks nobody else for anything, and complains of nothing but the server that was away", () => {
    expect(ann.requests.length).toBeGreaterThan(20)
    expect(ann.requests.filter((url) => !url.startsWith(house.relay.url))).toEqual([])
    expect(ann.complaints.filter((text) => !/WebSocket connection|ERR_|status of 50/.test(text))).toEqual([])
  })
})

describe("the demo", () => {
  it("its button on an empty inbox begins it, and a server that is stopped in the middle of it ends", async () => {
    const fresh = await startHouse()
    try {
      const { page } = await fresh.enter()
      await page.getByRole("button", { name: "Play the demo" }).click()
      await page.locator(".row").first().waitFor(patience)
      await badge(page).toBeGreaterThan(0)
    } finally {
      await fresh.close()
    }
  })

  it("plays from inside: accounts come, a group gets hot, and it is refused a second time meanwhile", async () => {
    const { status, json } = await house.api("POST", "/demo", { seed: 7, fast: true })
    expect([status, json.seed]).toEqual([202, 7])
    expect((await house.api("POST", "/demo", {})).json).toMatchObject({ code: "rule_broken", field: "demo" })
    const window = await house.enter()
    await window.page.locator(".row", { hasText: "Installation, Pier 7" }).locator(".tag.hot").waitFor(patience)
    // The last step of the demo.
    await expect
      .poll(async () => (await house.api("GET", "/conversations?q=Sofia")).json.items[0]?.message_count, patience)
      .toBe(3)
    await window.page.context().close()
  })

  it("plays in no other tenant", async () => {
    const { id, key } = await house.server.tenant("other", "another-account")
    expect((await house.server.call("POST", `/v1/tenants/${id}/demo`, key, {})).status).toBe(403)
  })
})

describe("quarantine", () => {
  it("shows the bytes of what was not understood, and a replay says in words what came of it", async () => {
    const strange = { event: "a kind that nobody knows", account_id: "an-account", sign: "bytes as they came" }
    expect((await house.post(strange)).json.outcome).toBe("quarantined")
    const window = await house.enter()
    const { page } = window
    await page.goto(`${house.relay.url}/#/quarantine`)
    const row = page.locator("tbody tr", { hasText: "a kind that nobody knows" }).first()
    await row.getByRole("button", { name: "Look" }).click()
    await page.locator(".opened pre", { hasText: "bytes as they came" }).waitFor(patience)
    expect(await violations(page)).toEqual([])
    await house.shot(window, "quarantine-open")
    await row.getByRole("button", { name: "Replay" }).click()
    await page.locator(".said", { hasText: "The payload stays in quarantine" }).waitFor(patience)
    await page.getByRole("button", { name: "Replay all" }).click()
    await page.getByText(/payloads? understood, [1-9]\d* payloads? still not/).waitFor(patience)
    expect(await row.count()).toBe(1)
    await page.context().close()
  })
})

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  const views = ["inbox", "accounts", "runtime", "actor/connection", "schedule", "fields", "quarantine"]

  it("axe finds nothing serious on any view", async () => {
    const window = await house.enter({ colorScheme })
    const { page } = window
    for (const view of views) {
      await page.goto(`${house.relay.url}/#/${view}`)
      await page.locator("main h1").first().waitFor(patience)
      await page.waitForLoadState("networkidle")
      expect(await violations(page), view).toEqual([])
      await house.shot(window, `${view.replace("/", "-")}-${colorScheme}`)
    }
    await page.goto(`${house.relay.url}/#/inbox`)
    await page.locator(".row", { hasText: "Installation, Pier 7" }).first().click()
    for (const tab of ["Messages", "People", "Timeline", "State"]) {
      await page.getByRole("tab", { name: tab }).click()
      await page.waitForLoadState("networkidle")
      expect(await violations(page), tab).toEqual([])
      await house.shot(window, `conversation-${tab.toLowerCase()}-${colorScheme}`)
    }
    expect(window.complaints).toEqual([])
    await page.context().close()
  })
})

describe("by keyboard", () => {
  it("one gets past the navigation, along the list, into a conversation, through its parts, and back", async () => {
    const { page } = await house.enter()
    await page.locator(".row").first().waitFor(patience)
    const focused = () => page.evaluate("document.activeElement.innerText") as Promise<string>
    await page.keyboard.press("Tab")
    expect(await focused()).toBe("Skip to the content")
    await page.keyboard.press("Enter")
    expect(await page.evaluate("document.activeElement.id")).toBe("main")
    for (let presses = 0; presses < 12 && !(await page.locator(".row:focus").count()); presses++)
      await page.keyboard.press("Tab")
    const first = await focused()
    await page.keyboard.press("ArrowDown")
    expect(await focused()).not.toBe(first)
    await page.keyboard.press("Enter")
    await page.locator(".conversation").waitFor(patience)
    for (let presses = 0; presses < 60 && !(await page.locator("[role=tab]:focus").count()); presses++)
      await page.keyboard.press("Tab")
    expect(await focused()).toBe("Messages")
    await page.keyboard.press("ArrowRight")
    expect(await focused()).toBe("People")
    await page.locator(".people li").first().waitFor(patience)
    await page.context().close()
  })
})

describe("at a phone's width", () => {
  it("nothing is wider than the screen, and a conversation takes the place of the list until one goes back", async () => {
    const window = await house.enter({ width: 390, height: 844 })
    const { page } = window
    const overflow = "document.documentElement.scrollWidth - innerWidth"
    for (const view of ["accounts", "runtime", "actor/connection", "schedule", "fields", "quarantine", "inbox"]) {
      await page.goto(`${house.relay.url}/#/${view}`)
      await page.locator("main h1").first().waitFor(patience)
      await page.waitForLoadState("networkidle")
      expect(await page.evaluate(overflow), view).toBeLessThanOrEqual(0)
      await house.shot(window, `${view.replace("/", "-")}-narrow`)
    }
    await page.locator(".row").first().click()
    await page.locator(".conversation").waitFor(patience)
    expect(await page.locator(".list").isVisible()).toBe(false)
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0)
    await page.locator(".bubble").first().waitFor(patience)
    await house.shot(window, "conversation-narrow")
    await page.getByRole("link", { name: "Back to the list" }).click()
    await page.locator(".list").waitFor(patience)
    await page.context().close()
  })
})
