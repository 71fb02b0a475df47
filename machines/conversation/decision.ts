/** A conversation's decision in the making, with the moves that several of its rules share. */
import { Draft } from "../draft.ts"
import type { ConversationContext, ConversationFacts, Member } from "./context.ts"

export class Decision extends Draft<ConversationContext> {
  /** Changes facts; equal values change nothing. */
  learn(changes: Partial<ConversationFacts>): void {
    const facts = this.context.facts
    for (const name in changes) {
      const key = name as keyof ConversationFacts
      if (!Object.is(facts[key], changes[key])) return this.set({ facts: { ...facts, ...changes } })
    }
  }

  /** Changes one member; the member must exist. */
  member(key: string, changes: Partial<Member>): void {
    const member = this.context.members[key]!
    for (const name in changes) {
      const field = name as keyof Member
      if (!Object.is(member[field], changes[field])) {
        return this.set({ members: { ...this.context.members, [key]: { ...member, ...changes } } })
      }
    }
  }
}
