/** Servers that are measured, ready for webhooks. */
import { ServerProcess } from "./server-process.ts"

/** The admin key of every server here. */
export const adminKey = "the-admin-key-of-the-benchmarks"

export interface Target {
  readonly server: ServerProcess
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}
export interface Switchboard extends Target {
  /** What its API asks for. */
  readonly apiHeaders: Readonly<Record<string, string>>
  /** A call of its API with the tenant's key. */
  call(method: string, path: string, body?: unknown): Promise<any>
}

const json = async (method: string, url: string, key: string, body: unknown): Promise<any> =>
  (
    await fetch(url, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
  ).json()

/** Switchboard with one tenant and one WhatsApp account; `before`: the same, as an earlier process on that database made it. */
export const switchboard = async (
  environment: Readonly<Record<string, string>>,
  before?: Switchboard
): Promise<Switchboard> => {
  const server = await ServerProcess.start("src/main.ts", {
    PORT: "0",
    SWITCHBOARD_ADMIN_KEY: adminKey,
    ...environment
  })
  const url = `${server.url}/v1/tenants/bench/webhooks/unipile`
  if (before !== undefined) return { ...before, server, url }
  const { api_key, webhook_secret } = await json("PUT", `${server.url}/v1/tenants/bench`, adminKey, { name: "bench" })
  const call = (method: string, path: string, body?: unknown) =>
    json(method, `${server.url}/v1/tenants/bench${path}`, api_key, body)
  await call("PUT", "/connections/bench-account", {
    channel_type: "whatsapp",
    account_name: "bench",
    user_id: "bench"
  })
  return {
    server,
    url,
    headers: { "unipile-auth": webhook_secret },
    apiHeaders: { authorization: `Bearer ${api_key}` },
    call
  }
}

/** The floor: bare node:http that parses the same body. */
export const bareHttp = async (): Promise<Target> => {
  const server = await ServerProcess.start("bench/floor-server.ts", {})
  return { server, url: `${server.url}/`, headers: {} }
}
