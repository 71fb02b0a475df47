/**
 * What a provider is to the rest: a name in an address, how its webhooks prove who sent them, and how they are read. A folder here
 * for each, a line in registry.ts, and nothing anywhere else.
 */
import type * as Result from "effect/Result"
import type { ProviderEvent } from "../../machines/events.ts"
import type { ChannelType } from "../../machines/vocabulary.ts"
import type { Unreadable } from "./unreadable.ts"

/** What a payload does not say itself. */
export interface TranslateContext {
  /** When the body was accepted, epoch milliseconds. */
  readonly received: number
  /** What the account was registered as: it stands in the place of the type that the payload names, or does not name. */
  readonly channel_type?: ChannelType
}

/**
 * The events that the JSON of a body holds, at least one, in order. Total: every JSON value ends as events or as Unreadable (I9),
 * nothing throws, nothing touches a clock.
 */
export type Translate = (
  body: unknown,
  context: TranslateContext
) => Result.Result<ReadonlyArray<ProviderEvent>, Unreadable>

/** A way in which payloads come, and how they are read. */
export interface Way<S extends string = string> {
  /** What kept payloads are kept under (column `source`): by it they are read again, so it never changes. */
  readonly source: S
  readonly translate: Translate
}

export interface Provider<S extends string = string> {
  /** As it stands in the address: /v1/tenants/{tenant}/webhooks/{name}. */
  readonly name: string
  /** The header in which the tenant's webhook secret stands as it is, spelled as one shows it. */
  readonly secretHeader: string
  /** The header of a signature made with that secret (../secrets/webhook-signature.ts); absent: it signs nothing. */
  readonly signatureHeader?: string
  /** What comes with the secret or the signature in its header. */
  readonly webhook: Way<S>
  /** What comes with the secret in its address, as ?secret=; absent: there it is not looked for. */
  readonly addressed?: Way<S>
  /** For the document of the public surface. */
  readonly summary: string
  readonly description: string
}
