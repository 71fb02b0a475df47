/** What a payload says of the account, the message and the chat that its event is about. */
import * as Result from "effect/Result"
import type { MessageFact } from "../../../machines/events.ts"
import type { ChannelType } from "../../../machines/vocabulary.ts"
import { notAhead } from "../instant.ts"
import type { TranslateContext } from "../provider.ts"
import type { Unreadable } from "../unreadable.ts"
import type { Declared, Tables } from "./mapping.ts"
import { faultAt, optional, required } from "./read.ts"

/** What every event has. */
export interface Common {
  readonly received: number
  readonly via: "webhook"
  readonly account_id: string
  readonly at: number
}

/** The account and the time. */
export const commonIn = (
  body: unknown,
  { account_id, at }: Declared["fields"],
  { received }: TranslateContext
): Result.Result<Common, Unreadable> =>
  Result.map(required(body, account_id), (account_id) => ({
    received,
    via: "webhook",
    account_id,
    at: notAhead(optional(body, at), received)
  }))

export type Ids = Pick<MessageFact, "external_message_id" | "provider_message_id">

/** The message. */
export const idsIn = (
  body: unknown,
  { message_id, provider_message_id }: Tables["message_deleted"]
): Result.Result<Ids, Unreadable> =>
  Result.map(required(body, message_id), (external_message_id) => ({
    external_message_id,
    provider_message_id: optional(body, provider_message_id)
  }))

const unnamed = { from: "channel_type", as: "channel_type" } as const

/** What the account was registered as, else what the payload says. Where neither is known, the fault names the account. */
export const channelTypeIn = (
  body: unknown,
  { channel_type: cell = unnamed }: Tables["message_deleted"],
  account_id: string,
  { channel_type }: TranslateContext
): Result.Result<ChannelType, Unreadable> => {
  const type = channel_type ?? optional(body, cell)
  return type === null ? Result.fail(faultAt(body, cell, account_id)) : Result.succeed(type)
}
