/** `switchboard backfill ndjson`: what is brought, told, remembered and left alone, on a real server and real kills. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { pglite } from "../support/fresh-databases.ts"
import { eventually } from "../support/eventually.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { adminKey, type Server, startServer, type Tenant } from "../support/server.ts"
import { type Ended, run } from "./run.ts"

const at = (n: number) => new Date(Date.UTC(2026, 2, 1) + n * 60_000).toISOString()
const told = (n: number, conversation: string) => ({
  type: "message",
  account: fixtureAccount,
  conversation,
  message_id: `${conversation}-${n}`,
  direction: "inbound",
  content: `message ${n}`,
  sender: { name: "Ann", identifiers: { phone: "+447700900001" } },
  at: at(n)
})
const lines = (many: number, conversation: string) =>
  Array.from({ length: many }, (_, n) => JSON.stringify(told(n, conversation)))

describe("switchboard backfill ndjson", () => {
  let server: Server
  let acme: Tenant
  let key: string
  const folder = mkdtempSync(join(tmpdir(), "switchboard-backfill-"))
  const fileOf = (name: string, content: ReadonlyArray<string>): string => {
    const path = join(folder, name)
    writeFileSync(path, content.join("\n"))
    return path
  }
  beforeAll(async () => {
    server = await startServer(pglite)
    acme = await server.tenant("acme", fixtureAccount)
    const body = { name: "importer", scopes: ["import"] }
    key = (await server.call("POST", "/v1/tenants/acme/keys", adminKey, body)).json.key
  }, 300_000)
  afterAll(() => server.close())

  const environment = () => ({ SWITCHBOARD_URL: server.url, SWITCHBOARD_KEY: key })
  const backfill = (...args: ReadonlyArray<string>): Promise<Ended> =>
    run(["backfill", "ndjson", ...args], environment())
  const conversation = async (id: string) =>
    (await server.call("GET", `/v1/tenants/acme/conversations/${encodeURIComponent(id)}`, acme.key)).json

  test("checks without writing, then brings, then has nothing more to do", async () => {
    const file = fileOf("good.ndjson", [...lines(30, "good"), "", JSON.stringify({ type: "dance" })])
    const dry = await backfill(file, "--dry-run")
    expect(dry).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/Nothing was written[^]*30 +1[^]*line 32: type/)
    })
    expect(existsSync(`${file}.backfill`)).toBe(false)
    expect((await conversation("good")).code).toBe("conversation_unknown")
    const first = await backfill(file, "--json")
    expect(JSON.parse(first.stdout)).toMatchObject({
      applied: 30,
      duplicate: 0,
      refused: 1,
      refusals: [{ place: "line 32" }]
    })
    expect(first.code).toBe(1)
    // No terminal: plain lines.
    expect(first.stderr).toMatch(/^100% {2}31 events, [\d,]+\/s$/m)
    expect(first.stderr).not.toContain("\r")
    const again = await backfill(file, "--json")
    expect(JSON.parse(again.stdout)).toMatchObject({ applied: 0, duplicate: 30, refused: 1 })
    expect(await conversation("good")).toMatchObject({ message_count: 30, unread_count: 0, is_hot: false })
  }, 300_000)

  test("says at which line it cannot be read, loses nothing before it, and goes on behind the mend", async () => {
    const all = lines(12, "broken")
    const file = fileOf("broken.ndjson", [...all.slice(0, 7), '{"type":', ...all.slice(8)])
    const broken = await backfill(file)
    expect(broken).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/broken\.ndjson, line 8: is no JSON object/)
    })
    expect((await conversation("broken")).message_count).toBe(7)
    writeFileSync(file, all.join("\n"))
    const mended = await backfill(file, "--resume", "--json")
    expect(JSON.parse(mended.stdout)).toMatchObject({ applied: 12, duplicate: 0, refused: 0 })
    expect((await conversation("broken")).message_count).toBe(12)
    const other = fileOf("other.ndjson", all)
    expect(await backfill(other, "--resume", "--state", `${file}.backfill`)).toMatchObject({ code: 2 })
  }, 300_000)

  test("goes on after kill -9, and repeats are harmless", async () => {
    const file = fileOf("killed.ndjson", lines(4_000, "killed"))
    const { PATH = "" } = process.env
    const child = spawn(process.execPath, ["src/cli.ts", "backfill", "ndjson", file], {
      env: { PATH, ...environment() },
      stdio: "ignore"
    })
    await eventually(
      async () => existsSync(`${file}.backfill`),
      (isThere) => isThere
    )
    child.kill("SIGKILL")
    await once(child, "exit")
    const { cursor } = JSON.parse(readFileSync(`${file}.backfill`, "utf8"))
    expect(cursor).toBeGreaterThan(0)
    const rest = await backfill(file, "--resume", "--json")
    expect(rest.code).toBe(0)
    expect((await conversation("killed")).message_count).toBe(4_000)
  }, 600_000)

  test("moves a bar in a terminal", async () => {
    const file = fileOf("bar.ndjson", lines(2_500, "bar"))
    const command = `${process.execPath} src/cli.ts backfill ndjson ${file}`
    const child = spawn("script", ["-qec", command, "/dev/null"], {
      env: { PATH: process.env["PATH"] ?? "", TERM: "xterm", ...environment() },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let shown = ""
    child.stdout.on("data", (chunk: Buffer) => void (shown += chunk))
    await once(child, "close")
    const bars = [...shown.matchAll(/\r\[(#*)(\.*)\] +(\d+)%/g)].map(([, full]) => full!.length)
    expect(bars.length).toBeGreaterThan(1)
    expect(bars).toEqual(bars.toSorted((a, b) => a - b))
    expect(bars.at(-1)).toBeGreaterThan(bars[0]!)
    expect(shown).toContain("100%  2,500 events")
  }, 600_000)

  test("needs a key that may import", async () => {
    const file = fileOf("key.ndjson", lines(1, "key"))
    expect(await run(["backfill", "ndjson", file], { ...environment(), SWITCHBOARD_KEY: acme.key })).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('scope "import"')
    })
  }, 120_000)
})
