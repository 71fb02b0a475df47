/** Which of our channels an account type of UniPile is (unipile.md §2, §6). */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ChannelType } from "../../../machines/vocabulary.ts"
import type { Messaging } from "./payload.ts"
import { label, record, requiredIdentity } from "../text.ts"
import type { Unreadable } from "../unreadable.ts"
import { unreadable } from "../unreadable.ts"
import { own } from "../../../machines/own.ts"

const isChannelType = Schema.is(ChannelType)

const channelTypes: Readonly<Record<string, ChannelType>> = {
  LINKEDIN: "linkedin",
  WHATSAPP: "whatsapp",
  INSTAGRAM: "instagram",
  MESSENGER: "messenger",
  TELEGRAM: "telegram",
  TWITTER: "twitter",
  GOOGLE_CALENDAR: "calendar",
  OUTLOOK: "outlook",
  EXCHANGE: "outlook",
  MAIL: "mail",
  ICLOUD: "mail",
  IMAP: "mail"
}

/**
 * The channel of a payload. Where it names none of CONTRACT §1, such as SLACK or nothing, what the account was registered as counts:
 * the fault names the account.
 */
export const channelOf = (payload: Messaging): Result.Result<ChannelType, Unreadable> => {
  const channel = channelNamed(payload.account_type) ?? channelNamed(record(payload.account_info)["type"])
  if (channel !== null) return Result.succeed(channel)
  const account = requiredIdentity(payload.account_id)
  return Result.fail(unreadable("account_type", "names no channel that is handled", account))
}

/** The channel that an account type names, in v1's words, v2's or our own; null for what CONTRACT §1 has no channel for. */
export const channelNamed = (name: unknown): ChannelType | null => {
  const type = label(name, 40)?.toUpperCase() ?? ""
  const known = own(channelTypes, type)
  if (known !== undefined) return known
  const ours = type.toLowerCase()
  if (isChannelType(ours)) return ours
  return type.startsWith("GOOGLE") ? "gmail" : null
}
