/**
 * What a conversation keeps of our own clock, corrected where it lies ahead (../ahead.ts): where the provider tells no time, a fact
 * has the time at which it came. What is corrected gives way to whatever comes now. A message keeps its time, by which its row and
 * its place in the thread go.
 */
import { isAhead, notAhead } from "../ahead.ts"
import type { DeadlinePassed } from "../events.ts"
import type { Member } from "./context.ts"
import type { Decision } from "./decision.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, store } from "./message-window.ts"

/** The same value with its time not ahead; the very same where it is not. */
const timed = <T extends { readonly at: number | null } | null | undefined>(value: T, now: number): T =>
  value != null && isAhead(value.at, now) ? { ...value, at: notAhead(value.at, now) } : value

/** Whatever has changed with a clock that was ahead says so in `updated_at`. */
export const conversationCorrected = (d: Decision, { received: now }: DeadlinePassed): void => {
  if (!isAhead(d.context.updated_at, now)) return
  const { facts, last_accessed_at, last_synced_at } = d.context
  d.set({
    updated_at: now,
    last_accessed_at: notAhead(last_accessed_at, now),
    last_synced_at: notAhead(last_synced_at, now)
  })
  d.learn({
    subject_at: notAhead(facts.subject_at, now),
    metadata_at: notAhead(facts.metadata_at, now),
    sync_at: notAhead(facts.sync_at, now),
    sync_error_at: notAhead(facts.sync_error_at, now),
    heated_at: notAhead(facts.heated_at, now),
    urgent_at: notAhead(facts.urgent_at, now),
    busy_at: notAhead(facts.busy_at, now),
    inbox_at: notAhead(facts.inbox_at, now),
    reported: timed(facts.reported, now),
    prioritised: timed(facts.prioritised, now),
    filed: timed(facts.filed, now),
    roster: timed(facts.roster, now),
    sync: {
      ...facts.sync,
      succeeded_at: notAhead(facts.sync.succeeded_at, now),
      failures: [...new Set(facts.sync.failures.map((at) => notAhead(at, now)))]
    },
    ...(facts.unread_marks === undefined ? {} : { unread_marks: facts.unread_marks.map((mark) => timed(mark, now)) })
  })
  for (const member of Object.values(d.context.members)) d.member(member.key, memberNotAhead(member, now))
  for (const record of all(facts.window)) {
    const corrected = recordNotAhead(record, now)
    if (corrected !== record) d.learn({ window: store(d.context.facts.window, corrected) })
  }
}

const memberNotAhead = ({ seen_at, gone_at, told_gone_at, hinted_at, updated_at }: Member, now: number) => ({
  seen_at: notAhead(seen_at, now),
  // Whoever was seen and gone in one go is gone.
  gone_at: notAhead(gone_at, now),
  told_gone_at: notAhead(told_gone_at, now),
  updated_at: notAhead(updated_at, now),
  ...(hinted_at === undefined ? {} : { hinted_at: notAhead(hinted_at, now) })
})

const recordNotAhead = (record: MessageRecord, now: number): MessageRecord => {
  const { edited_at, texts, reactions, moved, owner_told } = record
  const isAnyAhead = [edited_at, texts?.at, moved?.at, owner_told?.at, ...reactions.map(({ at }) => at)].some((at) =>
    isAhead(at, now)
  )
  if (!isAnyAhead) return record
  return {
    ...record,
    edited_at: notAhead(edited_at, now),
    reactions: reactions.map((reaction) => timed(reaction, now)),
    ...(texts === undefined ? {} : { texts: timed(texts, now) }),
    ...(moved === undefined ? {} : { moved: timed(moved, now) }),
    ...(owner_told === undefined ? {} : { owner_told: timed(owner_told, now) })
  }
}
