/**
 * What a newcomer sees: where the server is, and what to do next. The very first start makes a tenant `demo` with one account, so
 * that the commands it prints work when they are pasted. Its secrets are kept beside the database and printed again at each start.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { HttpServer } from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { TenantOwner } from "../actors/tenant-owner.ts"
import { Settings } from "./config.ts"
import { firstAccount } from "./demo/cast.ts"
import type { DemoTenant } from "./demo-tenant.ts"
import { demoTenant, keepDemo, keptDemo } from "./demo-tenant.ts"
import { isLoopback, whereItIs } from "./http/where-it-is.ts"
import { Enrolment } from "./tenants/enrolment.ts"

/** The account of the sample payload that the printed curl posts. */
const sampleAccount = firstAccount
const samplePayload = "test/fixtures/unipile/message_received.whatsapp_direct.json"

/** The demo tenant of this data directory; made when there is no tenant at all. */
const demoSecrets = Effect.gen(function* () {
  const owner = yield* TenantOwner
  const { dataDir } = yield* Settings
  const kept = keptDemo(dataDir)
  if (Option.isSome(kept)) return kept
  if ((yield* owner.list).length > 0) return Option.none<DemoTenant>()
  const enrolment = yield* Enrolment
  const { secrets } = yield* enrolment.enrol(demoTenant, "Demo")
  if (secrets === null) return Option.none<DemoTenant>()
  yield* owner.submit(demoTenant, {
    type: "connection_registered",
    account_id: sampleAccount,
    channel_type: "whatsapp",
    account_name: "Demo WhatsApp",
    user_id: "demo-user",
    connection_config: {},
    provider_config: {},
    is_active: null,
    received: yield* Clock.currentTimeMillis,
    via: "api"
  })
  const demo = { api_key: Redacted.value(secrets.apiKey), webhook_secret: Redacted.value(secrets.webhookSecret) }
  keepDemo(dataDir, demo)
  return Option.some(demo)
})

const nextSteps = (url: string, demo: DemoTenant): string => `
  Tenant     demo
  API key    ${demo.api_key}
  Webhook    ${url}/v1/tenants/demo/webhooks/unipile
  Secret     ${demo.webhook_secret}   (header Unipile-Auth)

  Open the dashboard above and play the demo there, or from a second terminal:

    npm run demo

  Or post one inbound WhatsApp message yourself, and see the unread count move (in a terminal: npm run watch):

    curl -X POST ${url}/v1/tenants/demo/webhooks/unipile \\
      -H 'Unipile-Auth: ${demo.webhook_secret}' \\
      --data-binary @${samplePayload}

  The conversation as it is now:

    curl ${url}/v1/tenants/demo/conversations/v4wOGRWJb704L5rikhXCig -H 'Authorization: Bearer ${demo.api_key}'
`

/**
 * The dashboard's address. On a server that only this machine reaches, the demo tenant's key comes along behind the `#`, which a
 * browser never sends: who reads this terminal is signed in, who merely reaches the port is not.
 */
const dashboardOf = (url: string, host: string, demo: Option.Option<DemoTenant>): string =>
  Option.isSome(demo) && isLoopback(host) ? `${url}/#key=${demo.value.api_key}` : `${url}/`

const print = Effect.gen(function* () {
  const settings = yield* Settings
  const { address } = yield* HttpServer
  const url = whereItIs(settings.host, "port" in address ? address.port : settings.port)
  const demo = yield* demoSecrets
  const secrets =
    settings.dataDir === "memory://"
      ? "in memory only"
      : `in ${settings.dataDir}/secrets.json unless set by environment`
  const database = Option.isSome(settings.databaseUrl)
    ? "the Postgres of DATABASE_URL"
    : `embedded Postgres in ${settings.dataDir}`
  yield* Effect.sync(() =>
    process.stdout.write(`
Switchboard is listening on ${url}

  Dashboard  ${dashboardOf(url, settings.host, demo)}
  API docs   ${url}/docs
  Database   ${database}
  Admin key  ${secrets}
${Option.match(demo, { onNone: () => "", onSome: (tenant) => nextSteps(url, tenant) })}
`)
  )
})

/** Prints, once the server listens. */
export const welcome = Layer.effectDiscard(print).pipe(Layer.provide(Enrolment.layer))
