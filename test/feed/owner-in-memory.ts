/** Tenants with a real hub over plain states, so that the edge of the feed can be tested without actors and database. */
import * as Effect from "effect/Effect"
import { ActorUnknown, TenantUnknown } from "../../actors/errors.ts"
import { Hub, hubLimits } from "../../actors/feed/hub.ts"
import type { Typist } from "../../actors/feed/topic.ts"
import { TenantOwner } from "../../actors/tenant-owner.ts"
import type { Event } from "../../machines/events.ts"

/** Topic → state; a conversation's `chat` is the provider's id of it. */
export class TenantInMemory {
  readonly states: Record<string, Record<string, unknown>> = { inbox: { n: 0 } }
  readonly submitted: Array<Event> = []
  readonly typists: Record<string, ReadonlyArray<Typist>> = {}
  readonly #due: Array<() => void> = []
  #epochs = 0
  hub = this.#newHub()

  #newHub(): Hub {
    return new Hub({
      view: (topic) => this.states[topic],
      typists: (topic) => this.typists[topic] ?? [],
      schedule: (run) => this.#due.push(run),
      epoch: () => `e${(this.#epochs += 1)}`,
      limits: hubLimits
    })
  }
  /** Changes a topic and publishes the frame. */
  set(topic: string, changes: Record<string, unknown>): void {
    this.states[topic] = { ...this.states[topic], ...changes }
    this.hub.touch(topic)
    this.frame()
  }
  frame(): void {
    this.#due.splice(0).forEach((run) => run())
  }
  /** As after the loss of the tenant's ownership (I6). */
  reload(): void {
    const before = this.hub
    this.hub = this.#newHub()
    before.end()
  }
}

export const ownerOf = (tenants: Readonly<Record<string, TenantInMemory>>): TenantOwner["Service"] => {
  const find = (tenant: string) => {
    const found = tenants[tenant]
    return found === undefined ? Effect.fail(new TenantUnknown({ tenant })) : Effect.succeed(found)
  }
  const beyond = Effect.die("not part of these tests")
  return TenantOwner.of({
    list: beyond,
    create: () => beyond,
    tenantsOf: () => beyond,
    gate: () => beyond,
    inspect: () => beyond,
    sealed: () => beyond,
    flush: () => beyond,
    stats: () => beyond,
    residentStats: beyond,
    hub: (tenant) => Effect.map(find(tenant), ({ hub }) => hub),
    resolve: (tenant, kind, id) =>
      Effect.map(find(tenant), ({ states }) => {
        const topic = Object.keys(states).find((name) => name.startsWith(kind) && states[name]!["chat"] === id)
        return topic?.slice(kind.length + 1) ?? id
      }),
    view: Effect.fnUntraced(function* (tenant, kind, id) {
      const state = (yield* find(tenant)).states[`${kind}:${id}`]
      return state ?? (yield* new ActorUnknown({ kind, id }))
    }),
    submit: (tenant, event) =>
      Effect.map(find(tenant), ({ submitted }) => {
        submitted.push(event)
        return { outcome: "applied" as const }
      }),
    signal: (tenant, event) =>
      Effect.map(find(tenant), (found) => {
        const topic = `conversation:${event.conversation_id}`
        const others = (found.typists[topic] ?? []).filter(({ id }) => id !== event.typist.id)
        const until = event.received + event.lasts
        found.typists[topic] = event.is_typing ? [...others, { ...event.typist, until }] : others
        found.hub.touchTyping(topic)
        found.frame()
      })
  })
}
