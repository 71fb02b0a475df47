/** Tries payloads again, on the way on which they came, and says in words what came of it. */
import type { Api } from "../api.ts"
import { plural } from "../wording.ts"

const says = {
  applied: "Applied.",
  duplicate: "It was applied before; nothing changed.",
  waiting: "Its account is not registered: it waits for that now."
} as const

/** Throws Refusal, which says why it stays. */
export const replayOne = async (api: Api, id: string): Promise<string> => {
  const { outcome } = await api.ask<{ readonly outcome: keyof typeof says }>("POST", `/quarantine/${id}/replay`)
  return says[outcome]
}

interface Tried {
  readonly applied: number
  readonly duplicate: number
  readonly waiting: number
  readonly unreadable: number
  readonly next_cursor: string | null
}

/** Page after page: the server takes on a bounded number at a time. Throws Refusal. */
export const replayAll = async (api: Api): Promise<string> => {
  let [taken, left] = [0, 0]
  let cursor: string | null = ""
  while (cursor !== null) {
    const page: Tried = await api.ask("POST", `/quarantine/replay${cursor === "" ? "" : `?cursor=${cursor}`}`)
    taken += page.applied + page.duplicate + page.waiting
    left += page.unreadable
    cursor = page.next_cursor
  }
  return left === 0
    ? `${plural(taken, "payload")} understood.`
    : `${plural(taken, "payload")} understood, ${plural(left, "payload")} still not.`
}
