import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { keptSources } from "../../src/kept/kept-sources.ts"
import { Quarantine } from "../../persistence/kept/quarantine.ts"
import { openPersistenceOn } from "../support/databases.ts"
import { pglite } from "../support/fresh-databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { adminKey, type Server, startServer, type Tenant } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"
import { type Ended, run } from "./run.ts"

const at = Date.UTC(2026, 4, 4)
const made = (id: string, account = fixtureAccount) => message({ chat: "chat", id, at, account })

// It speaks HTTP: which database is behind the server is no business of its.
describe("the command line", () => {
  let server: Server
  let acme: Tenant
  /** Understood by this version; quarantined by an earlier one. */
  let readable: ReadonlyArray<string>
  let unreadable: string
  beforeAll(async () => {
    server = await startServer(pglite)
    acme = await server.tenant("acme", fixtureAccount)
    await server.stop()
    const { run: inside, close } = await openPersistenceOn(server.options)
    const add = (id: string, received_at: number) =>
      inside(
        Quarantine.use((quarantine) =>
          quarantine.add({
            tenant_id: "acme",
            source: "unipile_webhook",
            reason: "an earlier \u001b[31mversion",
            body: new TextEncoder().encode(JSON.stringify(made(id))),
            received_at
          })
        )
      )
    readable = [await add("m-1", at), await add("m-2", at + 1), await add("m-3", at + 2)]
    await close()
    await server.restart()
    unreadable = (await server.webhook(acme, { event: "from_the_future" })).json.id
    await server.webhook(acme, made("early", "late"))
  }, 120_000)
  afterAll(() => server.close())

  const switchboard = (...args: ReadonlyArray<string>): Promise<Ended> =>
    run(args, { SWITCHBOARD_URL: server.url, SWITCHBOARD_KEY: acme.key })
  const json = async (...args: ReadonlyArray<string>) => JSON.parse((await switchboard(...args, "--json")).stdout)

  test("needs no flags for the demo tenant", async () => {
    const { api_key } = JSON.parse(readFileSync(`${server.dataDir}/demo.json`, "utf8"))
    const { port } = new URL(server.url)
    const env = { SWITCHBOARD_DATA_DIR: server.dataDir, PORT: port }
    expect(await run(["quarantine", "list"], env)).toEqual({
      code: 0,
      stdout: "Nothing is in quarantine.\n",
      stderr: ""
    })
    // The same tenant, told in full.
    const flags = ["--url", server.url, "--tenant", "demo", "--key", api_key]
    expect((await run(["waiting", "list", ...flags])).stdout).toBe("Nothing waits.\n")
  })

  test("lists and shows for people and for programs; what others sent cannot speak to the terminal", async () => {
    const { code, stdout } = await switchboard("quarantine", "list")
    expect(code).toBe(0)
    const lines = stdout.trimEnd().split("\n")
    expect(lines[0]).toMatch(/^ID +RECEIVED +SOURCE +SIZE +REPLAYED +REASON$/)
    expect(lines.slice(1).map((line) => line.split(" ")[0])).toEqual([unreadable, ...readable.toReversed()])
    expect(stdout).toContain("an earlier \\u001b[31mversion")
    expect(stdout).not.toContain("\u001b")
    const page = await json("quarantine", "list", "--limit", "3")
    const rest = await switchboard("quarantine", "list", "--cursor", page.next_cursor)
    expect(rest.stdout).toContain(readable[0])
    const shown = await switchboard("quarantine", "show", readable[0]!)
    expect(shown.stdout).toContain("readable: message_received")
    expect(shown.stdout).toContain(JSON.stringify(made("m-1")))
    expect(await json("quarantine", "show", unreadable)).toMatchObject({
      id: unreadable,
      encoding: "utf8",
      now: { readable: false }
    })
  })

  test.each(keptSources)("lists what came in as %s", async (source) => {
    const items = (await json("quarantine", "list", "--source", source)).items
    expect(items).toHaveLength(source === "unipile_webhook" ? 4 : 0)
  })

  test("replays one, then all, and says with its exit code whether something stays", async () => {
    expect(await switchboard("quarantine", "replay", readable[0]!)).toMatchObject({ code: 0, stdout: "Applied.\n" })
    expect((await switchboard("quarantine", "replay", readable[0]!)).stdout).toMatch(/nothing changed/)
    const refused = await switchboard("quarantine", "replay", unreadable)
    expect(refused).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining("still_unreadable") })
    const all = await switchboard("quarantine", "replay", "--all", "--json")
    expect(all.code).toBe(1)
    expect(JSON.parse(all.stdout)).toEqual({ applied: 2, duplicate: 0, waiting: 0, unreadable: 1, remaining: 1 })
    const { json: conversation } = await server.call("GET", "/v1/tenants/acme/conversations/chat", acme.key)
    expect(conversation.message_count).toBe(3)
    expect((await switchboard("quarantine", "delete", unreadable)).code).toBe(0)
    expect(await switchboard("quarantine", "replay", "--all")).toMatchObject({ code: 0, stderr: "" })
    expect(await switchboard("quarantine", "show", unreadable)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("quarantined_payload_unknown")
    })
  })

  test("lists what waits, and applies it once its account is registered", async () => {
    const { stdout } = await switchboard("waiting", "list")
    expect(stdout).toMatch(/^ACCOUNT +PAYLOADS +OLDEST\nlate +1 /)
    const [item] = (await json("waiting", "list", "--account", "late")).items
    expect((await switchboard("waiting", "show", item.id)).stdout).toContain('"message_id":"early"')
    expect(await switchboard("waiting", "replay", "late")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Register it")
    })
    await server.call("PUT", "/v1/tenants/acme/connections/late", acme.key, {
      channel_type: "whatsapp",
      account_name: "Late",
      user_id: "u"
    })
    expect(await json("waiting", "replay", "late")).toEqual({ applied: 0, duplicate: 0, quarantined: 0 })
    expect((await switchboard("waiting", "list")).stdout).toBe("Nothing waits.\n")
  })

  test("says what is wrong, what to do about it, and which of five ways it ended", async () => {
    const url = server.url
    const outcomes: ReadonlyArray<[Promise<Ended>, number, RegExp]> = [
      [run(["quarantine", "list"], { SWITCHBOARD_DATA_DIR: "/nowhere" }), 4, /SWITCHBOARD_KEY.*\/nowhere\/demo\.json/],
      [run(["quarantine", "list", "--url", url, "--key", `${acme.key}x`]), 4, /does not open tenant "acme"/],
      [run(["quarantine", "list", "--url", url, "--key", acme.key, "--tenant", "demo"]), 4, /another tenant/],
      [run(["quarantine", "list", "--url", url, "--key", adminKey]), 2, /--tenant/],
      [run(["quarantine", "list", "--url", url, "--key", adminKey, "--tenant", "nobody"]), 1, /no tenant "nobody"/],
      [run(["quarantine", "list", "--url", "http://127.0.0.1:1", "--key", acme.key]), 3, /npm start/],
      [run(["quarantine", "list", "--url", "nonsense", "--key", acme.key]), 2, /is no address/],
      [switchboard("quarantine", "replay"), 2, /replay <id>, or replay --all/],
      [switchboard("quarantine", "replay", "x", "--all"), 2, /Say one thing/],
      [switchboard("quarantine", "lsit"), 2, /list/],
      [switchboard("quarantine", "show"), 2, /id/],
      [switchboard("quarantine", "list", "--limit", "0"), 1, /parameter_invalid/]
    ]
    for (const [ended, expected, says] of outcomes) {
      const { code, stderr } = await ended
      expect([code, stderr]).toEqual([expected, expect.stringMatching(says)])
    }
  }, 120_000)
})

test("the bin entry runs the same on the packaged Node, with its exit code", async () => {
  const { bin } = JSON.parse(readFileSync("package.json", "utf8"))
  expect(await run(["--version"], {}, bin.switchboard)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("0.1.0")
  })
  const gone = ["quarantine", "list", "--url", "http://127.0.0.1:1", "--key", "sb_acme_x"]
  expect((await run(gone, {}, bin.switchboard)).code).toBe(3)
})
