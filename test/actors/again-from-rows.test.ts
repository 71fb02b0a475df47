/** Messages that left the window and come again: their rows remember enough to tell a repeat from news (CONTRACT 2.6). */
import * as Result from "effect/Result"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Identity } from "../../actors/memory/identity.ts"
import { windowLimit } from "../../machines/conversation/message-window.ts"
import type { Event } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { ann, ben, day, edited, message, reacted, registered, running, start } from "../machines/facts.ts"
import { databases } from "../support/databases.ts"
import type { TenantHouse } from "../support/tenant-house.ts"
import { openTenantHouse } from "../support/tenant-house.ts"

const total = windowLimit + 200
const received = start + day / 2
const identity = new Identity("acme")

const mail = (n: number, more: object = {}): Event => {
  const body = {
    event: "mail_received",
    email_id: `E${n}`,
    account_id: "post",
    date: new Date(start + n * 1_000).toISOString(),
    from_attendee: { identifier: "jo@acme.example" },
    to_attendees: [{ identifier: "marta@lumen.example" }],
    provider_id: `P${n}`,
    message_id: `<m${n}@acme.example>`,
    thread_id: "T1",
    subject: "Quote",
    body_plain: `text ${n}`,
    folders: ["INBOX"],
    role: "inbox",
    ...more
  }
  return Result.getOrThrow(translate(body, { received }))[0]!
}

describe.each(databases)("what the window forgot, on $name", (database) => {
  let house: TenantHouse
  let owner: Awaited<ReturnType<TenantHouse["owner"]>>
  const outcomes = async (...events: ReadonlyArray<Event>) => {
    const all: Array<string> = []
    for (const event of events) all.push(...(await owner.tell(event)).map(({ outcome }) => outcome))
    return all
  }

  beforeAll(async () => {
    house = await openTenantHouse(database, start + day)
    owner = await house.owner()
    await owner.tell(registered, running, { ...registered, account_id: "post", channel_type: "gmail" })
    const numbers = Array.from({ length: total }, (_, n) => n)
    await owner.tell(message("m0", 0, ann, { message: { content: null } }), message("m1", 1, ann))
    await outcomes(edited("m1", 1, "first"), edited("m1", 1, "second"), reacted("m1", 1, ben, "👍"))
    await owner.tell(...numbers.slice(2).map((n) => message(`m${n}`, n * 1_000, ann)))
    await owner.tell(...numbers.map((n) => mail(n)))
    await owner.ask((each) => each.flush("acme"))
  })
  afterAll(() => house.close())

  const chat = identity.conversation("whatsapp", "account", "chat-1")
  const row = async (conversation: string, id: string) =>
    (
      await house.rows(
        `select * from messages where conversation_id = '${conversation}' and external_message_id = '${id}'`
      )
    )[0]

  it("an edit of one instant that was heard is a repeat, one that was not is news", async () => {
    const context = (await owner.ask((each) => each.inspect("acme", "conversation", chat))).context as any
    expect(context.facts.window.floor).toBeGreaterThan(start + 1)
    expect(await outcomes(edited("m1", 1, "first"), edited("m1", 1, "second"))).toEqual(["duplicate", "duplicate"])
    expect(await outcomes(edited("m1", 1, "third"))).toEqual(["applied"])
    await owner.ask((each) => each.flush("acme"))
    expect(await row(chat, "m1")).toMatchObject({ content: "third" })
  })

  it("a reaction that is given again after it was taken back is shown", async () => {
    const [off, up] = [reacted("m1", 1, ben, null), reacted("m1", 1, ben, "👍")]
    expect(await outcomes(up, off, off, up, up)).toEqual(["duplicate", "applied", "duplicate", "applied", "duplicate"])
    await owner.ask((each) => each.flush("acme"))
    expect((await row(chat, "m1")).reactions).toMatchObject([{ value: "👍" }])
  })

  it("a message without a text is filled in", async () => {
    const filled = message("m0", 0, ann, { message: { content: "4711" } })
    expect(await outcomes(filled, filled)).toEqual(["applied", "duplicate"])
    await owner.ask((each) => each.flush("acme"))
    expect(await row(chat, "m0")).toMatchObject({ content: "4711" })
    expect(await house.rows(`select message_count from conversations where id = '${chat}'`)).toEqual([
      { message_count: total }
    ])
  })

  it("a mail that is moved is found by its Message-ID", async () => {
    const moved = { event: "mail_moved", role: "archive", folders: ["Archive"], email_id: "E0b", provider_id: "P0b" }
    const thread = identity.conversation("gmail", "post", "T1")
    await outcomes(mail(0, moved), mail(0, moved), mail(0, { email_id: "E0c", provider_id: "P0c" }))
    await owner.ask((each) => each.flush("acme"))
    const [{ message_count, unread_count }] = await house.rows(`select * from conversations where id = '${thread}'`)
    expect([message_count, unread_count]).toEqual([total, total])
    expect(await house.rows(`select id from messages where conversation_id = '${thread}'`)).toHaveLength(total)
  })

  it("the drift check finds nothing to repair", async () => {
    const { touched } = await house.runNow(owner, "update_channel_statistics", received + 1)
    const participants = await house.runNow(owner, "update_participant_statistics", received + 2)
    expect([touched, participants.touched]).toEqual([0, 0])
  })
})
