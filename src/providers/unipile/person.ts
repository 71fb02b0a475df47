/**
 * A webhook's attendee as a person. Owns which of an attendee's fields is which identifier, per channel,
 * and which identifier is the strongest. Never guesses: a WhatsApp `@lid` is no phone number.
 */
import { identifierKey, normaliseEmail, normaliseHandle, normaliseProviderId } from "../../../machines/identifiers.ts"
import type { Region } from "../../../actors/prepare/phone.ts"
import { readPhone } from "../../../actors/prepare/phone.ts"
import type { IdentifierKind, Person } from "../../../machines/events.ts"
import type { ChannelType } from "../../../machines/vocabulary.ts"
import { addressLength, nameLength } from "../bounds.ts"
import { isOwnId, networkIdKey, networkKey } from "../network-key.ts"
import type { Attendee } from "./payload.ts"
import { hints, identity, label, record } from "../text.ts"

/** Hints of one person: every conversation with them keeps them (I8). */
const personHints = { each: 2_048, all: 4_096 } as const

type Identifiers = Partial<Record<IdentifierKind, string>>

/**
 * The person that an attendee is, or null when it has no id at all. The key is the strongest of phone,
 * e-mail, the network's own id (it outlives a change of handle), handle, UniPile's attendee id. `region`: the account's.
 */
export const personOf = (
  attendee: Attendee,
  channel_type: ChannelType,
  region: Region | null = null
): Person | null => {
  const providerId = normalised(identity(attendee.attendee_provider_id), normaliseProviderId)
  const identifiers = identifiersOf(attendee, providerId, channel_type, region)
  const key = keyOf(identifiers, providerId, identity(attendee.attendee_id), channel_type)
  if (key === null) return null
  const metadata = hintsOf(attendee)
  const also = furtherKeys(key, attendee, channel_type)
  const avatar = attendee.attendee_profile_picture_url
  return {
    key,
    provider_participant_id: providerId,
    name: label(attendee.attendee_name, nameLength),
    avatar_url: typeof avatar === "string" && avatar.length > addressLength ? null : label(avatar, addressLength),
    identifiers,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...(also.length === 0 ? {} : { also })
  }
}

/** What a network says of a person beside identifiers; LinkedIn says most. */
const hintsOf = (attendee: Attendee): Record<string, unknown> => {
  const { occupation, network_distance, is_company, relationship_status } = record(attendee.attendee_specifics)
  const profile_url = label(attendee.attendee_profile_url, addressLength)
  return hints({ occupation, network_distance, is_company, relationship_status, profile_url }, personHints)
}

const normalised = (raw: string | null, normalise: (raw: string) => string | null): string | null =>
  raw === null ? null : normalise(raw)

const identifiersOf = (
  attendee: Attendee,
  providerId: string | null,
  channel_type: ChannelType,
  region: Region | null
): Identifiers => {
  const publicId = identity(attendee.attendee_public_identifier)
  const specifics = record(attendee.attendee_specifics)
  const identifiers: Identifiers = {}
  const show = (kind: IdentifierKind, value: string | null) => {
    if (value !== null && identifiers[kind] === undefined) identifiers[kind] = value
  }
  show("phone", phoneOf(identity(specifics["phone_number"]), channel_type, region))
  switch (channel_type) {
    case "whatsapp":
      show("phone", normalised(publicId, readPhone))
      show("phone", normalised(providerId, readPhone))
      break
    case "linkedin":
      show("linkedin_member_urn", normalised(identity(specifics["member_urn"]), normaliseProviderId))
      break
    case "instagram":
      show("instagram_username", normalised(publicId ?? identity(specifics["public_identifier"]), normaliseHandle))
      break
    case "telegram":
      show("telegram_id", providerId)
      break
    case "messenger":
      show("facebook_id", providerId)
      break
    case "twitter":
      show("twitter_handle", normalised(publicId, normaliseHandle))
      break
    case "gmail":
    case "outlook":
    case "mail":
      show("email", normalised(publicId, normaliseEmail) ?? normalised(providerId, normaliseEmail))
  }
  return identifiers
}

/** WhatsApp's own numbers are international, so there bare digits only lack their plus; else a number is one of the account's region. */
const phoneOf = (raw: string | null, channel_type: ChannelType, region: Region | null): string | null => {
  if (raw === null) return null
  const abroad = channel_type === "whatsapp" && /^[1-9]\d+$/.test(raw) ? readPhone(`+${raw}`) : null
  return abroad ?? readPhone(raw, region)
}

const keyOf = (
  identifiers: Identifiers,
  providerId: string | null,
  attendeeId: string | null,
  channel_type: ChannelType
): string | null => {
  if (identifiers.phone !== undefined) return identifierKey("phone", identifiers.phone)
  if (identifiers.email !== undefined) return identifierKey("email", identifiers.email)
  if (providerId !== null) return networkIdKey(channel_type, providerId)
  const handle = identifiers.instagram_username ?? identifiers.twitter_handle
  if (handle !== undefined) return networkKey(channel_type, handle)
  return attendeeId === null ? null : identifierKey("unipile", attendeeId)
}

/** Further ids of the network, where they are neither the key nor another spelling of a phone number or an address. */
const furtherKeys = (key: string, attendee: Attendee, channel_type: ChannelType): ReadonlyArray<string> => {
  const lid = identity(record(attendee.attendee_specifics)["lid"])
  const ids = [identity(attendee.attendee_provider_id), channel_type === "whatsapp" ? lid : null]
  const keys = ids.flatMap((raw) => {
    const id = normalised(raw, normaliseProviderId)
    return id === null || !isOwnId(id, channel_type) ? [] : [networkIdKey(channel_type, id)]
  })
  return [...new Set(keys)].filter((own) => own !== key)
}
