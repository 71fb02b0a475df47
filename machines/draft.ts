/**
 * One decision in the making: the next context and what others are told. Pure from outside: the given context is never
 * touched, and a decision that changes nothing keeps the very same context, which is how a repeat is recognised.
 */
import type { Told } from "./told.ts"

export class Draft<C extends object> {
  readonly before: C
  context: C
  readonly told: Array<Told> = []

  constructor(before: C) {
    this.before = before
    this.context = before
  }

  /** Sets what differs; equal values change nothing. */
  set(changes: Partial<C>): void {
    for (const name in changes) {
      if (!Object.is(this.context[name], changes[name])) {
        this.context =
          this.context === this.before ? { ...this.before, ...changes } : Object.assign(this.context, changes)
        return
      }
    }
  }

  tell(told: Told): void {
    this.told.push(told)
  }

  get changed(): boolean {
    return this.context !== this.before
  }
}
