/** The whole public surface (DESIGN §5), as one document. */
import * as HttpApi from "effect/http-api/HttpApi"
import * as OpenApi from "effect/http-api/OpenApi"
import { Refusing } from "../refusing.ts"
import { audit } from "./audit.ts"
import { accounts } from "./accounts.ts"
import { analytics } from "./analytics.ts"
import { connections } from "./connections.ts"
import { conversations } from "./conversations.ts"
import { demo } from "./demo.ts"
import { events } from "./events.ts"
import { feedTokens } from "./feed-tokens.ts"
import { fields } from "./fields.ts"
import { history } from "./history.ts"
import { health } from "./health.ts"
import { withIdempotencyKeys } from "./idempotency.ts"
import { inspection } from "./inspection.ts"
import { keys } from "./keys.ts"
import { secrets } from "./secrets.ts"
import { recordProfiles } from "./record-profiles.ts"
import { outgoing } from "./outgoing.ts"
import { people } from "./people.ts"
import { quarantine } from "./quarantine.ts"
import { settings } from "./settings.ts"
import { syncJobs } from "./sync-jobs.ts"
import { tenants } from "./tenants.ts"
import { threads } from "./threads.ts"
import { waiting } from "./waiting.ts"
import { webhooks } from "./webhooks.ts"

/** What the framework serves. `Refusing` comes last, so it stands around everything else. */
export const served = HttpApi.make("switchboard")
  .add(tenants, keys, secrets, audit, connections, conversations, events, history, inspection, feedTokens, health)
  .add(settings, accounts, threads, fields, recordProfiles, analytics, people, outgoing, syncJobs, demo)
  .add(quarantine, waiting)
  .middleware(Refusing)
  .annotateMerge(
    OpenApi.annotations({
      title: "Switchboard",
      version: "1",
      description:
        "Live state of a unified inbox. JSON in and out; errors are application/problem+json with a stable code. A 2xx is a promise: what it answers survives a crash."
    })
  )

/** What is documented: the webhooks too, which are served beside the framework. */
export const documented = served.add(webhooks).annotateMerge(OpenApi.annotations({ transform: withIdempotencyKeys }))
