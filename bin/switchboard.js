#!/usr/bin/env node
/** Runs the command line on the Node that comes with the packages, because the system's may be too old. Plain JavaScript for any. */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const cli = fileURLToPath(new URL("../src/cli.ts", import.meta.url))
const folder = join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin")
const packaged = ["node", "node.exe"].map((name) => join(folder, name)).find(existsSync)
const { status, signal, error } = spawnSync(packaged ?? process.execPath, [cli, ...process.argv.slice(2)], {
  stdio: "inherit"
})
if (error) console.error(`The packaged Node could not be started: ${error.message}. Run npm install.`)
if (signal) process.kill(process.pid, signal)
process.exitCode = status ?? 1
