/** Outgoing webhooks over HTTP: their endpoints, and what became of what they are told. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { ActorUnknown } from "../../../actors/errors.ts"
import { isUuid } from "../../../actors/memory/identity.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { defaultEndpoint, outgoingSecretPlace } from "../../../actors/sealed/sealed-place.ts"
import { isoInstant } from "../../../machines/field.ts"
import { Announced } from "../../../machines/vocabulary.ts"
import type { OutgoingStatus } from "../../../persistence/registers/outgoing.ts"
import { Outgoing } from "../../../persistence/registers/outgoing.ts"
import type { OutgoingEndpoint } from "../../../persistence/registers/outgoing-endpoints.ts"
import { OutgoingEndpoints } from "../../../persistence/registers/outgoing-endpoints.ts"
import { Settings } from "../../config.ts"
import { addressFault } from "../../outgoing/address.ts"
import { freshOutgoingSecret } from "../../outgoing/signature.ts"
import { KeyRing } from "../../secrets/key-ring.ts"
import { served } from "../api/api.ts"
import { endpointLimit, OutgoingEndpointBody, ReplayBody } from "../api/outgoing.ts"
import { defaultLimit } from "../api/parameters.ts"
import { bodyReader } from "../body.ts"
import { BodyInvalid } from "../faults.ts"
import { timeOf } from "../instant.ts"
import { commandBase } from "../once.ts"
import { withItsAnswer } from "../repeats.ts"

const json = HttpServerResponse.jsonUnsafe

const shown = ({ id, url, events, failures, paused_until }: Omit<OutgoingEndpoint, "secret" | "updated_at">) => ({
  id,
  url,
  events,
  failures,
  paused_until: isoInstant(paused_until)
})

const unknownEndpoint = (id: string) => new ActorUnknown({ kind: "outgoing_webhook", id })

export const outgoingHandlers = HttpApiBuilder.group(
  served,
  "outgoing",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const outgoing = yield* Outgoing
    const endpoints = yield* OutgoingEndpoints
    const ring = yield* KeyRing
    const sql = yield* SqlClient
    const settings = yield* Settings
    const readEndpoint = bodyReader(OutgoingEndpointBody)
    const readReplay = bodyReader(ReplayBody)

    const checkedUrl = (url: string) => {
      const rule = addressFault(url, settings.outgoingReach)
      return rule === null ? Effect.void : Effect.fail(new BodyInvalid({ field: "url", rule }))
    }

    /** The tenant's turns announce what any of its endpoints chose (actors/turn/announced.ts). */
    const announce = Effect.fnUntraced(function* (tenant: string, chosen: ReadonlyArray<ReadonlyArray<string>>) {
      const all = new Set(chosen.flat())
      const announced_events = Announced.literals.filter((kind) => all.has(kind))
      yield* owner.submit(tenant, { type: "tenant_configured", ...(yield* commandBase), changes: { announced_events } })
    })

    const set = Effect.fnUntraced(function* (tenant: string, id: string, request: HttpServerRequest) {
      const { url, events: wish, rotate_secret = false } = yield* readEndpoint(request)
      yield* checkedUrl(url)
      yield* owner.gate(tenant)
      const all = yield* endpoints.list(tenant)
      const known = all.find((each) => each.id === id)
      if (known === undefined && all.length >= endpointLimit) {
        return yield* new BodyInvalid({ field: "endpoint", rule: `is one too many: a tenant has ${endpointLimit}` })
      }
      const events = wish === undefined ? (known?.events ?? ["contact.create_requested"]) : [...new Set(wish)]
      // First the turns, then the endpoint: what is announced and wanted by nobody costs a row, what is not announced is missed.
      yield* announce(tenant, [...all.filter((each) => each.id !== id).map((each) => each.events), events])
      const now = yield* Clock.currentTimeMillis
      const endpoint = { id, url, events, failures: 0, paused_until: null }
      const made = Effect.gen(function* () {
        if (known !== undefined && !rotate_secret) {
          yield* endpoints.set(tenant, { ...endpoint, secret: null }, now)
          return json(shown(endpoint))
        }
        const secret = freshOutgoingSecret()
        yield* endpoints.set(tenant, { ...endpoint, secret: ring.seal(secret, outgoingSecretPlace(tenant, id)) }, now)
        return json(
          { ...shown(endpoint), secret: Redacted.value(secret) },
          { status: 201, headers: { "cache-control": "no-store" } }
        )
      })
      return yield* withItsAnswer(sql, made)
    })

    /** Sends one announcement again, where it stands in one of these states. */
    const again = Effect.fnUntraced(function* (
      tenant: string,
      id: string,
      endpoint: string | null,
      from: ReadonlyArray<OutgoingStatus>,
      kind: string
    ) {
      const now = yield* Clock.currentTimeMillis
      const revived = isUuid(id) ? yield* outgoing.revive(tenant, id, endpoint, from, now) : 0
      if (revived === 0) return yield* new ActorUnknown({ kind, id })
      return json({ outcome: "applied" })
    })

    return handlers
      .handleRaw("setEndpoint", ({ params: { tenant }, request }) => set(tenant, defaultEndpoint, request))
      .handleRaw("setNamed", ({ params: { tenant, endpoint }, request }) => set(tenant, endpoint, request))
      .handleRaw(
        "endpoint",
        Effect.fnUntraced(function* ({ params: { tenant } }) {
          const known = yield* endpoints.get(tenant, defaultEndpoint)
          return known === null ? yield* unknownEndpoint(tenant) : json(shown(known))
        })
      )
      .handleRaw(
        "endpoints",
        Effect.fnUntraced(function* ({ params: { tenant } }) {
          return json({ items: (yield* endpoints.list(tenant)).map(shown) })
        })
      )
      .handleRaw(
        "removeNamed",
        Effect.fnUntraced(function* ({ params: { tenant, endpoint } }) {
          if (!(yield* endpoints.remove(tenant, endpoint))) return yield* unknownEndpoint(endpoint)
          const left = yield* endpoints.list(tenant)
          yield* announce(
            tenant,
            left.map(({ events }) => events)
          )
          return json({ outcome: "applied" })
        })
      )
      .handleRaw(
        "replayAll",
        Effect.fnUntraced(function* ({ params: { tenant, endpoint }, request }) {
          const { from, to } = yield* readReplay(request)
          const now = yield* Clock.currentTimeMillis
          const span = {
            from: yield* timeOf(from, now, "from"),
            to: to === undefined ? now + 1 : yield* timeOf(to, now, "to")
          }
          if ((yield* endpoints.get(tenant, endpoint)) === null) return yield* unknownEndpoint(endpoint)
          yield* owner.flush(tenant)
          return json({ replayed: yield* outgoing.replay(tenant, endpoint, span, now) })
        })
      )
      .handleRaw(
        "list",
        Effect.fnUntraced(function* ({ params: { tenant }, query: { status, type, endpoint, limit = defaultLimit } }) {
          yield* owner.flush(tenant)
          const rows = yield* outgoing.list(tenant, { status, type, endpoint }, limit)
          return json({
            items: rows.map((row) => ({
              id: row.id,
              endpoint: row.endpoint_id,
              type: row.type,
              payload: JSON.parse(row.body),
              status: row.status,
              attempts: row.attempts,
              created_at: isoInstant(row.created_at),
              next_attempt_at: row.status === "pending" ? isoInstant(row.next_attempt_at) : null,
              delivered_at: isoInstant(row.delivered_at),
              last_error: row.last_error
            }))
          })
        })
      )
      .handleRaw("retry", ({ params: { tenant, id }, query: { endpoint = null } }) =>
        again(tenant, id, endpoint, ["dead"], "dead_announcement")
      )
      .handleRaw("replay", ({ params: { tenant, id }, query: { endpoint = null } }) =>
        again(tenant, id, endpoint, ["pending", "delivered", "dead"], "announcement")
      )
  })
)
