/** Somebody accepted the account's invitation (unipile.md §4): a person, and since when. */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { RelationAdded } from "../../../machines/events.ts"
import type { ChannelType } from "../../../machines/vocabulary.ts"
import { channelNamed } from "./channel.ts"
import { addressLength } from "../bounds.ts"
import { instantIn } from "../instant.ts"
import { Hint, reader, RequiredId } from "./payload.ts"
import { personOf } from "./person.ts"
import { hints, label, requiredIdentity } from "../text.ts"
import { type Unreadable, unreadable } from "../unreadable.ts"

const Relation = Schema.Struct({
  account_id: RequiredId,
  account_type: Hint,
  timestamp: Hint,
  user_provider_id: Hint,
  user_public_identifier: Hint,
  user_full_name: Hint,
  user_profile_url: Hint,
  user_picture_url: Hint
})
const readRelation = reader(Relation)

/** The event of new_relation. Only LinkedIn has relations, so that is what a payload without account_type is about. */
export const relationOf = (body: unknown, received: number): Result.Result<RelationAdded, Unreadable> => {
  const read = readRelation(body)
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const relation = read.success
  const channel: ChannelType = channelNamed(relation.account_type) ?? "linkedin"
  const person = personOf(
    {
      attendee_provider_id: relation.user_provider_id,
      attendee_public_identifier: relation.user_public_identifier,
      attendee_name: relation.user_full_name,
      attendee_profile_picture_url: relation.user_picture_url
    },
    channel
  )
  if (person === null) return Result.fail(unreadable("user_provider_id", "names nobody"))
  return Result.succeed({
    type: "relation_added",
    received,
    via: "webhook",
    account_id: requiredIdentity(relation.account_id),
    at: instantIn(relation.timestamp, received),
    person,
    metadata: hints({
      channel_type: channel,
      public_identifier: label(relation.user_public_identifier, 200),
      profile_url: label(relation.user_profile_url, addressLength)
    })
  })
}
