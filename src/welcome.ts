/**
 * What a newcomer sees: where the server is, and what to do next. On a server that only this machine reaches, the very first start
 * makes a tenant `demo` with one account, so that the commands it prints work when they are pasted. Its secrets are kept beside the
 * database and printed again at each start. Where others reach the server, nothing is made, and no secret goes to the logs.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { HttpServer } from "effect/http/HttpServer"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { TenantOwner } from "../actors/owner/owner.ts"
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
const demoSecrets = Effect.fnUntraced(function* (tenants: ReadonlyArray<string>) {
  const owner = yield* TenantOwner
  const { dataDir } = yield* Settings
  const kept = keptDemo(dataDir)
  if (Option.isSome(kept)) return kept
  if (tenants.length > 0) return Option.none<DemoTenant>()
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

/** Behind the `#` the key stays in the browser: who reads this terminal is signed in, who merely reaches the port is not. */
const demoSteps = (url: string, demo: Option.Option<DemoTenant>) => ({
  dashboard: Option.match(demo, { onNone: () => `${url}/`, onSome: ({ api_key }) => `${url}/#key=${api_key}` }),
  steps: Option.match(demo, { onNone: () => "", onSome: (tenant) => nextSteps(url, tenant) })
})

const firstTenant = (url: string): string => `
  There is no tenant yet. With the admin key in ADMIN, the first one is made, and answers its key, once:

    curl -X PUT ${url}/v1/tenants/acme -H "Authorization: Bearer $ADMIN" -d '{"name":"Acme"}'
`

const demoIsLive = `
  Others reach this server, and the tenant demo of an earlier start is there. To retire it: docs/operations.md, "The demo tenant".
`

const openSteps = (url: string, tenants: ReadonlyArray<string>, dataDir: string) => ({
  dashboard: `${url}/`,
  steps: tenants.length === 0 ? firstTenant(url) : Option.isSome(keptDemo(dataDir)) ? demoIsLive : ""
})

const print = Effect.gen(function* () {
  const settings = yield* Settings
  const { address } = yield* HttpServer
  const url = whereItIs(settings.host, "port" in address ? address.port : settings.port)
  const tenants = yield* (yield* TenantOwner).list
  const { dashboard, steps } = isLoopback(settings.host)
    ? demoSteps(url, yield* demoSecrets(tenants))
    : openSteps(url, tenants, settings.dataDir)
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

  Dashboard  ${dashboard}
  API docs   ${url}/docs
  Database   ${database}
  Admin key  ${secrets}
${steps}
`)
  )
})

/** Prints, once the server listens. */
export const welcome = Layer.effectDiscard(print).pipe(Layer.provide(Enrolment.layer))
