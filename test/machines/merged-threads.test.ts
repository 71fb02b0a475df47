/** Conversations that became part of others: what is meant for them, and threads that would become part of each other. */
import { describe, expect, test } from "vitest"
import { Living } from "../../actors/memory/living.ts"
import { neededRecall } from "../../actors/prepare/recall.ts"
import type { Event, FactArrived } from "../../machines/events.ts"
import { ann, ben, created, me, message, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

/** A mail of the account's owner; `answers`: Message-IDs, or the provider's own thread. */
const mail = (n: number, id: string, roots: ReadonlyArray<string>, thread_id: string | null = null): FactArrived => {
  const fact = {
    ...message(`id-${n}`, n, me, { people: [ann, ben] }),
    letter: { roles: {}, owner_known: true, moved: null }
  }
  return {
    type: "fact_arrived",
    account_id: "post",
    channel_type: "gmail",
    received: registered.received,
    via: "api",
    own_email: null,
    at: fact.at,
    where: { thread_id, names: [id, `id-${n}`], roots, answers: [] },
    fact
  }
}

const post = () => {
  const tenant = new SmallTenant()
  for (const event of [created, running, { ...registered, account_id: "post", channel_type: "gmail" } as const])
    tenant.run(event)
  const of = (thread: string) =>
    tenant.population.get("conversation", tenant.identity.conversation("gmail", "post", thread))!
  return { tenant, of, id: (thread: string) => tenant.identity.conversation("gmail", "post", thread) }
}

describe("mails that answer each other", () => {
  const circle = [
    mail(2, "<m1@x>", ["<b@x>"]),
    mail(3, "<m2@x>", ["<a@x>"]),
    mail(4, "<m3@x>", ["<b@x>", "<a@x>"]),
    mail(1, "<a@x>", ["<b@x>"])
  ]

  test("are one conversation that is part of nothing, with all of its messages", () => {
    const { tenant, of } = post()
    for (const each of circle) tenant.apply(each)
    expect(of("<b@x>").snapshot.value).toBe("merged")
    expect(of("<a@x>").context).toMatchObject({ merged_into: null, message_count: 4, status: "active" })
    // And what is still told of the former thread reaches it.
    tenant.apply({ ...message("late", 9, ann), account_id: "post", channel_type: "gmail", external_thread_id: "<b@x>" })
    expect(of("<a@x>").context.message_count).toBe(5)
    tenant.expectStatesToFollowFields()
  })

  test("that an earlier version made part of each other break what is told of them, and hang nothing", () => {
    const { tenant, of, id } = post()
    for (const each of circle) tenant.apply(each)
    // As that version left them.
    const a = of("<a@x>")
    const context = { ...a.context, merged_into: id("<b@x>") }
    a.restore({ ...a.snapshot, context } as Living["snapshot"])
    const late = {
      ...message("late", 9, ann),
      account_id: "post",
      channel_type: "gmail",
      external_thread_id: "<b@x>"
    } as const
    expect(tenant.run(late)).toMatchObject({
      type: "failed",
      cause: { message: expect.stringContaining("is part of itself") }
    })
    expect(neededRecall({ ...tenant, tenant: "acme" }, late)).toBeNull()
  })
})

test("a thread that joins a merged one becomes part of whom that is part of, rows and all", () => {
  const { tenant, of, id } = post()
  tenant.apply(mail(1, "<m1@x>", ["<R@x>"]))
  tenant.apply(mail(2, "<m2@x>", ["<m1@x>"], "T"))
  expect(of("<R@x>").context.merged_into).toBe(id("T"))
  // Until the account has forgotten that R is T.
  for (let n = 0; n < 1300; n++) tenant.run(mail(100 + n, `<d${n}@x>`, []))
  tenant.apply(mail(7, "<m7@x>", ["<q@x>"]))
  tenant.apply(mail(8, "<q@x>", ["<R@x>"]))
  expect(of("<q@x>").context.merged_into).toBe(id("T"))
  expect(of("T").context.message_count).toBe(4)
  expect([...tenant.rowsOf(id("T")).values()].map(({ content }) => content)).toEqual(
    Array.from({ length: 4 }, () => "hello")
  )
  expect(tenant.rowsOf(id("<R@x>")).size).toBe(0)
})

describe("of a conversation that became part of a long one", () => {
  const { tenant, of, id } = post()
  tenant.apply(mail(1, "<m1@x>", ["<R@x>"]))
  for (let n = 2; n < 900; n++) tenant.apply(mail(n, `<m${n}@x>`, ["<m1@x>"], "T"))
  const memory = { tenant: "acme", identity: tenant.identity, population: tenant.population }

  test("an old message is looked up in that one", () => {
    const read: Event = {
      type: "conversation_read",
      conversation_id: id("<R@x>"),
      user_id: "user-1",
      message_id: "id-3",
      received: start + 9e6,
      via: "api"
    }
    expect(neededRecall(memory, read)).toMatchObject({ conversation_id: id("T"), ids: ["id-3"], withLater: true })
  })

  test("a recount of its own rows changes nobody's count", () => {
    const before = of("T").context.message_count
    const { type } = tenant.run({
      type: "conversation_recounted",
      conversation_id: id("<R@x>"),
      found: { message_count: 1, unread_count: 0 },
      right: { message_count: 0, unread_count: 0 },
      owner_horizon: null,
      received: start + 9e6,
      via: "clock"
    } as unknown as Event)
    expect(type).toBe("done")
    expect(of("T").context.message_count).toBe(before)
  })
})
