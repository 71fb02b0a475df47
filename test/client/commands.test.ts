/** Commands that are shown before they are answered, and taken back when they are refused. The test plays the server's part. */
import { beforeEach, expect, it } from "vitest"
import { connect } from "../../src/client/index.ts"
import type { Client } from "../../src/client/index.ts"
import { Place, settled } from "./place.ts"

const id = "11111111-1111-4111-8111-111111111111"
const summary = { assigned_to: "bo", unread_count: 3, labels: ["old"] }

let place: Place
let client: Client
let complaints: Array<string>
beforeEach(async () => {
  place = new Place()
  complaints = []
  client = connect("http://server.test", async () => "t", {
    environment: place,
    onError: ({ code }) => complaints.push(code)
  })
  await settled()
  place.last.opens()
})

const shown = () => {
  const [conversation, inbox] = [client.conversation("chat"), client.inbox()]
  conversation.subscribe(() => {})
  inbox.subscribe(() => {})
  const at = { epoch: "e", offset: 0, recovered: false } as const
  place.last.says({ type: "snapshot", topic: "conversation:chat", ...at, state: { id, ...summary } })
  const state = { totals: { unread_count: 3 }, conversations: { [id]: summary } }
  place.last.says({ type: "snapshot", topic: "inbox", ...at, state }).heard()
  return { conversation, inbox, line: () => inbox.get().state!.conversations[id] }
}
const refOf = () => (place.last.heard() as ReadonlyArray<any>).at(-1).ref as string

it("an assignment shows at once, and stays when the server's word comes", async () => {
  const { conversation, line } = shown()
  const result = conversation.assign("ann")
  expect(conversation.get().state!.assigned_to).toBe("ann")
  expect(line()!.assigned_to).toBe("ann")
  const ref = refOf()
  place.last
    .says({ type: "patch", topic: "conversation:chat", offset: 1, changes: { assigned_to: "ann" } })
    .says({ type: "patch", topic: "inbox", offset: 1, changes: { conversations: { [id]: { assigned_to: "ann" } } } })
    .says({ type: "done", ref })
  expect(await result).toEqual({ ok: true })
  expect(conversation.get().state!.assigned_to).toBe("ann")
  expect(line()!.assigned_to).toBe("ann")
})

it("what is refused is as it was, with the reason, and is nobody else's error", async () => {
  const { conversation, line } = shown()
  const result = conversation.markRead()
  expect([conversation.get().state!.unread_count, line()!.unread_count]).toEqual([0, 0])
  // Meanwhile the server goes on: that stays.
  place.last.says({ type: "patch", topic: "conversation:chat", offset: 1, changes: { unread_count: 4 } })
  expect(conversation.get().state!.unread_count).toBe(0)
  const refusal = { code: "not_found", message: "There is no such conversation.", topic: "conversation:chat" }
  place.last.says({ type: "error", ...refusal, answers: "read", ref: refOf() })
  expect(await result).toEqual({ ok: false, code: "not_found", message: refusal.message })
  expect([conversation.get().state!.unread_count, line()!.unread_count]).toEqual([4, 3])
  expect(conversation.get().status).toBe("live")
  expect(complaints).toEqual([])
})

it("what is put off leaves the list, and a label joins the others", async () => {
  const { conversation, line } = shown()
  const put = conversation.snooze(new Date(place.time + 3_600_000))
  expect(line()).toBeUndefined()
  place.last.says({ type: "error", code: "rule_broken", message: "must lie ahead", answers: "snooze", ref: refOf() })
  expect(await put).toMatchObject({ ok: false, code: "rule_broken" })
  expect(line()).toEqual(summary)
  void conversation.label({ add: ["new"], remove: ["old"] })
  expect(line()!.labels).toEqual(["new"])
})

it("a line that breaks takes back what nobody answered; without one nothing is sent", async () => {
  const { conversation } = shown()
  const result = conversation.assign("ann")
  place.last.ends(1006)
  expect(await result).toMatchObject({ ok: false, code: "lost" })
  expect(conversation.get()).toMatchObject({ status: "stale", state: { assigned_to: "bo" } })
  expect(await conversation.assign("ann")).toMatchObject({ ok: false, code: "offline" })
  expect(conversation.get().state!.assigned_to).toBe("bo")
})
