/** Two conversations that turn out to be one thread (CONTRACT 2.4): what the one was told holds for the messages of the other. */
import { describe, expect, test } from "vitest"
import type { FactArrived } from "../../machines/events.ts"
import { ann, ben, created, me, message, read, registered, running } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const arrived = (fact: FactArrived["fact"], names: ReadonlyArray<string>, answers?: string): FactArrived => ({
  type: "fact_arrived",
  account_id: "post",
  channel_type: "gmail",
  received: registered.received,
  via: "api",
  own_email: null,
  at: fact.at,
  where: { thread_id: null, names, roots: answers === undefined ? [] : [answers], answers: [] },
  fact
})
const sent = (n: number, answers?: number) =>
  arrived(
    {
      ...message(`id-${n}`, n, me, { people: [ann, ben] }),
      letter: { roles: { [ann.key]: "recipient", [ben.key]: "cc" }, owner_known: true, moved: null }
    },
    [`<${n}@x>`, `id-${n}`],
    answers === undefined ? undefined : `<${answers}@x>`
  )
const readBy = (n: number, reader: typeof ann) =>
  arrived({ ...read(`id-${n}`, 9, reader), direction: "outbound" }, [`id-${n}`])

const after = (...facts: ReadonlyArray<FactArrived>) => {
  const tenant = new SmallTenant()
  for (const event of [created, running, { ...registered, account_id: "post", channel_type: "gmail" } as const])
    tenant.run(event)
  for (const fact of facts) tenant.apply(fact)
  return tenant
}
/** Mail 3 answers 2, which answers 1; as long as 2 is missing they are two threads. */
const whole = [sent(1), sent(3, 2), sent(2, 1)]
const wholeAfterReading = [sent(1), sent(3, 2), readBy(3, ann), sent(2, 1)]

describe("two conversations that become one", () => {
  test("a receipt heard in the one covers the older messages of the other", () => {
    const tenant = after(...wholeAfterReading)
    const id = tenant.identity.conversation("gmail", "post", "<1@x>")
    for (const n of [1, 2, 3]) expect(tenant.rowsOf(id).get(`id-${n}`)).toMatchObject({ status: "read" })
  })

  test("how far a member has read in the one counts in both", () => {
    const [joined, told] = [after(...wholeAfterReading), after(...whole, readBy(3, ann))]
    const [one] = joined.population.ofKind("conversation").filter(({ context }) => context.merged_into === null)
    const [other] = told.population.ofKind("conversation").filter(({ context }) => context.merged_into === null)
    const member = (living: typeof one) => living!.context.members[ann.key]!
    expect(member(one).last_read_at).not.toBeNull()
    expect(member(one)).toMatchObject({
      last_read_at: member(other).last_read_at,
      seen_count: member(other).seen_count
    })
  })
})
