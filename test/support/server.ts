/** The real process under test: `node src/main.ts` with a data directory and a database of its own. Stopped by its handle. */
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Database } from "./databases.ts"

export const adminKey = "the-admin-key-of-the-journeys"

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly json: any
}

const listening = /listening on (http:\/\/\S+)/

/** None of them outlives the run that started it, however that ends. */
const alive = new Set<ChildProcess>()
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL")
})

/** Starts a process; fails with what it printed when it ends before it listens. */
const launch = async (
  environment: Readonly<Record<string, string>>,
  main: string
): Promise<{ child: ChildProcess; url: string; output: () => string }> => {
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"]
  })
  alive.add(child)
  child.once("exit", () => alive.delete(child))
  let output = ""
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk
      const found = listening.exec(output)
      if (found !== null) resolve(found[1]!)
    }
    child.stdout!.on("data", hear)
    child.stderr!.on("data", hear)
    child.once("exit", (code) => reject(new Error(`the server ended with ${code} before it listened:\n${output}`)))
  })
  return { child, url, output: () => output }
}

/** A server on a fresh database; it can be killed, stopped and started again on the same data. */
export const startServer = async (
  database: Database,
  settings: Readonly<Record<string, string>> = {},
  main = "src/main.ts"
) => {
  const { options, close } = await database.make()
  const dataDir = options.dataDir === "unused" ? await mkdtemp(join(tmpdir(), "switchboard-secrets-")) : options.dataDir
  const environment: Record<string, string> = {
    HOST: "127.0.0.1",
    PORT: "0",
    SWITCHBOARD_ADMIN_KEY: adminKey,
    SWITCHBOARD_DATA_DIR: dataDir,
    ...Option.match(options.url, { onNone: () => ({}), onSome: (url) => ({ DATABASE_URL: Redacted.value(url) }) }),
    ...settings
  }
  let running = await launch(environment, main)

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const { child } = running
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, "exit")
    child.kill(signal)
    await exited
  }

  const call = async (method: string, path: string, key: string, body?: unknown): Promise<Reply> => {
    const response = await fetch(running.url + path, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, json: text === "" ? undefined : JSON.parse(text) }
  }

  return {
    get url() {
      return running.url
    },
    get output() {
      return running.output()
    },
    options,
    dataDir,
    call,
    /** Posts a UniPile payload as the provider does. */
    webhook: async (tenant: Tenant, payload: unknown): Promise<Reply> => {
      const response = await fetch(`${running.url}/v1/tenants/${tenant.id}/webhooks/unipile`, {
        method: "POST",
        headers: { "unipile-auth": tenant.secret, "content-type": "application/x-www-form-urlencoded" },
        body: JSON.stringify(payload)
      })
      return { status: response.status, headers: response.headers, json: await response.json() }
    },
    /** A fresh tenant with one active WhatsApp account. */
    tenant: async (id: string, account_id: string): Promise<Tenant> => {
      const { json } = await call("PUT", `/v1/tenants/${id}`, adminKey, { name: id })
      const tenant = { id, key: json.api_key as string, secret: json.webhook_secret as string }
      await call("PUT", `/v1/tenants/${id}/connections/${account_id}`, tenant.key, {
        channel_type: "whatsapp",
        account_name: "Support",
        user_id: "user-1"
      })
      return tenant
    },
    /** Resolves when the process has ended, for whatever reason. */
    ended: async (): Promise<void> => {
      const { child } = running
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
    },
    /** kill -9. */
    kill: () => end("SIGKILL"),
    /** SIGSTOP: nothing of the process runs until `thaw`. */
    freeze: (): void => void running.child.kill("SIGSTOP"),
    thaw: (): void => void running.child.kill("SIGCONT"),
    /** SIGTERM, and waits for the drain. */
    stop: () => end("SIGTERM"),
    /** Starts it again; `changed` are settings that are others from now on. */
    restart: async (changed: Readonly<Record<string, string>> = {}) => {
      Object.assign(environment, changed)
      running = await launch(environment, main)
    },
    /** Stops it and deletes everything. */
    close: async () => {
      await end("SIGTERM")
      await close()
      await rm(dataDir, { recursive: true, force: true })
    }
  }
}

export interface Tenant {
  readonly id: string
  readonly key: string
  readonly secret: string
}
export type Server = Awaited<ReturnType<typeof startServer>>
