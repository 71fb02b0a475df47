/**
 * The keys of people under the ids that networks gave them. They are one rule for all providers: who writes through two of them
 * under one id is one person.
 */
import { identifierKey, normaliseEmail } from "../../machines/identifiers.ts"
import type { ChannelType } from "../../machines/vocabulary.ts"

/** What a network's own id is called in a person's key. */
const keyKinds: Partial<Record<ChannelType, string>> = {
  linkedin: "linkedin",
  instagram: "instagram",
  telegram: "telegram",
  messenger: "facebook",
  twitter: "twitter"
}

/** The key of whoever has this id, or this handle, on the network. */
export const networkKey = (channel_type: ChannelType, id: string): string =>
  identifierKey(keyKinds[channel_type] ?? channel_type, id)

/** The same for an id alone: on WhatsApp one person has many devices. */
export const networkIdKey = (channel_type: ChannelType, id: string): string =>
  networkKey(channel_type, channel_type === "whatsapp" ? withoutDevice(id) : id)

/** Whether the id is one of the network's own: on WhatsApp a phone number is the id, unless that hides behind a `@lid`; mail has addresses alone. */
export const isOwnId = (id: string, channel_type: ChannelType): boolean =>
  channel_type === "whatsapp" ? /@lid$/i.test(id) : normaliseEmail(id) === null

/** `digits:device@lid` is `digits@lid`. */
const withoutDevice = (id: string): string => id.replace(/:\d+@/, "@").toLowerCase()
