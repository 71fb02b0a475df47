/**
 * What a conversation keeps of our own clock, corrected where it lies ahead (../ahead.ts): where the provider tells no time, a fact
 * has the time at which it came. What is corrected gives way to whatever comes now, and stands as it did among what was corrected
 * with it: who left and came back is here. A message keeps its time, by which its row and its place in the thread go.
 */
import { inTheirOrder, isAhead, notAhead } from "../ahead.ts"
import type { DeadlinePassed } from "../events.ts"
import type { ConversationContext, Member } from "./context.ts"
import type { Decision } from "./decision.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, store } from "./message-window.ts"
import { refiled } from "./thread.ts"

type Settled = ReturnType<typeof inTheirOrder>

/** The same value with its time settled; the very same where that is no change. */
const timed = <T extends { readonly at: number | null } | null | undefined>(value: T, settled: Settled): T =>
  value != null && settled(value.at) !== value.at ? { ...value, at: settled(value.at) } : value

/** Instants that are weighed against each other. */
const instants = ({ facts, members }: ConversationContext) => [
  facts.subject_at,
  facts.metadata_at,
  facts.sync_at,
  facts.sync_error_at,
  facts.urgent_at,
  facts.busy_at,
  facts.inbox_at,
  facts.reported?.at,
  facts.prioritised?.at,
  facts.filed?.at,
  facts.roster?.at,
  facts.sync.succeeded_at,
  facts.sync.forgiven_at,
  ...facts.sync.failures,
  ...(facts.unread_marks ?? []).map(({ at }) => at),
  ...Object.values(members).flatMap(({ seen_at, gone_at, told_gone_at, hinted_at }) => [
    seen_at,
    gone_at,
    told_gone_at,
    hinted_at
  ])
]

/** Whatever has changed with a clock that was ahead says so in `updated_at`. */
export const conversationCorrected = (d: Decision, { received: now }: DeadlinePassed): void => {
  if (!isAhead(d.context.updated_at, now)) return
  const { facts, last_accessed_at, last_synced_at, status } = d.context
  const settled = inTheirOrder(instants(d.context), now)
  d.set({
    updated_at: now,
    last_accessed_at: notAhead(last_accessed_at, now),
    last_synced_at: notAhead(last_synced_at, now)
  })
  const { sync, unread_marks } = facts
  d.learn({
    subject_at: settled(facts.subject_at),
    metadata_at: settled(facts.metadata_at),
    sync_at: settled(facts.sync_at),
    sync_error_at: settled(facts.sync_error_at),
    heated_at: notAhead(facts.heated_at, now),
    urgent_at: settled(facts.urgent_at),
    busy_at: settled(facts.busy_at),
    inbox_at: settled(facts.inbox_at),
    reported: timed(facts.reported, settled),
    prioritised: timed(facts.prioritised, settled),
    filed: timed(facts.filed, settled),
    roster: timed(facts.roster, settled),
    sync: {
      ...sync,
      succeeded_at: settled(sync.succeeded_at),
      failures: sync.failures.map((at) => settled(at)),
      ...(sync.forgiven_at === undefined ? {} : { forgiven_at: settled(sync.forgiven_at) })
    },
    ...(unread_marks === undefined ? {} : { unread_marks: unread_marks.map((mark) => timed(mark, settled)) })
  })
  // Messages keep their times: a filing that would be older than those now, and was not, keeps its own.
  refiled(d)
  if (d.context.status !== status) {
    d.learn({ filed: facts.filed })
    refiled(d)
  }
  for (const member of Object.values(d.context.members)) d.member(member.key, memberSettled(member, settled, now))
  for (const record of all(facts.window)) {
    const corrected = recordNotAhead(record, now)
    if (corrected !== record) d.learn({ window: store(d.context.facts.window, corrected) })
  }
}

const memberSettled = (
  { seen_at, gone_at, told_gone_at, hinted_at, left_at, updated_at }: Member,
  settled: Settled,
  now: number
): Partial<Member> => ({
  seen_at: settled(seen_at),
  gone_at: settled(gone_at),
  told_gone_at: settled(told_gone_at),
  left_at: settled(left_at),
  updated_at: notAhead(updated_at, now),
  ...(hinted_at === undefined ? {} : { hinted_at: settled(hinted_at) })
})

/** A message with what was told of it not ahead; the very same where nothing is. Its own time stays. */
export const recordNotAhead = (record: MessageRecord, now: number): MessageRecord => {
  const { edited_at, texts, reactions, moved, owner_told } = record
  const times = [edited_at, texts?.at, moved?.at, owner_told?.at, ...reactions.map(({ at }) => at)]
  if (!times.some((at) => isAhead(at, now))) return record
  const settled = inTheirOrder(times, now)
  return {
    ...record,
    edited_at: settled(edited_at),
    reactions: reactions.map((reaction) => timed(reaction, settled)),
    ...(texts === undefined ? {} : { texts: timed(texts, settled) }),
    ...(moved === undefined ? {} : { moved: timed(moved, settled) }),
    ...(owner_told === undefined ? {} : { owner_told: timed(owner_told, settled) })
  }
}
