/** Tenants with a real hub over plain states, so that the edge of the feed can be tested without actors and database. */
import * as Effect from "effect/Effect"
import type { Actor } from "xstate"
import { createActor } from "xstate"
import { ActorUnknown, DatabaseAway, TenantUnknown } from "../../actors/errors.ts"
import { Hub, hubLimits } from "../../actors/feed/hub.ts"
import { nobody } from "../../actors/feed/topic.ts"
import { presentView } from "../../actors/views/entities.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Unreached } from "../../actors/owner/owner.ts"
import type { Event } from "../../machines/events.ts"
import { presenceMachine } from "../../machines/presence/machine.ts"

/** Topic → state; a conversation's `chat` is the provider's id of it. */
export class TenantInMemory {
  readonly states: Record<string, Record<string, unknown>> = { inbox: { n: 0 } }
  readonly submitted: Array<Event> = []
  /** By conversation: the real machine, which nobody wakes at its deadlines. */
  readonly presence = new Map<string, Actor<typeof presenceMachine>>()
  readonly #due: Array<() => void> = []
  #epochs = 0
  /** As when the database does not answer and the tenant needs it. */
  isAway = false
  /** What looking up a name has to wait for. */
  lookUp: Effect.Effect<void> = Effect.void
  hub = this.#newHub()

  #newHub(): Hub {
    return new Hub({
      view: (topic) => this.states[topic],
      present: (topic) => {
        const presence = this.presence.get(topic.replace("conversation:", ""))
        return presence === undefined ? nobody : presentView(presence.getSnapshot().context)
      },
      paces: {},
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
  const find = (tenant: string): Effect.Effect<TenantInMemory, Unreached> => {
    const found = tenants[tenant]
    if (found === undefined) return Effect.fail(new TenantUnknown({ tenant }))
    return found.isAway ? Effect.fail(new DatabaseAway({})) : Effect.succeed(found)
  }
  const beyond = Effect.die("not part of these tests")
  return TenantOwner.of({
    list: beyond,
    create: () => beyond,
    namesRead: Effect.void,
    tenantsOf: () => beyond,
    gate: () => beyond,
    resident: () => undefined,
    connections: () => beyond,
    timeline: () => beyond,
    thread: () => beyond,
    member: () => beyond,
    keysOf: () => beyond,
    ownerKey: () => beyond,
    inspect: () => beyond,
    sealed: () => beyond,
    flush: () => beyond,
    stats: () => beyond,
    residentStats: beyond,
    watchMessages: () => beyond,
    watchScope: () => beyond,
    openSyncJobs: beyond,
    syncJob: () => beyond,
    syncableAccounts: () => beyond,
    providerAccess: () => beyond,
    keysOfRecord: () => beyond,
    hub: (tenant) => Effect.map(find(tenant), ({ hub }) => hub),
    resolve: Effect.fnUntraced(function* (tenant, kind, id) {
      const { states, lookUp } = yield* find(tenant)
      yield* lookUp
      const topic = Object.keys(states).find((name) => name.startsWith(kind) && states[name]!["chat"] === id)
      if (topic !== undefined) return topic.slice(kind.length + 1)
      return states[`${kind}:${id}`] === undefined ? yield* new ActorUnknown({ kind, id }) : id
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
        const id = event.conversation_id
        const presence = found.presence.get(id) ?? createActor(presenceMachine, { input: { id } }).start()
        found.presence.set(id, presence)
        presence.send(event)
        found.hub.touchPresence(id)
        found.frame()
      })
  })
}
