/** A real server with the tenant acme, a network in front of it, and clients of the library that are closed at the end. */
import { expect } from "vitest"
import { connect } from "../../src/client/index.ts"
import type { Client, ConnectOptions, Store, TokenSource } from "../../src/client/index.ts"
import { databases } from "../support/databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { startServer } from "../support/server.ts"
import { openRelay } from "./relay.ts"

export const startHouse = async () => {
  const server = await startServer(databases.find(({ name }) => name === "pglite")!)
  const acme = await server.tenant("acme", fixtureAccount)
  const relay = await openRelay(() => server.url)
  const clients: Array<Client> = []
  const token = async (request: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const body = { user_id: "ann", name: "Ann", ...request }
    const { json } = await server.call("POST", "/v1/tenants/acme/feed-tokens", acme.key, body)
    return json.token
  }
  return {
    server,
    acme,
    relay,
    token,
    client(source: TokenSource = () => token(), options: ConnectOptions = {}): Client {
      const client = connect(relay.url, source, options)
      clients.push(client)
      return client
    },
    /** A conversation as a fresh GET has it. */
    fetched: async (id: string) => (await server.call("GET", `/v1/tenants/acme/conversations/${id}`, acme.key)).json,
    /** Closes every client. */
    hangUp: () => clients.splice(0).forEach((client) => client.close()),
    async close() {
      await relay.close()
      await server.close()
    }
  }
}
export type House = Awaited<ReturnType<typeof startHouse>>

/** Waits until a store holds what is claimed; the first value that does. */
export const until = <T>(store: Store<T>, holds: (value: T) => boolean, what = "what was awaited"): Promise<T> =>
  new Promise((resolve, reject) => {
    let stop = () => {}
    const deadline = setTimeout(() => {
      stop()
      reject(new Error(`${what} did not come; the store holds ${JSON.stringify(store.get())}`))
    }, 50_000)
    stop = store.subscribe((value) => {
      if (!holds(value)) return
      clearTimeout(deadline)
      resolve(value)
      // The first call comes before there is something to stop.
      queueMicrotask(() => stop())
    })
  })

/** Everything that a store held, one after the other, from now on. */
export const record = <T>(store: Store<T>) => {
  const values: Array<T> = []
  const stop = store.subscribe((value) => values.push(value))
  return { values, stop }
}

export const isLive = (value: { readonly status: string }): boolean => value.status === "live"
/** Looks until it is as claimed. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 50_000 })
