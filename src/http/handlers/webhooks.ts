/** The hot path: a provider's webhook (DESIGN §1). A plain route, so that nothing stands between the socket and the mailbox. */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import { HttpServerRequest, ParsedSearchParams } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
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

/** A tenant's webhooks of UniPile v1. */
export const unipileWebhook = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const gate = yield* WebhookGate
    const reception = yield* Reception

    const receive = Effect.gen(function* () {
      const request = yield* HttpServerRequest
      const { tenant = "" } = yield* HttpRouter.params
      const header = request.headers["unipile-auth"]
      // The hosted-auth notify_url cannot send headers; what knows the secret only from there is believed less.
      const source = header === undefined ? "unipile_hosted_auth" : "unipile_webhook"
      const { secret } = yield* ParsedSearchParams
      yield* gate.admit(tenant, header ?? (typeof secret === "string" ? secret : ""))
      const received = yield* reception.receive(tenant, yield* bytesOf(request), source)
      yield* webhookEnded(received.outcome)
      return answer(received)
    }).pipe(Effect.catchCause(refuse))

    yield* router.add("POST", "/v1/tenants/:tenant/webhooks/unipile", receive)
  })
)
