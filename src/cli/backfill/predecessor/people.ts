/** The predecessor's participants, and its members who left or read. */
import { keyOf } from "../../../http/processors/person.ts"
import { Identity } from "../../../../actors/memory/identity.ts"
import type { ChannelType } from "../../../../machines/vocabulary.ts"
import type { Told } from "../source.ts"
import type { Row } from "./row.ts"

/** Ways of finding a record, as the API takes them. */
const method = /^[a-z][a-z0-9_]{0,49}$/

export const participantEvent = (row: Row): ReadonlyArray<Told> => {
  const identifiers = row.identifiers()
  const { linkedin_member_urn, instagram_username, facebook_id, telegram_id, twitter_handle, email, phone } =
    identifiers
  if (Object.keys(identifiers).length === 0) {
    row.found("has no identifier of its own: it comes with its messages alone")
    return []
  }
  const named = {
    email,
    phone,
    linkedin: linkedin_member_urn,
    instagram: instagram_username,
    facebook: facebook_id,
    telegram: telegram_id,
    twitter: twitter_handle,
    name: row.text("name", 200) ?? undefined,
    avatar_url: row.text("avatar_url", 2_048) ?? undefined,
    at: row.instant("first_seen") ?? undefined
  }
  const told = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined))
  const resolution = resolutionOf(row)
  return [{ kind: "event", event: { type: "participant", ...told, ...(resolution === null ? {} : { resolution }) } }]
}

const resolutionOf = (row: Row): object | null => {
  const record_id = row.text("contact_record", 200)
  const confidence = row.number("resolution_confidence")
  const how = row.text("resolution_method", 50)
  if (record_id === null) {
    if (confidence !== null && confidence > 0)
      row.found("is sure of a record that it does not name", "resolution_confidence")
    return null
  }
  if (confidence === null || how === null) return { record_id }
  if (confidence < 0 || confidence > 1 || !method.test(how)) {
    row.found(`${confidence} and "${how}" are no confidence and method: linked as by hand`, "resolution_method")
    return { record_id }
  }
  return { record_id, confidence, method: how }
}

/** A member who is not the owner: whether they left, and what they have read of ours (`read`: the newest of it). */
export const memberEvents = (
  row: Row,
  tenant: string,
  in_: { readonly account: string; readonly channel_type: ChannelType | null; readonly conversation: string },
  read: string | null
): ReadonlyArray<Told> => {
  const provider_id = row.text("provider_participant_id", 200)
  const key = keyOf(row.identifiers("person_"), null, in_.channel_type)
  const participant = provider_id ?? (key === null ? null : new Identity(tenant).participant(key))
  if (participant === null) {
    row.found("has neither an identifier nor the provider's id: it comes with its messages alone")
    return []
  }
  const { conversation } = in_
  const at = row.instant("left_at")
  const last_read_at = row.instant("last_read_at")
  return [
    ...(read === null || last_read_at === null
      ? []
      : [
          {
            kind: "event",
            event: { type: "read_receipt", conversation, message_id: read, participant, at: last_read_at }
          } as const
        ]),
    ...(row.flag("is_active") === false || at !== null
      ? [
          {
            kind: "event",
            event: { type: "participant_left", conversation, participant, ...(at === null ? {} : { at }) }
          } as const
        ]
      : [])
  ]
}
