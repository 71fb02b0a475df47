/** Which of our channels an account type of UniPile is (unipile.md §2, §6). */
import * as Result from "effect/Result"
import type { ChannelType } from "../../../machines/vocabulary.ts"
import type { Messaging } from "./payload.ts"
import { label, record } from "./text.ts"
import type { Unreadable } from "./unreadable.ts"
import { unreadable } from "./unreadable.ts"

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

/** The channel of a payload; Unreadable for types that CONTRACT §1 has no channel for, such as SLACK. */
export const channelOf = (payload: Messaging): Result.Result<ChannelType, Unreadable> => {
  const type = payload.account_type ?? label(record(payload.account_info)["type"], 40) ?? ""
  const channel = channelNamed(type)
  if (channel !== null) return Result.succeed(channel)
  return Result.fail(unreadable("account_type", type === "" ? "is missing" : "is no channel that is handled yet"))
}

/** The channel that an account type names, in v1's words or v2's; null for what CONTRACT §1 has no channel for. */
export const channelNamed = (name: string | null | undefined): ChannelType | null => {
  const type = (name ?? "").trim().toUpperCase()
  if (Object.hasOwn(channelTypes, type)) return channelTypes[type]!
  return type.startsWith("GOOGLE") ? "gmail" : null
}
