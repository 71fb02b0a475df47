/** The whole HTTP edge on real parts: live actors, an embedded Postgres in memory, a port of its own. */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { HttpServer } from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import { GroupCommit } from "../../actors/journal/group-commit.ts"
import { ownerLayer } from "../../actors/owner/local-owner.ts"
import { type DatabaseOptions, layerDatabase } from "../../persistence/database/database.ts"
import { layer as persistence } from "../../persistence/layer.ts"
import { layerMigrated } from "../../persistence/database/migrated.ts"
import { inMemory } from "../support/fresh-cluster.ts"
import { Settings } from "../../src/config.ts"
import { FeedServer } from "../../src/feed/server.ts"
import { FeedTokens } from "../../src/feed/tokens.ts"
import { UpgradeServer } from "../../src/feed/upgrade-server.ts"
import { Front } from "../../src/http/front.ts"
import { Keys } from "../../src/http/keys.ts"
import { serve, serverTimeouts } from "../../src/http/server.ts"
import { KeyRing } from "../../src/secrets/key-ring.ts"

export const adminKey = "the-admin-key-of-the-tests"

const environment = (dataDir: string, encryptionKeys: string) =>
  ConfigProvider.layer(
    ConfigProvider.fromEnv({
      env: {
        SWITCHBOARD_ADMIN_KEY: adminKey,
        SWITCHBOARD_DATA_DIR: dataDir,
        SWITCHBOARD_ENCRYPTION_KEYS: encryptionKeys,
        SWITCHBOARD_PUBLIC_URL: "https://inbox.example/"
      }
    })
  )

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly json: any
  readonly text: string
}

export interface Call {
  readonly key?: string | undefined
  readonly body?: unknown
  /** Sent as it is. */
  readonly raw?: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

const noFeed = FeedServer.of({ handleUpgrade: () => {}, close: Effect.void, sockets: () => 0 })

/** Starts the edge; `close` stops everything that it started. */
export const startEdge = async (
  limits: {
    readonly mailbox?: number
    readonly connections?: number
    readonly dataDir?: string
    readonly encryptionKeys?: string
    /** Another database than the embedded one of the data directory. */
    readonly database?: DatabaseOptions
    /** Provided to everything, the database included. */
    readonly around?: Layer.Layer<never>
  } = {}
) => {
  const embedded = limits.dataDir === undefined ? inMemory() : { url: Option.none(), dataDir: limits.dataDir }
  const { dataDir } = embedded
  const owner = ownerLayer({
    mailbox: limits.mailbox ?? 1_000,
    snapshotInterval: "1 hour",
    idle: 3_600_000,
    residents: 10_000,
    ...(limits.connections === undefined ? {} : { connections: limits.connections })
  })
  const settled = Settings.layer.pipe(Layer.provide(environment(dataDir, limits.encryptionKeys ?? "")))
  const secrets = Layer.unwrap(
    Effect.map(Settings, ({ encryptionKeys }) => {
      const keys = KeyRing.layer(encryptionKeys)
      return Layer.mergeAll(keys, KeyRing.resealing.pipe(Layer.provide(keys)), FeedTokens.layer(encryptionKeys))
    })
  )
  const listening = Layer.unwrap(
    Effect.map(Front, ({ take }) =>
      NodeHttpServer.layer(() => new UpgradeServer(noFeed, serverTimeouts, take), { port: 0, host: "127.0.0.1" })
    )
  )
  const layer = serve.pipe(
    Layer.provide(Keys.layer),
    Layer.provideMerge(owner),
    Layer.provide(GroupCommit.layer),
    Layer.provideMerge(persistence),
    Layer.provide(layerMigrated),
    Layer.provideMerge(layerDatabase(limits.database ?? embedded)),
    Layer.provide(secrets),
    Layer.provide(settled),
    Layer.provideMerge(listening),
    Layer.provide(Front.layer),
    Layer.provide(limits.around ?? Layer.empty)
  )
  const runtime = ManagedRuntime.make(layer)
  const address = await runtime.runPromise(Effect.map(HttpServer, (server) => server.address))
  if (!("port" in address)) throw new Error("no port")
  const url = `http://127.0.0.1:${address.port}`

  const call = async (method: string, path: string, { key, body, raw, headers }: Call = {}): Promise<Answer> => {
    const response = await fetch(url + path, {
      method,
      headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
      ...(raw !== undefined ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await response.text()
    const isJson = response.headers.get("content-type")?.includes("json") ?? false
    return { status: response.status, headers: response.headers, json: isJson ? JSON.parse(text) : undefined, text }
  }

  return {
    url,
    call,
    run: runtime.runPromise,
    close: () => runtime.dispose(),
    /** A tenant with its secrets. */
    tenant: async (id: string) => {
      const { json } = await call("PUT", `/v1/tenants/${id}`, { key: adminKey, body: { name: `Tenant ${id}` } })
      return { id, key: json.api_key as string, secret: json.webhook_secret as string }
    }
  }
}
export type Edge = Awaited<ReturnType<typeof startEdge>>
