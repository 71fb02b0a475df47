/** The topics of one client by name: which are watched, and whose business a frame is. It knows no socket. */
import type { ClientFrame, ServerFrame } from "../../../actors/feed/frames.ts"

/** A topic's store, as far as its frames go. */
interface Watched {
  readonly topic: string
  /** The socket is open, or gone. */
  opened(): void
  lost(): void
  /** Whether the frame was the topic's business. */
  take(frame: ServerFrame): boolean
  /** Lays a patch over the state until the returned function is called. */
  overlay(patch: unknown): () => void
  /** Whether the state has a member of that name in the map. */
  holds(map: string, name: string): boolean
}

export class Topics {
  /** Every store that is still in use, so that one topic has one store. */
  readonly #known = new Map<string, WeakRef<Watched>>()
  readonly #watched = new Map<string, Watched>()
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
  store<T extends Watched>(topic: string, make: () => T): T {
    const known = this.#known.get(topic)?.deref()
    if (known !== undefined) return known as T
    const store = make()
    this.#known.set(topic, new WeakRef(store))
    this.#forgotten.register(store, topic)
    return store
  }

  /** The stores that are watched under such names. */
  named(is: (topic: string) => boolean): ReadonlyArray<Watched> {
    return [...this.#watched.values()].filter(({ topic }) => is(topic))
  }

  add(store: Watched): void {
    this.#watched.set(store.topic, store)
  }
  remove(store: Watched): void {
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
