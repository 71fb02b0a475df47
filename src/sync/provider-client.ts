/**
 * The clients with which tenants' syncs ask the provider: one for each tenant's address and key, with the budget of its calls and the
 * breaker before its address.
 */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import type { ProviderAccess } from "../../actors/views/syncs.ts"
import { sealedPlace } from "../../actors/sealed/sealed-place.ts"
import { own } from "../../machines/own.ts"
import { hourlyCallLimit } from "../../machines/provider-defaults.ts"
import type { ChannelType } from "../../machines/vocabulary.ts"
import { ProviderCalls } from "../../persistence/registers/provider-calls.ts"
import { guardedLookup } from "../outgoing/post.ts"
import type { Reach } from "../outgoing/reach.ts"
import { Breaker } from "../providers/unipile/rest/breaker.ts"
import { callDefaults, caller } from "../providers/unipile/rest/call.ts"
import type { UniPileClient } from "../providers/unipile/rest/client.ts"
import { uniPileClient } from "../providers/unipile/rest/client.ts"
import { AddressRefused } from "../providers/unipile/rest/errors.ts"
import type { Unsealable } from "../secrets/key-ring.ts"
import { KeyRing } from "../secrets/key-ring.ts"

/** Nobody has said where the provider is asked, or with which key. */
export class AccessMissing extends Schema.TaggedError<AccessMissing>()("AccessMissing", { tenant: Schema.String }) {
  override get message() {
    return `The tenant "${this.tenant}" has no API key of the provider. Set one with PUT /v1/tenants/${this.tenant}/provider-access.`
  }
}

export interface ClientOptions {
  readonly reach: Reach
  /** Before the second try of a question, milliseconds. */
  readonly firstRetry: number
  readonly tries: number
  /** How long one answer may take. */
  readonly patience: Duration.Input
  /** Calls under way at once, over all tenants. */
  readonly atOnce: number
}

export const clientDefaults: Omit<ClientOptions, "reach"> = { ...callDefaults, atOnce: 16 }

/** A budget whose limit is 0, or that the database does not tell of, is looked at again after this. */
const lookAgain = Duration.minutes(1)

/** What binds the calls of an account in an hour: the provider's own limit, or the tenant's wish. */
const accountLimit = (access: ProviderAccess, channel_type: ChannelType | undefined): number | null => {
  if (channel_type === undefined) return null
  const wished = own(access.provider_preferences, channel_type)?.["rate_limits"] as Record<string, number> | undefined
  const limits = [hourlyCallLimit(channel_type), wished?.["api_calls_per_hour"] ?? null]
  const known = limits.filter((limit): limit is number => limit !== null)
  return known.length === 0 ? null : Math.min(...known)
}

export class ProviderClients extends Context.Service<
  ProviderClients,
  {
    /**
     * The client of a tenant; `types`: what the accounts are that it asks for. `waits` hears until when it waits for the budget, epoch
     * milliseconds.
     */
    of(
      tenant: string,
      access: ProviderAccess,
      types: ReadonlyMap<string, ChannelType>,
      waits: (until: number) => Effect.Effect<void>
    ): Effect.Effect<UniPileClient, AddressRefused | Unsealable>
    /** Until when a tenant's address is not to be asked, epoch milliseconds; null: now is fine. */
    restsUntil(tenant: string, access: ProviderAccess): Effect.Effect<number | null>
  }
>()("switchboard/sync/ProviderClients") {
  static readonly layer = (options: ClientOptions) =>
    Layer.effect(
      ProviderClients,
      Effect.gen(function* () {
        const ring = yield* KeyRing
        const calls = yield* ProviderCalls
        const http = yield* HttpClient.HttpClient
        const places = yield* Semaphore.make(options.atOnce)
        const breakers = new Map<string, { readonly name: string; readonly breaker: Breaker }>()
        const client = HttpClient.transform(http, (effect) => places.withPermits(1)(effect))

        /** One for each tenant: another key or address begins anew. */
        const breakerOf = (tenant: string, { base_url, api_key }: ProviderAccess): Breaker => {
          const name = `${base_url} ${api_key}`
          const known = breakers.get(tenant)
          const breaker = known?.name === name ? known.breaker : new Breaker()
          breakers.set(tenant, { name, breaker })
          return breaker
        }

        const budgetOf =
          (
            tenant: string,
            access: ProviderAccess,
            types: ReadonlyMap<string, ChannelType>,
            waits: (until: number) => Effect.Effect<void>
          ) =>
          (account_id: string): Effect.Effect<void> =>
            Effect.gen(function* () {
              const limits = {
                tenant: access.max_api_calls_per_hour,
                account: accountLimit(access, types.get(account_id))
              }
              for (;;) {
                const now = yield* Clock.currentTimeMillis
                const decided = yield* calls.take(tenant, account_id, limits, now).pipe(
                  // What cannot be counted is not called.
                  Effect.catch((error) =>
                    Effect.as(Effect.logWarning("The budget of the provider's calls cannot be read", error), null)
                  )
                )
                if (decided?.allowed === true) return
                const until = decided === null ? now + Duration.toMillis(lookAgain) : decided.until
                yield* waits(until)
                // Not longer at once: the limits may be raised meanwhile, by a job that begins anew.
                yield* Effect.sleep(Math.max(1_000, Math.min(until - now, Duration.toMillis(lookAgain))))
              }
            })

        return ProviderClients.of({
          of: Effect.fnUntraced(function* (tenant, access, types, waits) {
            const { hostname } = new URL(access.base_url)
            if (!options.reach.allowsHost(hostname)) return yield* new AddressRefused({ host: hostname })
            const api_key = yield* ring.open(access.api_key, sealedPlace(tenant, "tenant", tenant, "provider_api_key"))
            const breaker = breakerOf(tenant, access)
            const budget = budgetOf(tenant, access, types, waits)
            const { tries, firstRetry, patience } = options
            const asked = { base_url: access.base_url, api_key, breaker, budget, tries, firstRetry, patience }
            return uniPileClient(yield* caller(asked).pipe(Effect.provideService(HttpClient.HttpClient, client)))
          }),
          restsUntil: (tenant, access) =>
            Effect.map(Clock.currentTimeMillis, (now) => breakerOf(tenant, access).openUntil(now))
        })
      })
    ).pipe(
      // The guard is the look-up of each connection: what is checked is what is connected to. Nothing is redirected.
      Layer.provide(NodeHttpClient.layerNodeHttpOptions({ keepAlive: true, lookup: guardedLookup(options.reach) }))
    )
}
