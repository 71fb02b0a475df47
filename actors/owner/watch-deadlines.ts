/** Tells the actors of a tenant that their deadlines have passed, each in time and once. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Latch from "effect/Latch"
import type { Event } from "../../machines/events.ts"
import type { SubmitError } from "../errors.ts"
import type { Living } from "../memory/living.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import type { Answer } from "../turn/outcome.ts"

/** A deadline that could not be handled, because the mailbox is full, is tried again after this. */
const retryAfter = 1_000
const retry = `${retryAfter} millis` as const

/**
 * Longest sleep, milliseconds: so soon a clock that was set forward is noticed, and instants that lie ahead because it was set
 * back or was wrong in the process before.
 */
const lookEvery = 60_000

/**
 * How many actors dated ahead are corrected at a time. Setting the clock back by a month leaves every actor ahead: they are
 * corrected in rounds with a pause, and only while most of the mailbox is free, so that outside events go on.
 */
const round = 256
const pause = 50

/** Sends `deadline_passed` to an actor that holds an instant ahead of now, which corrects it. */
export const tellIfAhead = (runtime: TenantRuntime, living: Living | undefined, now: number): void => {
  if (living === undefined || !living.isAhead(now)) return
  const { kind, id } = living
  if (kind === "presence") return runtime.presences.deadline(living, now)
  runtime.submit({ event: { type: "deadline_passed", kind, id, received: now, via: "clock" }, settle: () => {} })
}

/** Runs for ever. `rearmed` opens when deadlines have changed. */
export const watchDeadlines = (runtime: TenantRuntime, rearmed: Latch.Latch): Effect.Effect<never> => {
  /** Deadlines that were sent and are not handled yet, or that the actor cannot handle: neither is sent again. */
  const told = new WeakMap<Living, number>()
  let complaints: Array<string> = []

  const tell = (living: Living, now: number): void => {
    const { kind, id, deadline } = living
    if (kind === "presence") return runtime.presences.deadline(living, now)
    if (deadline === null || told.get(living) === deadline) return
    told.set(living, deadline)
    const settle = (result: Answer | SubmitError): void => {
      if ("_tag" in result && result._tag === "EventIndigestible") complaints.push(`${kind} ${id}: ${result.message}`)
      else if (told.get(living) === deadline) told.delete(living)
    }
    const event: Event = { type: "deadline_passed", kind, id, received: now, via: "clock" }
    runtime.submit({ event, settle })
  }

  /** A conversation that sleeps: it is told, which wakes it. */
  const wake = (id: string, now: number): void => {
    const settle = (result: Answer | SubmitError): void => {
      if (!("_tag" in result)) return
      if (result._tag === "EventIndigestible") complaints.push(`conversation ${id}: ${result.message}`)
      // There was no room for it: again, soon.
      else if (result._tag !== "ActorUnknown" && !runtime.isLost) runtime.deadlines.asleep(id, now + retryAfter)
    }
    runtime.submit({
      event: { type: "deadline_passed", kind: "conversation", id, received: now, via: "clock" },
      settle
    })
  }

  let looked = -Infinity
  let ahead: ReadonlyArray<Living> = []
  const correct = (now: number): void => {
    if (now < looked || now - looked >= lookEvery) {
      looked = now
      ahead = [...runtime.population.all()].filter((living) => living.isAhead(now))
    }
    if (ahead.length === 0 || runtime.isPressed) return
    const room = Math.max(0, Math.min(round, Math.ceil(runtime.limits.mailbox / 4) - runtime.admitted))
    // A passivated one is corrected when it wakes.
    for (const { kind, id } of ahead.slice(0, room)) tellIfAhead(runtime, runtime.population.get(kind, id), now)
    ahead = ahead.slice(room)
  }

  return Effect.gen(function* () {
    rearmed.closeUnsafe()
    const heard = complaints
    complaints = []
    for (const complaint of heard) yield* Effect.logError(`Tenant ${runtime.tenant}: a deadline of ${complaint}`)
    const now = yield* Clock.currentTimeMillis
    correct(now)
    const next = runtime.deadlines.next
    if (next === null || next > now) {
      const sleep = Effect.sleep(Math.min(ahead.length > 0 ? pause : lookEvery, (next ?? Infinity) - now))
      return yield* Effect.raceFirst(sleep, rearmed.await)
    }
    for (const id of runtime.deadlines.wakeDue(now)) wake(id, now)
    const due = runtime.deadlines.due(now)
    for (const living of due) tell(living, now)
    // A deadline that is still due waits for room in the mailbox or for an actor to wake; this loop does not wait for it.
    if (due.some((living) => living.kind !== "presence" && (living.deadline ?? Infinity) <= now))
      yield* Effect.sleep(retry)
  }).pipe(Effect.forever)
}
