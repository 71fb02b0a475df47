/** What a conversation is called, and on which network it is. */
import type { Connection, Summary } from "../../client/index.ts"
import { words } from "../wording.ts"

/** Its subject, else the people in it, else what the provider calls it. */
export const titleOf = ({
  subject,
  people,
  external_thread_id
}: Pick<Summary, "subject" | "people" | "external_thread_id">): string =>
  subject || people.join(", ") || external_thread_id

export type Channels = ReadonlyMap<string, Pick<Connection, "channel_type" | "account_name" | "account_status">>

export const channelOf = (channels: Channels, connection_id: string): string | undefined =>
  channels.get(connection_id)?.channel_type

/** `Ana types`, `Ana and Carl type`. */
export const typing = (names: ReadonlyArray<string>): string =>
  names.length === 0
    ? ""
    : names.length === 1
      ? `${names[0]} types…`
      : `${names.slice(0, -1).join(", ")} and ${names.at(-1)} type…`

export const typeName = (type: string): string => words(type)
