/** The client library in somebody else's project: it type-checks there with the settings of docs/client.md, and brings no server. */
import { execFile } from "node:child_process"
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, relative } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"

const program = `
import { connect } from "switchboard/client"
import { useInbox } from "switchboard/client/react"
const client = connect("https://server.example", async () => "token", { onError: ({ code }) => console.log(code) })
client.inbox().subscribe(({ state }) => {
  const total: number | undefined = state?.totals.unread_count
  for (const { people, is_hot, subject } of Object.values(state?.conversations ?? {})) {
    const seen: readonly [ReadonlyArray<string>, boolean, string | null | undefined] = [people, is_hot, subject]
    console.log(total, seen, useInbox(client).status)
  }
})
client.connection("c").subscribe(({ state }) => {
  const limit: number | undefined = state?.effective_limits.hour.limit
  const action: "checkpoint" | "reconnect" | "complete_auth" | null | undefined = state?.needs_action
  console.log(limit, action)
})
client.ops().subscribe(({ state }) => {
  const figures: ReadonlyArray<number | null | undefined> = [state?.residents.conversation, state?.acknowledged_ms.p99]
  console.log(figures)
})
// @ts-expect-error The states are typed: there is no such field.
client.participant("p").get().state?.no_such_field
`

const settings = {
  compilerOptions: {
    target: "es2022",
    lib: ["es2022", "dom"],
    module: "esnext",
    moduleResolution: "bundler",
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: []
  },
  include: ["main.ts"]
}

let project: string
beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), "switchboard-consumer-")))
  await mkdir(join(project, "node_modules"))
  await symlink(process.cwd(), join(project, "node_modules", "switchboard"))
  await writeFile(join(project, "main.ts"), program)
  await writeFile(join(project, "tsconfig.json"), JSON.stringify(settings))
})
afterAll(() => rm(project, { recursive: true }))

/** What the compiler prints, line by line. */
const tsc = (...flags: ReadonlyArray<string>) =>
  new Promise<ReadonlyArray<string>>((resolve) => {
    const arguments_ = [join("node_modules", "typescript", "bin", "tsc"), "-p", project, ...flags]
    execFile(process.execPath, arguments_, (_, printed) => resolve(printed.split("\n").filter((line) => line !== "")))
  })

it("has no complaint", async () => {
  expect(await tsc()).toEqual([])
})

it("draws in the client, and of the server only the shapes of what it shows", async () => {
  const files = (await tsc("--listFilesOnly"))
    .map((file) => relative(process.cwd(), file))
    .filter((file) => !/^\.\.|node_modules/.test(file))
  const beyond = files.filter((file) => !file.startsWith(join("src", "client")))
  expect(files.length - beyond.length).toBeGreaterThan(10)
  expect(beyond.sort()).toEqual([
    "actors/feed/apply-patch.ts",
    "actors/feed/frames.ts",
    "actors/views/message-fields.ts",
    "actors/views/quantiles.ts",
    "actors/views/summary.ts",
    "actors/views/tenant-stats.ts",
    "machines/connection/derivation.ts",
    "machines/connection/fields.ts",
    "machines/conversation/fields.ts",
    "machines/event/actor-kind.ts",
    "machines/field.ts",
    "machines/member/fields.ts",
    "machines/message/fields.ts",
    "machines/participant/fields.ts",
    "machines/vocabulary.ts",
    "src/feed/close-codes.ts"
  ])
})
