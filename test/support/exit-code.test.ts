/** A run that fails says so with its exit code, although a Postgres of the tests was part of it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { expect, test } from "vitest"

test("a process that starts the tests' Postgres module keeps its exit code", async () => {
  const script = 'await import("./test/support/postgres-server.ts"); process.exitCode = 3'
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" })
  expect(await once(child, "exit")).toEqual([3, null])
})
