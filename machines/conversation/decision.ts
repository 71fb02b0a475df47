/**
 * A conversation's decision in the making, with the moves that several of its rules share. Nested values are copied once
 * per decision, at their first change; the context that it began with is never touched. So a rule must
 * copy what it needs from a member or the facts before it changes them: later changes are made in place.
 */
import { Draft } from "../draft.ts"
import { own, put } from "../own.ts"
import type { MessagesRecounted, PersonNews } from "../told.ts"
import type { ConversationContext, ConversationFacts, Member } from "./context.ts"

const differs = <T extends object>(value: T, changes: Partial<T>): boolean => {
  for (const name in changes) if (!Object.is(value[name], changes[name])) return true
  return false
}

export class Decision extends Draft<ConversationContext> {
  /** Place of the event in the tenant's order of arrival. */
  readonly seq: number
  #people: Map<string, { readonly received: number; readonly news: Array<PersonNews> }> | null = null
  #counted: { readonly members: ConversationContext["members"]; count: number } | null = null
  #recounted: { -readonly [K in keyof MessagesRecounted]: MessagesRecounted[K] } | null = null

  constructor(before: ConversationContext, seq = 0) {
    super(before)
    this.seq = seq
  }

  /** Tells the participant, who hears all of it in one event. Nobody (null) hears nothing. */
  person(key: string | null, received: number, news: PersonNews): void {
    if (key === null) return
    const known = this.#people?.get(key)
    if (known?.received === received) return void known.news.push(news)
    const told = { type: "person_told" as const, key, received, news: [news] }
    this.#people ??= new Map()
    this.#people.set(key, told)
    this.tell(told)
  }

  /** Tells the channel that so many messages more, or fewer, count: once, however many of them there are. */
  channelRecounted(by: number, received: number): void {
    if (by === 0) return
    if (this.#recounted !== null) return void (this.#recounted.by += by)
    this.#recounted = { type: "messages_recounted", by, received }
    this.tell(this.#recounted)
  }

  /** Changes facts; equal values change nothing. */
  learn(changes: Partial<ConversationFacts>): void {
    const facts = this.context.facts
    if (!differs(facts, changes)) return
    if (facts === this.before.facts) this.set({ facts: { ...facts, ...changes } })
    else Object.assign(facts, changes)
  }

  /** How many members there are; counted once, however many are added. */
  get memberCount(): number {
    const { members } = this.context
    if (this.#counted?.members !== members) this.#counted = { members, count: Object.keys(members).length }
    return this.#counted.count
  }

  /** Changes one member, or makes it; equal values change nothing. */
  member(key: string, changes: Partial<Member>): void {
    const member = own(this.context.members, key)
    if (member !== undefined && !differs(member, changes)) return
    if (this.context.members === this.before.members) this.set({ members: { ...this.context.members } })
    if (member === undefined && this.#counted?.members === this.context.members) this.#counted.count++
    if (member === undefined || member === own(this.before.members, key)) {
      put(this.context.members as Record<string, Member>, key, { ...member, ...changes } as Member)
    } else Object.assign(member, changes)
  }
}
