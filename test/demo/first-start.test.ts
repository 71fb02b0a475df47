/** What the first start makes and prints: a demo where only this machine can reach it, elsewhere nothing that opens anything. */
import * as Option from "effect/Option"
import { existsSync, mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { adminKey, startServer } from "../support/server.ts"

const directory = mkdtempSync(join(tmpdir(), "switchboard-first-start-"))
afterAll(() => rm(directory, { recursive: true, force: true }))

/** An embedded database that outlives its server. */
const kept = (dataDir: string) => ({
  name: "pglite" as const,
  make: async () => ({ options: { url: Option.none(), dataDir }, close: async () => {} })
})
const secret = /sb_demo_|whs_|sb_admin_/

test("where others reach it, a first start makes no tenant, prints no secret, and says how to make one", async () => {
  const dataDir = join(directory, "open")
  const server = await startServer(kept(dataDir), { HOST: "0.0.0.0" })
  expect(existsSync(join(dataDir, "demo.json"))).toBe(false)
  expect((await server.call("GET", "/v1/tenants/demo/conversations", adminKey)).status).toBe(404)
  expect(server.output).not.toMatch(secret)
  expect(server.output).toMatch(/curl -X PUT http:\S+\/v1\/tenants\/acme -H "Authorization: Bearer \$ADMIN"/)
  await server.close()
})

test("a demo that was made on this machine alone is not shown where others reach the server; the start says it is there", async () => {
  const dataDir = join(directory, "moved")
  const home = await startServer(kept(dataDir), { HOST: "127.0.0.1" })
  expect(home.output).toMatch(/sb_demo_/)
  await home.stop()
  const abroad = await startServer(kept(dataDir), { HOST: "0.0.0.0" })
  expect(abroad.output).not.toMatch(secret)
  expect(abroad.output).toMatch(/tenant demo of an earlier start/)
  await abroad.stop()
  await rm(join(dataDir, "demo.json"))
  await abroad.restart()
  expect(abroad.output).not.toMatch(/tenant demo/)
  await abroad.close()
  await home.close()
}, 180_000)
