/** The demo: what it claims to show, and that it can be repeated. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import type { Stage } from "../../src/demo/play.ts"
import { play } from "../../src/demo/play.ts"
import type { Step } from "../../src/demo/scenario.ts"
import { scenario } from "../../src/demo/scenario.ts"
import { databases } from "../support/databases.ts"
import type { Server } from "../support/server.ts"
import { startServer } from "../support/server.ts"

const without = (seed: number) => scenario(seed).map(({ body, ...step }) => ({ ...step, body: body(0) }))

it("the same seed gives the same demo, another one another", () => {
  expect(without(3)).toEqual(without(3))
  expect(without(3)).not.toEqual(without(4))
})

it("something happens within the first seconds, and it ends within a minute and a half", () => {
  for (let seed = 0; seed < 50; seed++) {
    const steps = scenario(seed)
    expect(steps.filter(({ at }) => at < 5_000).length).toBeGreaterThan(20)
    expect(steps.at(-1)!.at).toBeLessThan(90_000)
    expect(steps.every(({ at }, place) => place === 0 || at >= steps[place - 1]!.at)).toBe(true)
  }
})

const playFast = (stage: Stage, heard: (step: Step, status: number) => void = () => {}) =>
  Effect.runPromise(Effect.provide(play(stage, scenario(1), { speed: 50, heard }), FetchHttpClient.layer))

describe("played on a real server", () => {
  let server: Server
  let key: string
  const statuses = new Map<string, number>()
  beforeAll(async () => {
    server = await startServer(databases.find(({ name }) => name === "pglite")!)
    const demo = JSON.parse(await readFile(join(server.options.dataDir, "demo.json"), "utf8"))
    key = demo.api_key
    const stage = { url: server.url, tenant: "demo", ...demo }
    await playFast(stage, ({ says }, status) => void statuses.set(says, status))
  })
  afterAll(() => server?.close())

  const ask = async (path: string) => (await server.call("GET", `/v1/tenants/demo${path}`, key)).json

  it("every step is taken, but the one that asks for a send while the account has to sign in", () => {
    const refused = [...statuses].filter(([, status]) => status >= 300)
    expect(refused).toEqual([["may linkedin send?", 429]])
  })

  it("four accounts are connected, a group is hot, a mail thread is one conversation, something stands in quarantine", async () => {
    const { items } = await ask("/connections")
    expect(items.map((one: any) => [one.channel_type, one.account_status])).toEqual([
      ["whatsapp", "active"],
      ["linkedin", "active"],
      ["gmail", "active"],
      ["instagram", "active"]
    ])
    const hot = (await ask("/conversations?hot=true")).items
    expect(hot.map((one: any) => one.subject)).toEqual(["Installation, Pier 7"])
    const mails = (await ask("/conversations?q=wall")).items
    expect(mails.map((one: any) => one.message_count)).toEqual([3])
    const ben = (await ask("/conversations/demo-whatsapp-0/messages")).items
    expect(ben.find((one: any) => one.direction === "outbound")).toMatchObject({
      status: "read",
      reactions: [{ value: "🙌" }]
    })
    expect((await ask("/quarantine")).items).toHaveLength(1)
  })

  it("the same demo once more changes no count", async () => {
    const before = await ask("/conversations?limit=100")
    const demo = JSON.parse(await readFile(join(server.options.dataDir, "demo.json"), "utf8"))
    await playFast({ url: server.url, tenant: "demo", ...demo })
    const after = await ask("/conversations?limit=100")
    const counts = ({ items }: any) => Object.fromEntries(items.map((one: any) => [one.id, one.message_count]))
    expect(counts(after)).toEqual(counts(before))
  })
})
