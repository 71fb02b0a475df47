/**
 * Seals every secret with the first key of the ring, so that older keys can go: the ⚿ values of actors, and what announcements
 * are signed with. What was changed meanwhile is left alone: it was sealed with the first key anyway. A value that no key opens
 * fails the run, after all others were done.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { SecretResealed } from "../../machines/events.ts"
import type { OutgoingEndpoint } from "../../persistence/registers/outgoing-endpoints.ts"
import { OutgoingEndpoints } from "../../persistence/registers/outgoing-endpoints.ts"
import { kinds } from "../memory/kinds.ts"
import { Resealing } from "../sealed/resealing.ts"
import { outgoingSecretPlace, sealedPlace } from "../sealed/sealed-place.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { tell } from "./tell.ts"
import { fieldOf } from "../memory/kinds.ts"

/** Kinds with ⚿ fields. Their actors are in memory as long as the tenant is, so none sleeps through this. */
const sealing = ["tenant", "connection"] as const

interface Sealed {
  readonly kind: SecretResealed["kind"]
  readonly id: string
  readonly field: string
  readonly from: string
}

const sealedIn = (runtime: TenantRuntime): ReadonlyArray<Sealed> =>
  sealing.flatMap((kind) => {
    const fields = Object.keys(kinds[kind].fields).filter((name) => kinds[kind].fields[name]!.sensitive)
    return runtime.population
      .ofKind(kind)
      .flatMap(({ id, context }) =>
        fields.map((field) => ({ kind, id, field, from: fieldOf(context, field) as string | null }))
      )
      .filter((found): found is Sealed => Boolean(found.from))
  })

export const reencryptSecrets = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  cut: Effect.Effect<void, unknown>
) {
  const { reseal } = yield* Resealing
  const received = yield* Clock.currentTimeMillis
  let touched = 0
  const broken: Array<string> = []
  for (const sealed of sealedIn(runtime)) {
    const place = sealedPlace(runtime.tenant, sealed.kind, sealed.id, sealed.field)
    const again = yield* reseal(sealed.from, place).pipe(Effect.result)
    if (Result.isFailure(again)) broken.push(`${sealed.field} of ${sealed.kind} ${sealed.id}: ${again.failure.message}`)
    else if (again.success !== null) {
      const event = { type: "secret_resealed", ...sealed, to: again.success, received, via: "clock" } as const
      if (yield* tell(runtime, event)) touched++
    }
  }
  // The rows too: an older key may go as soon as this run has ended.
  if (touched > 0) yield* cut
  const { list } = yield* OutgoingEndpoints
  for (const endpoint of yield* list(runtime.tenant)) {
    const again = yield* resealEndpoint(runtime.tenant, endpoint).pipe(Effect.result)
    if (Result.isFailure(again)) broken.push(`secret of outgoing endpoint ${endpoint.id}: ${again.failure.message}`)
    else if (again.success) touched++
  }
  if (broken.length > 0) return yield* Effect.fail(new Error(broken.join("; ")))
  return touched
})

/** The endpoint's secret exists only in its row. Whether it was sealed again. */
const resealEndpoint = Effect.fnUntraced(function* (tenant: string, { id, secret }: OutgoingEndpoint) {
  const { reseal } = yield* Resealing
  const endpoints = yield* OutgoingEndpoints
  const again = yield* reseal(secret, outgoingSecretPlace(tenant, id))
  return again !== null && (yield* endpoints.reseal(tenant, id, secret, again))
})
