/**
 * The presence actors of a tenant: who types in and looks at its conversations. Applied and published, never journaled (I10).
 */
import type { Signal } from "../../machines/events.ts"
import type { PresenceEvent } from "../../machines/presence/machine.ts"
import type { MessageAppeared } from "../../machines/told.ts"
import type { Hub } from "../feed/hub.ts"
import type { Deadlines } from "../memory/deadlines.ts"
import type { Living } from "../memory/living.ts"
import type { Memory } from "../memory/memory.ts"

/** Most conversations of a tenant with presence at a time; in further ones none is shown (I8). */
const presentLimit = 10_000

export class Presences {
  readonly #memory: Memory
  readonly #deadlines: Deadlines
  readonly #hub: Hub
  readonly #rearm: () => void

  /** `rearm` is called when deadlines have changed. */
  constructor(memory: Memory, deadlines: Deadlines, hub: Hub, rearm: () => void) {
    this.#memory = memory
    this.#deadlines = deadlines
    this.#hub = hub
    this.#rearm = rearm
  }

  /** Somebody types or looks, or stops. The conversation must exist. */
  signal(event: Signal): void {
    const { population } = this.#memory
    const id = event.conversation_id
    const isBeginning = event.type === "typing_signalled" ? event.is_typing : event.is_viewing
    const presence =
      population.get("presence", id) ??
      (isBeginning && population.count("presence") < presentLimit
        ? population.make("presence", id, { id }, event.received)
        : undefined)
    if (presence !== undefined) this.#tell(presence, event)
  }

  /** A presence deadline has passed: those who stopped typing or looking disappear from the feed. */
  deadline(presence: Living, now: number): void {
    this.#tell(presence, { type: "deadline_passed", received: now })
  }

  /** A message appeared: its sender no longer types there. */
  appeared(conversation_id: string, { key }: MessageAppeared): void {
    const presence = this.#memory.population.get("presence", conversation_id)
    if (presence === undefined || key === null) return
    this.#tell(presence, { type: "typing_ended", typist_id: this.#memory.identity.participant(key) })
  }

  #tell(presence: Living, event: PresenceEvent): void {
    const before = presence.context
    presence.send(event)
    if (presence.context === before) return
    this.#hub.touchPresence(presence.id)
    this.#deadlines.note(presence)
    if (presence.deadline === null) this.#memory.population.remove(presence)
    this.#rearm()
  }
}
