/** What the actors hold beside what the oracle finds. */
import { isDeepStrictEqual } from "node:util"
import { expect } from "vitest"
import type { Identity } from "../../actors/memory/identity.ts"
import type { Population } from "../../actors/memory/population.ts"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { memberUnread } from "../../machines/conversation/members.ts"
import type { ReadOn } from "../oracle/conversation.ts"
import type { Known } from "../oracle/messages.ts"
import type { Said } from "../oracle/said.ts"
import { tenantOf } from "../oracle/tenant.ts"

/** Whoever has a tenant's actors in memory. */
export interface Actors {
  readonly identity: Identity
  readonly population: Population
}

/** Equality without the price of a good message, which is paid only where there is a difference. */
export const expectSame = (actual: unknown, expected: unknown, what: string): void => {
  if (!isDeepStrictEqual(actual, expected)) expect(actual, what).toEqual(expected)
}

/** The values of those fields that `like` has. */
export const alike = (like: object, context: object): Record<string, unknown> =>
  Object.fromEntries(Object.keys(like).map((name) => [name, (context as Record<string, unknown>)[name]]))

export const membersOf = (context: ConversationContext): Record<string, Record<string, unknown>> =>
  Object.fromEntries(
    Object.values(context.members).map((member) => [
      member.key,
      { ...member, unread_count: memberUnread(context, member) }
    ])
  )

/** It may go by any of its names. */
export const expectLast = (
  actual: ConversationContext["last_message"],
  expected: NonNullable<ExpectedFields["last_message"]> | null,
  what: string
): void => {
  if (expected === null) return expectSame(actual, null, `last message of ${what}`)
  const { names, ...last } = expected
  const { id, ...shown } = actual ?? { id: undefined }
  expectSame(shown, last, `last message of ${what}`)
  expect(names, `name of the last message of ${what}`).toContain(id)
}

interface ExpectedFields {
  readonly last_message?: { readonly names: ReadonlyArray<string> } | null
}

/** A conversation's fields are what the oracle says of those that it names. */
export const expectFields = (context: ConversationContext, expected: ExpectedFields, what: string): void => {
  const { last_message, ...fields } = expected
  expectSame(alike(fields, context), fields, what)
  if (last_message !== undefined) expectLast(context.last_message, last_message, what)
}

const withoutLast = <A extends { readonly fields: ExpectedFields }>(expected: A): A => {
  const { last_message: _, ...fields } = expected.fields
  return { ...expected, fields }
}

export const expectConversation = (
  context: ConversationContext,
  expected: { readonly fields: ExpectedFields; readonly members: Readonly<Record<string, object>> },
  what: string
): void => {
  expectFields(context, expected.fields, what)
  const members = membersOf(context)
  expectSame(Object.keys(members).sort(), Object.keys(expected.members).sort(), `members of ${what}`)
  for (const [key, member] of Object.entries(expected.members))
    expectSame(alike(member, members[key]!), member, `${key} in ${what}`)
}

/**
 * Everything that the oracle finds, fields and members of all threads, people, the channel and the connection. `arrived`: whether it
 * was heard in the order of `said`; if not, which of the messages of one instant is the last is left open.
 */
export const expectTold = (
  actors: Actors,
  said: ReadonlyArray<Said>,
  read_on: ReadOn = "open",
  arrived: "in this order" | "in any order" = "in this order"
): void => {
  const { identity, population } = actors
  const expected = tenantOf(said, read_on)
  const context = <K extends "conversation" | "participant" | "channel" | "connection">(kind: K, id: string) =>
    population.get(kind, id)!.context
  for (const [thread, conversation] of Object.entries(expected.conversations))
    expectConversation(
      context("conversation", identity.conversation("whatsapp", "account", thread)),
      arrived === "in this order" ? conversation : withoutLast(conversation),
      thread
    )
  for (const [key, fields] of Object.entries(expected.participants))
    expectSame(alike(fields, context("participant", identity.participant(key))), fields, key)
  const channel = context("channel", identity.channel("whatsapp", "account"))
  expectSame(alike(expected.channel, channel), expected.channel, "channel")
  const connection = context("connection", identity.connection("account"))
  expectSame(alike(expected.connection, connection), expected.connection, "connection")
}

/** A row as the oracle knows its message. `row`: fields of a message; a reaction's person goes by key. */
export const expectRow = (row: any, { row: expected, names }: Known): void => {
  const { reactions, ...same } = expected
  expectSame(alike(same, row), same, names[0]!)
  const shown = (row.reactions ?? []).map((one: any) => [one.participant_id, one.value])
  expectSame(Object.fromEntries(shown), reactions, `reactions to ${names[0]}`)
}
