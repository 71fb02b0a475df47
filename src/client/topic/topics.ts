/** The topics of one client by name: which are watched, and whose business a frame is. It knows no socket. */
import type { ClientFrame, ServerFrame } from "../../../actors/feed/frames.ts"
import type { TopicStore } from "./topic-store.ts"

export class Topics {
  /** Every store that somebody still holds, so that one topic has one store. */
  readonly #known = new Map<string, WeakRef<TopicStore<any>>>()
  readonly #watched = new Map<string, TopicStore<any>>()
  readonly #forgotten = new FinalizationRegistry<string>((topic) => {
    if (this.#known.get(topic)?.deref() === undefined) this.#known.delete(topic)
  })
  /** Sends on the open socket; false when there is none. */
  readonly send: (frame: ClientFrame) => boolean

  constructor(send: (frame: ClientFrame) => boolean) {
    this.send = send
  }

  /** Topics that are subscribed, or will be once there is a socket. */
  get watched(): number {
    return this.#watched.size
  }

  /** The one store of a topic; made by `make` when nobody holds one. */
  store<T extends TopicStore<any>>(topic: string, make: () => T): T {
    const known = this.#known.get(topic)?.deref()
    if (known !== undefined) return known as T
    const store = make()
    this.#known.set(topic, new WeakRef(store))
    this.#forgotten.register(store, topic)
    return store
  }

  add(store: TopicStore<any>): void {
    this.#watched.set(store.topic, store)
  }
  remove(store: TopicStore<any>): void {
    this.#watched.delete(store.topic)
  }

  opened(): void {
    for (const store of this.#watched.values()) store.opened()
  }
  lost(): void {
    for (const store of this.#watched.values()) store.lost()
  }

  /** Whether the frame was any topic's business. */
  take(frame: ServerFrame): boolean {
    if (!("topic" in frame) || frame.topic === undefined) return false
    return this.#watched.get(frame.topic)?.take(frame) ?? false
  }
}
