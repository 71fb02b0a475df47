/**
 * The named converters of mappings. Total: what a converter cannot read is null. Ids, times and texts are bounded as every
 * provider's are (../text.ts, ../instant.ts).
 */
import * as Schema from "effect/Schema"
import { ChannelType, Direction, ProviderAccountStatus } from "../../../machines/vocabulary.ts"
import { timeShown } from "../instant.ts"
import { clean, identity, label, quantity, yesNo } from "../text.ts"
import type { Converted } from "./mapping.ts"

interface Converter<A> {
  readonly convert: (value: unknown) => A | null
  /** What a value is not that it cannot read. */
  readonly what: string
}

const wordLength = 40

const isDirection = Schema.is(Direction)
const isChannelType = Schema.is(ChannelType)
const isStatus = Schema.is(ProviderAccountStatus)

const word = (value: unknown): string => label(value, wordLength)?.toLowerCase() ?? ""

export const converters: { readonly [C in keyof Converted]: Converter<Converted[C]> } = {
  text: {
    convert: (value) => (typeof value === "string" ? clean(value) : null),
    what: "no text"
  },
  id: { convert: identity, what: "no id of 1 to 512 characters" },
  instant: { convert: timeShown, what: "no time since 2000 in ISO 8601, seconds or milliseconds" },
  quantity: { convert: quantity, what: "no number of zero or more" },
  yes_no: { convert: yesNo, what: "neither yes nor no" },
  direction: {
    convert: (value) => (isDirection(word(value)) ? (word(value) as Direction) : null),
    what: "neither inbound nor outbound"
  },
  channel_type: {
    convert: (value) => (isChannelType(word(value)) ? (word(value) as ChannelType) : null),
    what: "no channel type"
  },
  account_status: {
    convert: (value) => {
      const status = word(value).toUpperCase()
      return isStatus(status) ? status : null
    },
    what: `no account status (${ProviderAccountStatus.literals.join(", ").toLowerCase()})`
  }
}
