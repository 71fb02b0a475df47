/** A person as a caller tells them: identifiers in their one form, and the key that other payloads would give the same person. */
import * as Effect from "effect/Effect"
import type { IdentifierKind, Person } from "../../../machines/events.ts"
import { identifierKey, normaliseProviderId } from "../../../machines/identifiers.ts"
import type { ChannelType } from "../../../machines/vocabulary.ts"
import type { TenantOwner } from "../../../actors/owner/owner.ts"
import type { PersonTold } from "../api/processors.ts"
import { BodyInvalid } from "../faults.ts"
import { identifierIn } from "../region.ts"

type Owner = TenantOwner["Service"]
type Identifiers = Person["identifiers"]

/** What a network's own id is called in a person's key. */
const ownIds: Partial<Record<ChannelType, string>> = { messenger: "facebook" }

/** In order of strength, and what each is called in a key. */
const strength: ReadonlyArray<readonly [kind: IdentifierKind, called: string]> = [
  ["phone", "phone"],
  ["email", "email"],
  ["telegram_id", "telegram"],
  ["facebook_id", "facebook"],
  ["linkedin_member_urn", "linkedin_member_urn"],
  ["instagram_username", "instagram"],
  ["twitter_handle", "twitter"]
]

/** The identifiers in their one form; `field` is where they stand in the body. */
export const identifiersIn = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  told: Identifiers,
  field: string
) {
  const identifiers: Partial<Record<IdentifierKind, string>> = {}
  for (const [kind, raw] of Object.entries(told) as ReadonlyArray<[IdentifierKind, string | undefined]>) {
    if (raw === undefined) continue
    const value = yield* identifierIn(owner, tenant, kind, raw)
    if (value === null) {
      const rule =
        kind === "phone"
          ? "must be a phone number, with its country code unless all accounts are of one country"
          : `is no ${kind}`
      return yield* new BodyInvalid({ field: field === "" ? kind : `${field}.${kind}`, rule })
    }
    identifiers[kind] = value
  }
  return identifiers as Identifiers
})

/** The strongest identifier as a key; null when there is none. A phone and an address are stronger than the network's own id. */
export const keyOf = (
  identifiers: Identifiers,
  provider_id: string | null,
  channel_type: ChannelType | null
): string | null => {
  for (const [kind, called] of strength) {
    const value = identifiers[kind]
    if (provider_id !== null && kind !== "phone" && kind !== "email") break
    if (value !== undefined) return identifierKey(called, value)
  }
  if (provider_id === null || channel_type === null) return null
  return identifierKey(
    ownIds[channel_type] ?? channel_type,
    channel_type === "whatsapp" ? provider_id.toLowerCase() : provider_id
  )
}

/** `known`: keys of members by the provider's id, so that a known member keeps its key. */
export const personTold = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  told: typeof PersonTold.Type,
  channel_type: ChannelType,
  field: string,
  known: ReadonlyMap<string, string>
) {
  const raw = told.provider_participant_id
  const provider_participant_id = raw === undefined ? null : normaliseProviderId(raw)
  const identifiers = yield* identifiersIn(owner, tenant, told.identifiers ?? {}, `${field}.identifiers`)
  const key =
    (provider_participant_id === null ? undefined : known.get(provider_participant_id)) ??
    keyOf(identifiers, provider_participant_id, channel_type)
  if (key === null) return yield* new BodyInvalid({ field, rule: "needs an identifier or a provider_participant_id" })
  return {
    key,
    provider_participant_id,
    name: told.name ?? null,
    avatar_url: told.avatar_url ?? null,
    identifiers
  } satisfies Person
})
