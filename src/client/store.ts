/**
 * A value that changes and tells. `subscribe` calls the listener at once with the value, as Svelte's store contract asks,
 * and `get` gives the same reference until the value changes, as React's useSyncExternalStore asks.
 */
export interface Store<T> {
  readonly get: () => T
  /** Calls the listener now and after each change; returns how to stop that. */
  readonly subscribe: (listener: (value: T) => void) => () => void
}

/**
 * A writable store. `listened` is called with the first listener, `unlistened` after the last, for those that need it.
 */
export class Cell<T> implements Store<T> {
  #value: T
  readonly #listeners = new Set<{ readonly call: (value: T) => void }>()

  constructor(value: T) {
    this.#value = value
  }

  get isListened(): boolean {
    return this.#listeners.size > 0
  }

  // Properties, not methods: both are handed on without their object.
  readonly get = (): T => this.#value

  readonly subscribe = (call: (value: T) => void): (() => void) => {
    // A wrapper, because the same function may listen twice.
    const listener = { call }
    this.#listeners.add(listener)
    if (this.#listeners.size === 1) this.listened()
    tell(call, this.#value)
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) this.unlistened()
    }
  }

  /** Changes the value and tells everybody; the same reference is no change. */
  set(value: T): void {
    if (value === this.#value) return
    this.#value = value
    for (const { call } of this.#listeners) {
      // A listener changed it again, and everybody has been told that already.
      if (this.#value !== value) return
      tell(call, value)
    }
  }

  protected listened(): void {}
  protected unlistened(): void {}
}

/** One listener's fault is reported as its own and is not the others'. */
const tell = <T>(call: (value: T) => void, value: T): void => {
  try {
    call(value)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
