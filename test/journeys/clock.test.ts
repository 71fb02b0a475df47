/** The machine's clock runs ahead for a while and is set back, or back and then right, under the real process: nothing is blocked. */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test, type TestContext } from "vitest"
import { databases } from "../support/databases.ts"
import { eventually } from "../support/eventually.ts"
import { fixture, fixtureAccount } from "../support/fixtures.ts"
import type { Server } from "../support/server.ts"
import { startServer } from "../support/server.ts"

const hour = 3_600_000
const month = 30 * 24 * hour
const inbound = fixture("message_received.whatsapp_direct")
const preload = fileURLToPath(new URL("../support/shifted-clock.mjs", import.meta.url))

/** A server whose clock can be set, and a CRM that takes its announcements. */
const startShifted = async (database: (typeof databases)[number], onTestFinished: TestContext["onTestFinished"]) => {
  const dir = await mkdtemp(join(tmpdir(), "switchboard-clock-"))
  const file = join(dir, "by")
  await writeFile(file, "0")
  const heard: Array<string> = []
  const crm = createServer((request, response) => {
    request.resume().on("end", () => {
      heard.push(request.url!)
      response.end()
    })
  })
  await new Promise<void>((resolve) => crm.listen(0, "127.0.0.1", resolve))
  const server = await startServer(database, {
    NODE_OPTIONS: `--import ${preload}`,
    SHIFTED_CLOCK: file,
    SWITCHBOARD_OUTGOING_ALLOW: "127.0.0.0/8"
  })
  onTestFinished(async () => {
    await server.close()
    crm.close()
    await rm(dir, { recursive: true, force: true })
  })
  return {
    server,
    heard,
    crm: `http://127.0.0.1:${(crm.address() as AddressInfo).port}/heard`,
    /** The clock goes wrong by so much from now on; answers once the process has noticed. */
    set: async (by: number) => {
      await writeFile(file, String(by))
      await new Promise((resolve) => setTimeout(resolve, 2_500))
    }
  }
}

const status = (message: string) => ({
  AccountStatus: { account_id: fixtureAccount, account_type: "WHATSAPP", message }
})

const at = (server: Server, tenant: string, key: string) => {
  const call = (method: string, path: string, body?: unknown) =>
    server.call(method, `/v1/tenants/${tenant}${path}`, key, body)
  return {
    call,
    reserve: async () => (await call("POST", `/connections/${fixtureAccount}/sends`, { count: 1 })).json,
    connection: async () => (await call("GET", `/connections/${fixtureAccount}`)).json,
    conversation: async () => (await call("GET", `/conversations/${inbound.chat_id}`)).json,
    schedule: async () => (await call("GET", "/schedule")).json.scheduler
  }
}

describe.each(databases)("on $name", (database) => {
  // At once: most of their time they wait.
  test.concurrent.for([
    ["an hour", hour, false],
    ["a month", month, false],
    ["a month, until a restart", month, true]
  ] as const)(
    "a clock that was ahead by %s",
    { timeout: 180_000 },
    async ([, ahead, isRestarted], { onTestFinished }) => {
      const { server, set, crm, heard } = await startShifted(database, onTestFinished)
      const acme = await server.tenant("acme", fixtureAccount)
      const { call, reserve, connection, conversation, schedule } = at(server, "acme", acme.key)
      await server.webhook(acme, status("OK"))
      await server.webhook(acme, inbound)
      await call("PUT", `/connections/${fixtureAccount}/rate-limit`, { rate_limit_per_hour: 2 })
      expect((await reserve()).allowed).toBe(true)

      await set(ahead)
      expect([(await reserve()).allowed, (await reserve()).allowed, (await reserve()).allowed]).toEqual([
        true,
        true,
        false
      ])
      await server.webhook(acme, status("STOPPED"))
      expect((await connection()).account_status).toBe("failed")
      await call("POST", `/conversations/${inbound.chat_id}/read`, { user_id: "u" })
      await call("POST", `/conversations/${inbound.chat_id}/typing`, { user_id: "u", is_typing: true })
      const tokens = await call("POST", "/feed-tokens", { user_id: "u" })
      expect(tokens.status).toBe(201)
      // Announced while nobody can hear it: it is tried again, ahead of now.
      await call("PUT", "/outgoing-webhook", { url: "http://127.0.0.1:9/nobody" })
      await server.webhook(acme, {
        ...inbound,
        message_id: "ahead",
        provider_message_id: "ahead",
        timestamp: undefined
      })
      await eventually(
        async () => (await call("GET", "/outgoing")).json.items,
        (items) => items.some(({ attempts, status }: any) => attempts > 0 && status === "pending")
      )

      if (isRestarted) await server.kill()
      await set(0)
      if (isRestarted) await server.restart()
      const now = Date.now() + 60_000
      const isPast = (instant: string | null) => instant === null || Date.parse(instant) <= now
      const shown = await eventually(connection, ({ updated_at }) => isPast(updated_at))
      expect([shown.last_rate_limit_reset, shown.updated_at].every(isPast)).toBe(true)
      // The next word counts, whatever was said ahead of it.
      await server.webhook(acme, status("OK"))
      expect((await connection()).account_status).toBe("active")
      const refused = await reserve()
      expect(refused).toMatchObject({ allowed: false, reason: "hourly" })
      expect(refused.retry_after_s).toBeLessThanOrEqual(3_600)
      const opened = await eventually(conversation, ({ updated_at }) => isPast(updated_at))
      expect([opened.last_accessed_at, opened.updated_at].every(isPast)).toBe(true)
      const { tasks } = await eventually(schedule, ({ updated_at }) => isPast(updated_at))
      for (const task of Object.values<any>(tasks))
        expect(Date.parse(task.next_due)).toBeLessThanOrEqual(now + 24 * hour)
      await call("PUT", "/outgoing-webhook", { url: crm })
      await eventually(
        async () => heard.length,
        (count) => count > 0
      )
      // An hour later the budget is whole, and what is due each hour has run.
      await set(hour + 60_000)
      expect((await reserve()).allowed).toBe(true)
      const later = await eventually(schedule, ({ tasks }) => tasks.detect_hot_conversations.last_finished !== null)
      expect(later.tasks.detect_hot_conversations.last_error).toBeNull()
    }
  )

  test.concurrent(
    "a clock that was a month behind and is right again",
    async ({ onTestFinished }) => {
      const { server, set } = await startShifted(database, onTestFinished)
      const acme = await server.tenant("acme", fixtureAccount)
      const { call, reserve, connection, schedule } = at(server, "acme", acme.key)
      await server.webhook(acme, status("OK"))
      await call("PUT", `/connections/${fixtureAccount}/rate-limit`, { rate_limit_per_hour: 1 })
      expect((await reserve()).allowed).toBe(true)

      await set(-month)
      await server.webhook(acme, status("STOPPED"))
      expect((await connection()).account_status).toBe("failed")
      await server.webhook(acme, status("OK"))
      expect((await connection()).account_status).toBe("active")
      expect((await reserve()).reason).toBe("hourly")
      const made = await call("POST", "/keys", { name: "made behind" })
      expect(made.status).toBe(201)

      await set(0)
      expect((await reserve()).allowed).toBe(true)
      expect((await call("DELETE", `/keys/${made.json.id}`)).status).toBe(200)
      const { tasks } = await eventually(schedule, ({ tasks }) => tasks.retention.last_finished !== null)
      for (const task of Object.values<any>(tasks)) expect(Date.parse(task.next_due)).toBeGreaterThan(Date.now() - hour)
    },
    180_000
  )
})
