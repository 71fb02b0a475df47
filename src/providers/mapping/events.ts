/** Our events out of what a mapping declares. */
import * as Result from "effect/Result"
import type { MessageReceived, Person, ProviderEvent } from "../../../machines/events.ts"
import type { ChannelType } from "../../../machines/vocabulary.ts"
import type { TranslateContext } from "../provider.ts"
import type { Unreadable } from "../unreadable.ts"
import { aboutIn } from "./about.ts"
import type { Declared, Tables } from "./mapping.ts"
import { messageIn, threadIn } from "./message.ts"
import { ownerOf, personIn } from "./person.ts"
import { channelTypeIn, type Common, commonIn, idsIn } from "./place.ts"
import { required, rows } from "./read.ts"

/** People of one message that are looked at: more than a group of any network shows (I8). */
const peopleLimit = 2_048

/** The event that is declared for a body. Early returns instead of Result.gen, as on the path of every webhook. */
export const eventIn = (
  body: unknown,
  declared: Declared,
  context: TranslateContext
): Result.Result<ProviderEvent, Unreadable> => {
  const common = commonIn(body, declared.fields, context)
  if (Result.isFailure(common)) return Result.fail(common.failure)
  switch (declared.event) {
    case "account_status_changed":
      return Result.map(required(body, declared.fields.status), (status) => {
        return { type: "account_status_changed", ...common.success, status }
      })
    case "message_received":
      return receivedIn(body, declared.fields, common.success, context)
    default:
      return aboutIn(body, declared, common.success, context)
  }
}

const receivedIn = (
  body: unknown,
  fields: Tables["message_received"],
  common: Common,
  context: TranslateContext
): Result.Result<MessageReceived, Unreadable> => {
  const thread_id = required(body, fields.thread_id)
  if (Result.isFailure(thread_id)) return Result.fail(thread_id.failure)
  const ids = idsIn(body, fields)
  if (Result.isFailure(ids)) return Result.fail(ids.failure)
  const said = required(body, fields.direction)
  if (Result.isFailure(said)) return Result.fail(said.failure)
  const direction = said.success
  return Result.map(channelTypeIn(body, fields, common.account_id, context), (channel_type) => {
    const owner = ownerOf(common.account_id)
    const other = personIn(body, fields.person, channel_type)
    return {
      type: "message_received",
      ...common,
      channel_type,
      external_thread_id: thread_id.success,
      owner,
      thread: threadIn(body, fields, thread_id.success),
      people: peopleIn(body, fields, other, channel_type),
      sender: direction === "outbound" ? owner : other,
      message: messageIn(body, fields, ids.success, direction)
    }
  })
}

/** The other side and the rest of a group, each once. */
const peopleIn = (
  body: unknown,
  { people }: Tables["message_received"],
  other: Person | null,
  channel_type: ChannelType
): ReadonlyArray<Person> => {
  const found = new Map(other === null ? [] : [[other.key, other]])
  for (const row of rows(body, people, peopleLimit)) {
    const person = personIn(row, people?.of, channel_type)
    if (person !== null && !found.has(person.key)) found.set(person.key, person)
  }
  return [...found.values()]
}
