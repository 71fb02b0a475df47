/** The hot path: a provider's webhook (DESIGN §1). A plain route, so that nothing stands between the socket and the mailbox. */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { Headers } from "effect/http/Headers"
import { HttpServerRequest, ParsedSearchParams } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { TenantOwner } from "../../../actors/tenant-owner.ts"
import { accountNamedIn } from "../../providers/unipile/account-named.ts"
import type { Received } from "../../webhooks/reception.ts"
import { Reception } from "../../webhooks/reception.ts"
import { bytesOf } from "../body.ts"
import { webhookEnded } from "../metrics.ts"
import { refuse } from "../refuse.ts"
import { WebhookGate } from "../webhook-gate.ts"

/** The two answers that nearly every webhook gets, made once. */
const fixed = {
  applied: HttpServerResponse.jsonUnsafe({ outcome: "applied" }),
  duplicate: HttpServerResponse.jsonUnsafe({ outcome: "duplicate" })
}

const answer = (received: Received) =>
  received.outcome === "applied" || received.outcome === "duplicate"
    ? fixed[received.outcome]
    : HttpServerResponse.jsonUnsafe(received)

/** What proves that a webhook is authentic: a signature (v2), or the secret itself (v1). */
const passes = (gate: WebhookGate["Service"], tenant: string, headers: Headers, secret: string, body: Uint8Array) => {
  const signature = headers["unipile-signature"]
  return signature === undefined ? gate.admit(tenant, secret) : gate.admitSigned(tenant, signature, body)
}

/** A tenant's webhooks of UniPile, v1 and v2, and the one address that serves all tenants. */
export const unipileWebhook = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const gate = yield* WebhookGate
    const reception = yield* Reception
    const owner = yield* TenantOwner

    const ended = Effect.fnUntraced(function* (received: Received) {
      yield* webhookEnded(received.outcome)
      return answer(received)
    })

    const receive = Effect.gen(function* () {
      const request = yield* HttpServerRequest
      const { tenant = "" } = yield* HttpRouter.params
      const { headers } = request
      const header = headers["unipile-auth"]
      if (headers["unipile-signature"] !== undefined) {
        const body = yield* bytesOf(request)
        yield* passes(gate, tenant, headers, "", body).pipe(
          Effect.tapErrorTag("Forbidden", () => reception.refused(tenant, false))
        )
        return yield* ended(yield* reception.receive(tenant, body, "unipile_webhook"))
      }
      // The hosted-auth notify_url cannot send headers; what knows the secret only from there is believed less.
      const source = header === undefined ? "unipile_hosted_auth" : "unipile_webhook"
      const { secret } = yield* ParsedSearchParams
      yield* gate
        .admit(tenant, header ?? (typeof secret === "string" ? secret : ""))
        .pipe(Effect.tapErrorTag("Forbidden", () => reception.refused(tenant, false)))
      const body = yield* bytesOf(request).pipe(
        Effect.tapErrorTag("BodyTooLarge", () => reception.refused(tenant, true))
      )
      return yield* ended(yield* reception.receive(tenant, body, source))
    }).pipe(Effect.catchCause(refuse))

    /** The account names the tenant, whose secret then has to be right; an unknown account looks like a wrong secret. */
    const receiveShared = Effect.gen(function* () {
      const request = yield* HttpServerRequest
      const body = yield* bytesOf(request)
      const account_id = accountNamedIn(body)
      const tenants = account_id === null ? [] : yield* owner.tenantsOf(account_id)
      const secret = request.headers["unipile-auth"] ?? ""
      const attempt = (tenant: string) => passes(gate, tenant, request.headers, secret, body)
      const tenant = yield* Effect.firstSuccessOf(
        (tenants.length === 0 ? [nobody] : tenants).map((each) => Effect.as(attempt(each), each))
      )
      return yield* ended(yield* reception.receive(tenant, body, "unipile_webhook"))
    }).pipe(Effect.catchCause(refuse))

    yield* router.add("POST", "/v1/tenants/:tenant/webhooks/unipile", receive)
    yield* router.add("POST", "/v1/webhooks/unipile", receiveShared)
  })
)

/** No tenant has this name, so that its secret is compared with nobody's. */
const nobody = ""
