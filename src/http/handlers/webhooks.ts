/** A provider's webhook (DESIGN §1), where more has to be done than the common one needs (../webhook-front.ts). */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type { Headers } from "effect/http/Headers"
import { HttpServerRequest, ParsedSearchParams } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import type { Provider } from "../../providers/provider.ts"
import { providers } from "../../providers/registry.ts"
import { accountNamedIn, accountNamedInPart } from "../../providers/unipile/account-named.ts"
import type { NotJson, TooDeep } from "../../providers/parse.ts"
import type { Begun, Received } from "../../webhooks/reception.ts"
import { Reception } from "../../webhooks/reception.ts"
import type { Source } from "../../webhooks/understand.ts"
import { BodyTooLarge, Unauthorised } from "../faults.ts"
import { webhookEnded } from "../metrics.ts"
import { proofIn } from "../proof.ts"
import { refuse } from "../refuse.ts"
import { type Arrived, WebhookBodies } from "../webhook-body.ts"
import { handedOnOf } from "../webhook-front.ts"
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

/** Why an authentic body may be refused, and what that is called among the outcomes of webhooks. */
const refusedAs = { BodyTooLarge: "too_large", NotJson: "not_json", TooDeep: "too_deep" } as const
type Refused = BodyTooLarge | NotJson | TooDeep

/** What proves that a webhook is authentic: a signature (v2), or the secret itself (v1). */
const passes = (gate: WebhookGate["Service"], tenant: string, headers: Headers, secret: string, body: Uint8Array) => {
  const signature = headers["unipile-signature"]
  return signature === undefined ? gate.admit(tenant, secret) : gate.admitSigned(tenant, signature, body)
}

/** A tenant's webhooks of each provider, and the one address of UniPile that serves all tenants. */
export const providerWebhooks = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const gate = yield* WebhookGate
    const reception = yield* Reception
    const owner = yield* TenantOwner
    const bodies = yield* WebhookBodies

    const ended = Effect.fnUntraced(function* (received: Received) {
      yield* webhookEnded(received.outcome)
      return answer(received)
    })

    /** An authentic body that cannot be taken is counted, logged, and refused with its reason (DESIGN §10). */
    const refused = Effect.fnUntraced(function* <F extends Refused>(tenant: string, bytes: Uint8Array, fault: F) {
      yield* webhookEnded(refusedAs[fault._tag])
      yield* reception.refused(tenant, accountNamedInPart(bytes), fault.message)
      return yield* Effect.fail(fault)
    })

    const take = Effect.fnUntraced(function* (
      tenant: string,
      { bytes, isWhole }: Arrived,
      source: Source,
      begun?: Begun
    ) {
      if (!isWhole) return yield* refused(tenant, bytes, new BodyTooLarge({ limit: bodies.limit }))
      const received = yield* reception
        .receive(tenant, bytes, source, begun)
        .pipe(Effect.catchTag(["NotJson", "TooDeep"], (fault) => refused(tenant, bytes, fault)))
      return yield* ended(received)
    })

    /** A signature is over the whole: of a part nobody knows who sent it. */
    const proved = Effect.fnUntraced(function* ({ isWhole }: Arrived, signature: string | undefined) {
      if (signature !== undefined && !isWhole) return yield* new BodyTooLarge({ limit: bodies.limit })
    })

    const receive = Effect.fnUntraced(function* (provider: Provider<Source>) {
      const request = yield* HttpServerRequest
      const { tenant = "" } = yield* HttpRouter.params
      const { headers } = request
      const handedOn = handedOnOf(request)
      if (handedOn !== undefined)
        return yield* take(tenant, { bytes: handedOn.bytes, isWhole: true }, provider.webhook.source, handedOn.begun)
      const { secret: header, signature } = proofIn(headers, provider)
      if (signature !== undefined) {
        const arrived = yield* bodies.read(request, "unproven")
        yield* proved(arrived, signature)
        yield* gate
          .admitSigned(tenant, signature, arrived.bytes)
          .pipe(Effect.tapErrorTag("Forbidden", () => reception.noted(tenant)))
        return yield* take(tenant, arrived, provider.webhook.source)
      }
      const { secret } = yield* ParsedSearchParams
      const addressed = header === undefined ? provider.addressed : undefined
      const inAddress = addressed !== undefined && typeof secret === "string" ? secret : ""
      yield* gate.admit(tenant, header ?? inAddress).pipe(
        Effect.tapErrorTag("Forbidden", () => reception.noted(tenant)),
        Effect.catchTag("Unauthorised", () => new Unauthorised({ scheme: provider.secretHeader }))
      )
      return yield* take(tenant, yield* bodies.read(request, "proven"), (addressed ?? provider.webhook).source)
    }, Effect.catchCause(refuse))

    /** The account names the tenant, whose secret then has to be right; an unknown account looks like a wrong secret. */
    const receiveShared = Effect.gen(function* () {
      const request = yield* HttpServerRequest
      const arrived = yield* bodies.read(request, "unproven")
      const { bytes, isWhole } = arrived
      yield* proved(arrived, request.headers["unipile-signature"])
      const account_id = isWhole ? accountNamedIn(bytes) : accountNamedInPart(bytes)
      const tenants = account_id === null ? [] : yield* owner.tenantsOf(account_id)
      const secret = request.headers["unipile-auth"] ?? ""
      const attempt = (tenant: string) => passes(gate, tenant, request.headers, secret, bytes)
      const tenant = yield* Effect.firstSuccessOf(
        (tenants.length === 0 ? [nobody] : tenants).map((each) => Effect.as(attempt(each), each))
      )
      return yield* take(tenant, arrived, "unipile_webhook")
    }).pipe(Effect.catchCause(refuse))

    for (const provider of providers)
      yield* router.add("POST", `/v1/tenants/:tenant/webhooks/${provider.name}`, receive(provider))
    yield* router.add("POST", "/v1/webhooks/unipile", receiveShared)
  })
)

/** No tenant has this name, so that its secret is compared with nobody's. */
const nobody = ""
