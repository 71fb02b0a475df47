/** People as a mapping finds them. Owns which of their identifiers is the strongest; never guesses. */
import { readPhone } from "../../../actors/prepare/phone.ts"
import type { IdentifierKind, Person } from "../../../machines/events.ts"
import { identifierKey, normaliseEmail, normaliseHandle, normaliseProviderId } from "../../../machines/identifiers.ts"
import type { ChannelType } from "../../../machines/vocabulary.ts"
import { addressLength, nameLength } from "../bounds.ts"
import { isOwnId, networkIdKey, networkKey } from "../network-key.ts"
import { label } from "../text.ts"
import type { PersonTable } from "./mapping.ts"
import { optional } from "./read.ts"

/** The account's own person. Its key comes from the account alone, so that every payload gives the same one (I3). */
export const ownerOf = (account_id: string): Person => ({
  key: identifierKey("account", account_id),
  provider_participant_id: null,
  name: null,
  avatar_url: null,
  identifiers: {}
})

type Identifiers = Partial<Record<IdentifierKind, string>>

const normalised = (raw: string | null, normalise: (raw: string) => string | null): string | null =>
  raw === null ? null : normalise(raw)

/**
 * The person that a row shows, or null when it has nothing to be found by. The key is the strongest of phone, e-mail, the
 * network's own id, handle. A sender that is no number, such as a short code, is an id.
 */
export const personIn = (row: unknown, table: PersonTable | undefined, channel_type: ChannelType): Person | null => {
  if (table === undefined) return null
  const number = optional(row, table.phone)
  const phone = normalised(number, readPhone)
  const email = normalised(optional(row, table.email), normaliseEmail)
  const handle = normalised(optional(row, table.handle), normaliseHandle)
  const id = normalised(optional(row, table.id) ?? (phone === null ? number : null), normaliseProviderId)
  const identifiers = identifiersOf(channel_type, { phone, email, handle, id })
  const key =
    identifiers.phone !== undefined
      ? identifierKey("phone", identifiers.phone)
      : email !== null
        ? identifierKey("email", email)
        : id !== null
          ? networkIdKey(channel_type, id)
          : handle !== null
            ? networkKey(channel_type, handle)
            : null
  if (key === null) return null
  const also = id !== null && isOwnId(id, channel_type) ? networkIdKey(channel_type, id) : key
  const avatar = optional(row, table.avatar_url)
  return {
    key,
    provider_participant_id: id,
    name: label(optional(row, table.name), nameLength),
    avatar_url: avatar === null || avatar.length > addressLength ? null : label(avatar, addressLength),
    identifiers,
    ...(also === key ? {} : { also: [also] })
  }
}

interface Shown {
  readonly phone: string | null
  readonly email: string | null
  readonly handle: string | null
  readonly id: string | null
}

/** Which identifier a network's handle or id is. WhatsApp's ids are numbers, unless they hide one. */
const identifiersOf = (channel_type: ChannelType, { phone, email, handle, id }: Shown): Identifiers => {
  const found = phone ?? (channel_type === "whatsapp" ? normalised(id, readPhone) : null)
  return {
    ...(found !== null && { phone: found }),
    ...(email !== null && { email }),
    ...(channel_type === "instagram" && handle !== null && { instagram_username: handle }),
    ...(channel_type === "twitter" && handle !== null && { twitter_handle: handle }),
    ...(channel_type === "telegram" && id !== null && { telegram_id: id }),
    ...(channel_type === "messenger" && id !== null && { facebook_id: id })
  }
}
