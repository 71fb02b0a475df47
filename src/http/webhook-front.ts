/**
 * The webhook that nearly every webhook is: one event, the tenant in memory, its secret in the header. Verified, read, translated,
 * submitted and answered by callback, in one pass from the socket to the mailbox and one back (DESIGN §1). Whatever is otherwise is
 * handed on to the route (handlers/webhooks.ts), with the body and with what was begun.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { IncomingMessage, ServerResponse } from "node:http"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { own } from "../../machines/own.ts"
import { providers } from "../providers/registry.ts"
import { type Begun, Reception } from "../webhooks/reception.ts"
import { bodyLimit } from "./body.ts"
import { Front, type Take } from "./front.ts"
import { answered, webhookEnded } from "./metrics.ts"
import { WebhookGate } from "./webhook-gate.ts"

/** An authentic webhook whose body has been read. */
interface HandedOn {
  readonly bytes: Uint8Array
  readonly begun: Begun
}

const handedOn = new WeakMap<object, HandedOn>()

/** What was done of a request before the route saw it; undefined: nothing. */
export const handedOnOf = (request: { readonly source: object }): HandedOn | undefined => handedOn.get(request.source)

/** A webhook's address; names that are written in escapes are the router's to read. */
const address = /^\/v1\/tenants\/([\w.~-]+)\/webhooks\/([\w-]+)$/

/** Each provider by its name, with its headers as Node spells them. */
const known = new Map(
  providers.map(({ name, secretHeader, signatureHeader, webhook }) => [
    name,
    { secret: secretHeader.toLowerCase(), signature: signatureHeader?.toLowerCase(), source: webhook.source }
  ])
)

const answers = {
  applied: Buffer.from(JSON.stringify({ outcome: "applied" })),
  duplicate: Buffer.from(JSON.stringify({ outcome: "duplicate" }))
}

/** Reads a body of an announced length. One that ends early is dropped: Node has closed its connection. */
const read = (request: IncomingMessage, done: (bytes: Uint8Array) => void): void => {
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => void chunks.push(chunk))
  request.on("end", () => done(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)))
  request.on("error", () => {})
}

/** Serves the common webhook before the router does. */
export const webhookFront = Layer.effectDiscard(
  Effect.gen(function* () {
    const front = yield* Front
    const owner = yield* TenantOwner
    const gate = yield* WebhookGate
    const reception = yield* Reception
    const context = yield* Effect.context<never>()

    const answer = (response: ServerResponse, outcome: keyof typeof answers): void => {
      webhookEnded.now(outcome, context)
      if (response.destroyed) return
      const body = answers[outcome]
      response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body)
      answered.now("200", context)
    }

    const take: Take = (request, response, handOn) => {
      const { method, url, headers } = request
      const [, tenant = "", name = ""] = (method === "POST" && address.exec(url!)) || []
      const provider = known.get(name)
      if (provider === undefined) return false
      const secret = own(headers, provider.secret)
      if (typeof secret !== "string") return false
      if (provider.signature !== undefined && own(headers, provider.signature) !== undefined) return false
      const length = headers["content-length"]
      if (length === undefined || Number(length) > bodyLimit) return false
      const resident = owner.resident(tenant)
      if (!gate.admitsNow(resident?.gate, secret) || resident === undefined) return false
      read(request, (bytes) => {
        const settle = (end: "applied" | "duplicate" | Begun) => {
          if (typeof end === "string") return answer(response, end)
          handedOn.set(request, { bytes, begun: end })
          handOn()
        }
        // Asked again: the memory may have been dropped while the body was under way (I6). Then the route has it loaded.
        const present = owner.resident(tenant)
        if (present === undefined) settle(reception.arrived(bytes))
        else reception.begin(tenant, present, bytes, provider.source, settle)
      })
      return true
    }
    yield* front.serve(take)
  })
)
