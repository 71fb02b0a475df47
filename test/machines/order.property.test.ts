/**
 * I3: any permutation and any duplication of the same facts gives the same fields, and they are those that the oracle finds
 * without any moving state. RUNS and SEED change how long and where it looks (support/claim.ts).
 */
import { describe, expect } from "vitest"
import { conversationFields } from "../../machines/conversation/fields.ts"
import type { Fields } from "../../machines/field.ts"
import { initialOf } from "../../machines/field.ts"
import { channelFields } from "../../machines/channel/fields.ts"
import { connectionFields } from "../../machines/connection/fields.ts"
import { memberFields } from "../../machines/member/fields.ts"
import { messageFields } from "../../machines/message/fields.ts"
import { participantFields } from "../../machines/participant/fields.ts"
import type { ReadOn } from "../oracle/conversation.ts"
import type { Said } from "../oracle/said.ts"
import { tenantOf } from "../oracle/tenant.ts"
import { claim } from "../support/claim.ts"
import { alike, expectRow, expectSame, expectTold, membersOf } from "./compared.ts"
import { created, registered, running, start } from "./facts.ts"
import type { History } from "./histories.ts"
import { agreeing, eventOf, histories, messageNumber, withMarks } from "./histories.ts"
import { comparable, SmallTenant } from "./small-tenant.ts"

/** A mark on a chat that nobody has heard of, or on a message, is refused. */
const fates = ["done", "refused", "unknown"]

const tell = (tenant: SmallTenant, said: Said) =>
  tenant.run(eventOf(said, (thread) => tenant.identity.conversation("whatsapp", "account", thread)))

const tenantAfter = (said: ReadonlyArray<Said>, read_on: ReadOn, sleeps: ReadonlyArray<number> = []) => {
  const tenant = new SmallTenant()
  tenant.apply(created)
  if (read_on === "reply")
    tenant.apply({ type: "tenant_configured", changes: { read_on }, received: start, via: "api" })
  tenant.apply(registered)
  for (const [n, one] of said.entries()) {
    if (sleeps.includes(n)) tenant.sleepAndWake()
    const result = tell(tenant, one)
    if (result.type === "failed") throw result.cause
    if (!fates.includes(result.type)) expect(result.type).toBe("done")
    tenant.expectStatesToFollowFields()
  }
  return tenant
}

const without = (fields: Fields, but: string): Fields => {
  const { [but]: _, ...others } = fields
  return others
}

/** Everything that the contract calls a field; is_hot has a memory on purpose and is tested on its own. */
const fieldsOf = (tenant: SmallTenant) =>
  Object.fromEntries(
    [...tenant.population.all()].flatMap((living) => {
      const { kind, id, context } = living
      if (kind === "tenant" || kind === "scheduler") return []
      if (kind === "channel") return [[id, alike(channelFields, context)]]
      if (kind === "connection") return [[id, alike(connectionFields, context)]]
      if (kind === "participant") return [[id, alike(participantFields, context)]]
      if (living.kind !== "conversation") return []
      const members = Object.entries(membersOf(living.context)).map(([key, member]) => [
        key,
        alike(memberFields, member)
      ])
      const { last_message, ...fields } = alike(without(conversationFields, "is_hot"), living.context) as any
      // Its row goes by the name that was heard first; of one instant that stands last which arrived last.
      const last = last_message === null ? null : { at: last_message.at }
      return [[id, { ...fields, last_message: last, members: Object.fromEntries(members), rows: rowsOf(tenant, id) }]]
    })
  )

/** What was heard first differs from one order to another. */
const rowFields = without(messageFields, "arrival")

const rowsOf = (tenant: SmallTenant, conversation_id: string): Record<string, any> =>
  Object.fromEntries(
    [...(tenant.rows.get(conversation_id) ?? [])].map(([id, row]) => [
      messageNumber(id),
      alike(rowFields, { ...initialOf(messageFields), ...row })
    ])
  )

const expectRows = (tenant: SmallTenant, said: ReadonlyArray<Said>): void => {
  for (const [thread, { messages }] of Object.entries(tenantOf(said).conversations)) {
    const rows = rowsOf(tenant, tenant.conversation(thread).id)
    expectSame(Object.keys(rows).length, messages.length, `rows of ${thread}`)
    for (const message of messages) expectRow(rows[messageNumber(message.names[0]!)], message)
  }
}

const agreed = (history: History): History => {
  const alike = agreeing(history.said)
  // Repeats are the very same.
  const made = new Map<Said, Said>()
  const one = (said: Said) => made.get(said) ?? made.set(said, alike(said)).get(said)!
  return { ...history, said: history.said.map(one), other: history.other.map(one) }
}

const facts = ({ said, other }: History) => said.length + other.length

describe("facts in any order", () => {
  claim("facts and marks in any order give what the oracle finds", { runs: 300, facts }, histories, (history) => {
    const { said, other, marks, sleeps, read_on } = history
    for (const telling of [said, other]) {
      const marked = withMarks([running, ...telling], marks)
      const tenant = tenantAfter(marked, read_on, sleeps)
      expectTold(tenant, marked, read_on)
      expectRows(tenant, marked)
    }
  })

  claim("facts in any order give the same fields, every one of them", { runs: 300, facts }, histories, (history) => {
    const { said, other, read_on } = agreed(history)
    const [one, another] = [said, other].map((telling) => fieldsOf(tenantAfter(telling, read_on)))
    expectSame(another, one, "fields")
  })

  claim("facts that are heard again change nothing", { runs: 300, facts }, histories, (history) => {
    const { said, other, read_on } = agreed(history)
    const tenant = tenantAfter(said, read_on)
    for (const fact of other) {
      const result = tell(tenant, fact)
      expect(result.type).toBe("done")
      if ("changes" in result && result.changes.length > 0)
        expect(result, JSON.stringify(fact)).toMatchObject({ changes: [] })
    }
  })

  claim("facts survive sleep at any point", { runs: 100, facts }, histories, ({ said, marks, sleeps, read_on }) => {
    const marked = withMarks([running, ...said], marks)
    const [awake, slept] = [tenantAfter(marked, read_on), tenantAfter(marked, read_on, sleeps)]
    for (const { kind, id, context } of awake.population.all())
      expectSame(comparable(slept.population.get(kind, id)!.context), comparable(context), kind)
  })
})
